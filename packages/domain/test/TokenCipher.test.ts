import { createDecipheriv } from "node:crypto";
import { describe, expect, it } from "@effect/vitest";
import { Config, ConfigProvider, Effect, FastCheck, Redacted } from "effect";
import * as EncryptedToken from "../src/EncryptedToken.ts";
import {
  DecryptionFailed,
  InvalidKey,
  layer,
  layerConfig,
  TokenCipher,
} from "../src/TokenCipher.ts";

const key = "00112233445566778899aabbccddeeff".repeat(2);
const secret = Redacted.make("I0.hunter2@schwab");
const withKey = (text: string) => Effect.provide(layer(Redacted.make(text)));
const encrypt = (token: Redacted.Redacted) =>
  Effect.flatMap(TokenCipher, (cipher) => cipher.encrypt(token));
const decrypt = (token: EncryptedToken.EncryptedToken) =>
  Effect.flatMap(TokenCipher, (cipher) => cipher.decrypt(token));

const changed = (token: EncryptedToken.EncryptedToken, index: number) => {
  const bytes = EncryptedToken.toBytes(token);
  bytes.set([(bytes.at(index) ?? 0) ^ 1], index < 0 ? bytes.length + index : index);
  return EncryptedToken.fromBytes(bytes);
};

describe("a token", () => {
  it.effect("comes back", () =>
    Effect.gen(function* () {
      const plain = yield* Effect.flatMap(encrypt(secret), decrypt);
      expect(Redacted.value(plain)).toBe("I0.hunter2@schwab");
      expect(String(plain)).not.toContain("hunter2");
    }).pipe(withKey(key)),
  );

  it.effect.prop("of any text comes back", [FastCheck.fullUnicodeString()], ([text]) =>
    Effect.gen(function* () {
      const plain = yield* Effect.flatMap(encrypt(Redacted.make(text)), decrypt);
      expect(Redacted.value(plain)).toBe(text);
    }).pipe(withKey(key)),
  );

  it.effect("is nonce, AES-256-GCM ciphertext and tag, as other services read it", () =>
    Effect.gen(function* () {
      const bytes = EncryptedToken.toBytes(yield* encrypt(secret));
      expect(bytes).toHaveLength(12 + 17 + 16);
      const cipher = createDecipheriv("aes-256-gcm", Buffer.from(key, "hex"), bytes.slice(0, 12));
      cipher.setAuthTag(bytes.slice(-16));
      const plain = cipher.update(bytes.slice(12, -16), undefined, "utf8") + cipher.final("utf8");
      expect(plain).toBe("I0.hunter2@schwab");
    }).pipe(withKey(key)),
  );

  it.effect("has a fresh nonce each time", () =>
    Effect.gen(function* () {
      const tokens = yield* Effect.replicateEffect(encrypt(secret), 100);
      expect(new Set(tokens.map((token) => token.slice(2, 26))).size).toBe(100);
    }).pipe(withKey(key)),
  );
});

describe("decryption fails", () => {
  it.effect.each([
    ["nonce", 0],
    ["ciphertext", 12],
    ["tag", -1],
  ] as const)("with a changed byte in the %s", ([, index]) =>
    Effect.gen(function* () {
      const token = yield* encrypt(secret);
      const error = yield* Effect.flip(decrypt(changed(token, index)));
      expect(error).toEqual(new DecryptionFailed());
    }).pipe(withKey(key)),
  );

  it.effect("with another key, and says nothing of the token", () =>
    Effect.gen(function* () {
      const token = yield* encrypt(secret).pipe(withKey(key));
      const error = yield* Effect.flip(decrypt(token).pipe(withKey("ff".repeat(32))));
      expect(error).toBeInstanceOf(DecryptionFailed);
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(token);
    }),
  );
});

describe("the key", () => {
  it.effect.each([key, `0x${key}`, key.toUpperCase()])("may be %s", (text) =>
    Effect.gen(function* () {
      const token = yield* encrypt(secret).pipe(withKey(text));
      const plain = yield* decrypt(token).pipe(withKey(key));
      expect(Redacted.value(plain)).toBe("I0.hunter2@schwab");
    }),
  );

  it.effect.each(["", "secret", key.slice(2), `${key}00`, `${key.slice(1)}g`, `${key}\n`])(
    "may not be %j",
    (text) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Effect.asVoid(TokenCipher).pipe(withKey(text)));
        expect(error).toEqual(new InvalidKey());
        if (text !== "") expect(`${error.message} ${error.stack}`).not.toContain(text);
      }),
  );

  it.effect("comes from the configuration", () =>
    Effect.gen(function* () {
      const token = yield* encrypt(secret).pipe(
        Effect.provide(layerConfig(Config.redacted("TOKEN_KEY"))),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["TOKEN_KEY", key]]))),
      );
      const plain = yield* decrypt(token).pipe(withKey(key));
      expect(Redacted.value(plain)).toBe("I0.hunter2@schwab");
    }),
  );
});
