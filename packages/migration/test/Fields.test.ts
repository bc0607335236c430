import { describe, expect, it } from "@effect/vitest";
import {
  decimal,
  json,
  type Kind,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, FastCheck, ParseResult, Schema } from "effect";
import type { Cell } from "../src/Cell.ts";
import * as Fields from "../src/Fields.ts";

const reads = (kind: Kind<unknown>) => {
  const decode = Schema.decodeUnknownEither(Fields.field(kind));
  return (cell: Cell) => Either.getOrElse(decode(cell), () => "refused");
};

/** The same schema, of which nobody knows that it is. */
const unknown = <A, I>(schema: Schema.Schema<A, I>) => schema.pipe(Schema.filter(() => true));
const Money = Decimal.Decimal.pipe(Schema.brand("Money"));

const cells = FastCheck.oneof(
  FastCheck.double(),
  FastCheck.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  FastCheck.constantFrom(0, -0, 0n, 1e28, 2 ** 96, 5e-324, -1.5, "1.5", "", null),
  FastCheck.constantFrom(
    "2025-10-01 12:00:00.5",
    "2025-10-01T12:00:00+02:00",
    "2025-02-29 00:00:00",
  ),
);

describe("a scalar of our own is read past its text as through it", () => {
  it.prop("decimals", [cells], ([cell]) => {
    for (const least of ["any", "at least 0", "above 0"] as const) {
      const [past, through] = [Money, unknown(Money)].map((schema) =>
        reads(nullable(decimal(schema, { least })))(cell),
      );
      expect(past).toEqual(through);
    }
  });

  it.prop("moments", [cells], ([cell]) => {
    const [past, through] = [Timestamp, unknown(Timestamp)].map((schema) =>
      reads(nullable(moment(schema)))(cell),
    );
    expect(past).toEqual(through);
  });
});

it("asks a schema that has a filter", () => {
  const few = reads(decimal(Money.pipe(Schema.filter((value) => value.lt(10)))));
  expect([few(9.5), few(10)]).toEqual([Decimal.unsafeFromText("9.5"), "refused"]);
});

describe("a cell that its event's schema does not take is refused for what the schema says", () => {
  const Code = Schema.String.pipe(Schema.pattern(/^[A-Z]+$/));
  const Meta = Schema.Struct({ tube: Schema.Struct({ volume: Schema.Number }) });
  const rule = (kind: Kind<unknown>, cell: Cell, isSecret = false) => {
    const decoded = Schema.decodeUnknownEither(Fields.field(kind, isSecret))(cell);
    return Either.isLeft(decoded)
      ? ParseResult.ArrayFormatter.formatErrorSync(decoded.left).map(({ message }) => message)
      : [];
  };
  const takes = "must be what the event's schema takes";

  it("names what it expects, and where", () => {
    expect(rule(text(Code), "secret")).toEqual([
      `${takes}: "Expected a string matching the pattern ^[A-Z]+$"`,
    ]);
    expect(rule(nullable(json(Meta)), '{"tube":{"volume":"1"}}')).toEqual([
      `${takes} at "tube.volume": "Expected number"`,
    ]);
    expect(rule(words({ a: "A", b: "bee" }, Code), "b")).toEqual([
      `${takes}: "Expected a string matching the pattern ^[A-Z]+$"`,
    ]);
  });

  it("names what it would lose", () => {
    expect(rule(json(Meta), '{"tube":{"volume":1,"lid":true}}')).toEqual([
      `must be what the event's schema writes again as it was: "tube.lid" would be lost or changed`,
    ]);
  });

  it("says nothing of a secret", () => {
    const Told = Schema.String.pipe(Schema.filter((value) => value === "x" || `${value} is not x`));
    expect(rule(text(Told), "hunter2", true)).toEqual([takes]);
    expect(rule(json(Meta), '{"tube":{"volume":1,"hunter2":1}}', true).join()).not.toContain(
      "hunter2",
    );
  });

  it("keeps the kind's own rule where that is broken", () => {
    expect(rule(text(Code), "")).toEqual(["must be TEXT that is not empty"]);
  });
});
