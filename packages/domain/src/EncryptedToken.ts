import { ParseResult, Schema } from "effect";

/**
 * An OAuth token under AES-256-GCM: a nonce of 12 bytes, the ciphertext, and a tag of 16. As text it
 * is `0x` and lower-case hex; the text of a token, encrypted or not, belongs in no log.
 */
export type EncryptedToken = string & { readonly [brand]: true };
declare const brand: unique symbol;

const hex = /^(?:0x)?((?:[0-9a-fA-F]{2}){28,})$/;

/** Reads hex with or without a leading `0x`; `undefined` when it can't be an encrypted token. */
export const parse = (text: string): EncryptedToken | undefined => {
  const digits = hex.exec(text)?.[1];
  return digits === undefined ? undefined : (`0x${digits.toLowerCase()}` as EncryptedToken);
};

export const toBytes = (token: EncryptedToken): Uint8Array => Buffer.from(token.slice(2), "hex");

export const fromBytes = (bytes: Uint8Array): EncryptedToken =>
  `0x${Buffer.from(bytes).toString("hex")}` as EncryptedToken;

const Token = Schema.declare(
  (input): input is EncryptedToken => typeof input === "string" && parse(input) === input,
  {
    identifier: "EncryptedToken",
    pretty: () => () => "<encrypted token>",
    arbitrary: () => (fc) =>
      fc.uint8Array({ minLength: 28, maxLength: 120 }).map((bytes) => fromBytes(bytes)),
  },
);

export const EncryptedToken: Schema.Schema<EncryptedToken, string> = Schema.transformOrFail(
  Schema.String,
  Token,
  {
    strict: true,
    decode: (text, _, ast) => {
      const token = parse(text);
      return token === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, "<token>", "must be an encrypted token"))
        : ParseResult.succeed(token);
    },
    encode: (token) => ParseResult.succeed(token),
  },
).annotations({ identifier: "EncryptedToken" });
