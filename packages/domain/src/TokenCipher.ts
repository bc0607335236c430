import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Config, Context, Effect, Layer, Redacted, Schema } from "effect";
import * as EncryptedToken from "./EncryptedToken.ts";

/** The cipher that tokens are stored under. */

/** The token could not be decrypted: another key, or changed bytes. */
export class DecryptionFailed extends Schema.TaggedError<DecryptionFailed>()(
  "DecryptionFailed",
  {},
) {
  override get message() {
    return "A stored token does not decrypt with this key; sign in again or use the key it was stored with.";
  }
}

/** The key that `layer` was given is none. */
export class InvalidKey extends Schema.TaggedError<InvalidKey>()("InvalidKey", {}) {
  override get message() {
    return "The encryption key must be 32 bytes, written as 64 hex digits.";
  }
}

/** Encrypts OAuth tokens with AES-256-GCM, each under a fresh random nonce. */
export class TokenCipher extends Context.Tag("@ledgerfold/domain/TokenCipher")<
  TokenCipher,
  {
    readonly encrypt: (token: Redacted.Redacted) => Effect.Effect<EncryptedToken.EncryptedToken>;
    readonly decrypt: (
      token: EncryptedToken.EncryptedToken,
    ) => Effect.Effect<Redacted.Redacted, DecryptionFailed>;
  }
>() {}

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * `key` is 64 hex digits, with or without a leading `0x`.
 *
 * @example
 * ```ts
 * import { layer, TokenCipher } from "@ledgerfold/domain/TokenCipher";
 * import { Effect, Redacted } from "effect";
 *
 * const program = Effect.gen(function* () {
 *   const cipher = yield* TokenCipher;
 *   const stored = yield* cipher.encrypt(Redacted.make("a token"));
 *   console.log(stored.length, Redacted.value(yield* cipher.decrypt(stored)));
 * });
 *
 * const key = Redacted.make("0x" + "5e".repeat(32));
 * await Effect.runPromise(Effect.provide(program, layer(key)));
 * ```
 *
 * ```text
 * 72 a token
 * ```
 */
export const layer = (key: Redacted.Redacted): Layer.Layer<TokenCipher, InvalidKey> =>
  Layer.effect(
    TokenCipher,
    Effect.gen(function* () {
      const digits = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(Redacted.value(key))?.[1];
      if (digits === undefined) return yield* new InvalidKey();
      const secret = Buffer.from(digits, "hex");
      return {
        encrypt: (token) =>
          Effect.sync(() => {
            const nonce = randomBytes(nonceBytes);
            const cipher = createCipheriv(algorithm, secret, nonce);
            const text = [cipher.update(Redacted.value(token), "utf8"), cipher.final()];
            return EncryptedToken.fromBytes(Buffer.concat([nonce, ...text, cipher.getAuthTag()]));
          }),
        decrypt: (token) =>
          Effect.try({
            try: () => {
              const bytes = EncryptedToken.toBytes(token);
              const end = bytes.length - tagBytes;
              const cipher = createDecipheriv(algorithm, secret, bytes.subarray(0, nonceBytes));
              cipher.setAuthTag(bytes.subarray(end));
              const text = [cipher.update(bytes.subarray(nonceBytes, end)), cipher.final()];
              return Redacted.make(Buffer.concat(text).toString("utf8"));
            },
            catch: () => new DecryptionFailed(),
          }),
      };
    }),
  );

/**
 * `layer` with the key from a config.
 *
 * @example
 * ```ts
 * import * as TokenCipher from "@ledgerfold/domain/TokenCipher";
 * import { Config } from "effect";
 *
 * export const cipher = TokenCipher.layerConfig(Config.redacted("TOKEN_ENCRYPTION_KEY"));
 * ```
 */
export const layerConfig = (key: Config.Config<Redacted.Redacted>) =>
  Layer.unwrapEffect(Effect.map(key, layer));
