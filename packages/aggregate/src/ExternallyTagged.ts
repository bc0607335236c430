import { Schema, type Types } from "effect";
import { variantOf } from "./Compiled.ts";

/**
 * Enums the way Rust's serde writes them, for a log that is shared with such a service. Where nobody
 * else reads it, Effect's own `Schema.TaggedStruct` does. On our side each is a plain object with
 * `_tag`.
 */

type Fields = Schema.Struct.Fields;
type Decoded<Tag extends string, F extends Fields> = Types.Simplify<
  { readonly _tag: Tag } & Schema.Struct.Type<F>
>;
type Encoded<Tag extends string, Inner> = { readonly [K in Tag]: Inner };

/** `{"Filled":{"amount":"1"}}` is `{ _tag: "Filled", amount: 1 }`. */
export const variant = <const Tag extends string, F extends Fields>(
  tag: Tag,
  fields: F,
): Schema.Schema<Decoded<Tag, F>, Encoded<Tag, Types.Simplify<Schema.Struct.Encoded<F>>>> => {
  const decoded = Schema.typeSchema(Schema.Struct({ _tag: Schema.Literal(tag), ...fields }));
  const schema = Schema.transform(
    Schema.Struct({ [tag]: Schema.Struct(fields) }),
    decoded as unknown as Schema.Schema<{ readonly _tag: Tag }>,
    {
      strict: false,
      decode: (encoded: Record<string, object>) => ({ _tag: tag, ...encoded[tag] }),
      encode: (value) => ({ [tag]: value }),
    },
  );
  return schema.annotations({ [variantOf]: tag }) as never;
};

/** The text `"Unfilled"` is `{ _tag: "Unfilled" }`. */
export const unit = <const Tag extends string>(
  tag: Tag,
): Schema.Schema<{ readonly _tag: Tag }, Tag> =>
  Schema.transform(Schema.Literal(tag), Schema.Struct({ _tag: Schema.Literal(tag) }), {
    strict: false,
    decode: () => ({ _tag: tag }),
    encode: () => tag,
  }) as never;

/** `{"Shares":"1"}` is `{ _tag: "Shares", value: 1 }`. */
export const newtype = <const Tag extends string, A, I>(
  tag: Tag,
  value: Schema.Schema<A, I>,
): Schema.Schema<{ readonly _tag: Tag; readonly value: A }, Encoded<Tag, I>> =>
  Schema.transform(
    Schema.Struct({ [tag]: value }),
    Schema.Struct({ _tag: Schema.Literal(tag), value: Schema.typeSchema(value) }),
    {
      strict: false,
      decode: (encoded: Record<string, A>) => ({ _tag: tag, value: encoded[tag] }),
      encode: ({ value }) => ({ [tag]: value }),
    },
  ) as never;
