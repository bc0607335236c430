import { describe, expect, it } from "@effect/vitest";
import { Either, FastCheck, ParseResult, Schema } from "effect";
import * as EncryptedToken from "../src/EncryptedToken.ts";

const digits = `000102030405060708090a0b${"c0ffee".repeat(6)}`;
const decode = Schema.decodeUnknownEither(EncryptedToken.EncryptedToken);

describe("an encrypted token", () => {
  it.each([
    ["with 0x", `0x${digits}`],
    ["without", digits],
    ["in upper case", `0x${digits.toUpperCase()}`],
    ["in both cases", digits.replace("c0ffee", "C0ffeE")],
  ])("%s is read as lower-case hex after 0x", (_, text) => {
    expect(EncryptedToken.parse(text)).toBe(`0x${digits}`);
    expect(decode(text)).toEqual(Either.right(`0x${digits}`));
  });

  it("is at least a nonce and a tag", () => {
    expect(EncryptedToken.parse("ab".repeat(28))).toBe(`0x${"ab".repeat(28)}`);
    expect(EncryptedToken.parse("ab".repeat(27))).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["half a byte", `${digits}a`],
    ["a letter that is no digit", `${digits.slice(1)}g`],
    ["0X", `0X${digits}`],
    ["white space", `${digits} `],
    ["a line's end", `${digits}\n`],
    ["a plain token", "I0.hunter2-hunter2-hunter2-hunter2-hunter2-hunter2-hunter2-hunter2@"],
  ])("is not %s", (_, text) => {
    expect(EncryptedToken.parse(text)).toBeUndefined();
    expect(Either.isLeft(decode(text))).toBe(true);
  });

  it.prop("is its bytes", [FastCheck.uint8Array({ minLength: 28 })], ([bytes]) => {
    const token = EncryptedToken.fromBytes(bytes);
    expect([...EncryptedToken.toBytes(token)]).toEqual([...bytes]);
    expect(EncryptedToken.parse(token)).toBe(token);
  });

  it("is not quoted by the error that refuses it", () => {
    const error = Either.getOrThrow(Either.flip(decode(`hunter2${digits}`)));
    const said = `${error} ${ParseResult.TreeFormatter.formatErrorSync(error)} ${JSON.stringify(error)}`;
    expect(said).toContain("must be an encrypted token");
    expect(said).not.toContain("hunter2");
    expect(said).not.toContain(digits);
  });
});
