import { ParseResult, Schema } from "effect";

/** OAuth tokens as they are stored. */

/**
 * An OAuth token under AES-256-GCM: a nonce of 12 bytes, the ciphertext, and a tag of 16. As text it
 * is `0x` and lower-case hex; the text of a token, encrypted or not, belongs in no log.
 */
export type EncryptedToken = string & { readonly [brand]: true };
declare const brand: unique symbol;

type Parse = (text: string) => EncryptedToken | undefined;

const matching =
  (hex: RegExp): Parse =>
  (text) => {
    const digits = hex.exec(text)?.[1];
    return digits === undefined ? undefined : (`0x${digits.toLowerCase()}` as EncryptedToken);
  };

/** Reads hex with or without a leading `0x`; `undefined` when it can't be an encrypted token. */
export const parse: Parse = matching(/^(?:0x)?((?:[0-9a-fA-F]{2}){28,})$/);

/** Nonce, ciphertext and tag, one after the other. */
export const toBytes = (token: EncryptedToken): Uint8Array => Buffer.from(token.slice(2), "hex");

/** The inverse of `toBytes`; that it can be a token is not looked at. */
export const fromBytes = (bytes: Uint8Array): EncryptedToken =>
  `0x${Buffer.from(bytes).toString("hex")}` as EncryptedToken;

const make = (parse: Parse, minLength: number): Schema.Schema<EncryptedToken, string> => {
  const token = Schema.declare(
    (input): input is EncryptedToken => typeof input === "string" && parse(input) === input,
    {
      identifier: "EncryptedToken",
      pretty: () => () => "<encrypted token>",
      arbitrary: () => (fc) =>
        fc.uint8Array({ minLength, maxLength: 120 }).map((bytes) => fromBytes(bytes)),
    },
  );
  return Schema.transformOrFail(Schema.String, token, {
    strict: true,
    decode: (text, _, ast) => {
      const read = parse(text);
      return read === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, "<token>", "must be an encrypted token"))
        : ParseResult.succeed(read);
    },
    encode: (token) => ParseResult.succeed(token),
  }).annotations({ identifier: "EncryptedToken" });
};

export const EncryptedToken = make(parse, 28);

/** The same as a log may have it: other services do not look how long it is. */
export const Stored = make(matching(/^(?:0x)?((?:[0-9a-fA-F]{2})*)$/), 0);
