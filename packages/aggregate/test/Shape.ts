import { Schema } from "effect";
import { newtype, unit, variant } from "../src/ExternallyTagged.ts";

/** One of everything that is compiled, and one thing that is not (an array). */
export const Shape = Schema.Union(
  unit("Nothing"),
  newtype("Amount", Schema.NumberFromString.pipe(Schema.greaterThan(0))),
  variant("Empty", {}),
  variant("Many", {
    name: Schema.NonEmptyString.pipe(Schema.brand("Name")),
    flag: Schema.NullOr(Schema.Boolean),
    count: Schema.optionalWith(Schema.NullOr(Schema.BigIntFromSelf), { default: () => null }),
    note: Schema.optionalWith(Schema.String, { exact: true }),
    any: Schema.Unknown,
    list: Schema.Array(Schema.Int),
  }),
);

const many = { name: "n", flag: true, any: 1, list: [1, 2] };

/** What may come to be decoded. */
export const inputs: ReadonlyArray<unknown> = [
  "Nothing",
  "Something",
  { Empty: {} },
  { Empty: { extra: 1 } },
  { Amount: "1.5" },
  { Amount: "-1.5" },
  { Amount: "x" },
  { Amount: 1.5 },
  { Many: many },
  { Many: { ...many, name: "" } },
  { Many: { ...many, flag: null, count: 5n, note: "x", unknown: true } },
  { Many: { ...many, note: undefined } },
  { Many: { ...many, count: 5 } },
  { Many: { ...many, list: [1.5] } },
  { Many: { name: "n" } },
  { Many: [] },
  {},
  [],
  null,
  undefined,
];

/** What may come to be encoded. */
export const values: ReadonlyArray<unknown> = [
  { _tag: "Nothing" },
  { _tag: "Empty" },
  { _tag: "Amount", value: 2 },
  { _tag: "Amount", value: -2 },
  { _tag: "Many", ...many, count: null },
  { _tag: "Many", ...many, count: 2n ** 60n, note: "x" },
  { _tag: "Many", ...many, count: null, name: "" },
  { _tag: "Many", ...many },
  { _tag: "Else" },
  null,
];
