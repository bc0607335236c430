import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import type { Columns } from "@ledgerfold/declaration/Fate";
import type { Form, Json, Kind } from "@ledgerfold/declaration/Kind";
import { Either, Option, ParseResult, Schema, SchemaAST } from "effect";
import { type Cell, quote } from "./Cell.ts";
import * as Field from "./Field.ts";
import * as JsonText from "./JsonText.ts";
import * as Plausible from "./Plausible.ts";
import { oneOf, shown } from "./Words.ts";

/**
 * The writer's way of reading cells of a declared kind: what the log would hold of the cell, and of
 * that what the domain's own schema makes. The verifier has another way, and shares nothing of this.
 */

/** A row's schema; columns that say nothing are checked all the same. */
export const row = (
  columns: Columns,
  joined: Readonly<Record<string, Kind<unknown>>> = {},
  has: (column: string) => boolean = () => true,
  isSecret = false,
): Schema.Schema<Readonly<Record<string, unknown>>, unknown> => {
  const kinds = Object.entries(columns).map(([name, { kind }]) => [name, kind] as const);
  const isJudged = (name: string) => has(name) || columns[name]?.presence === "as NULL";
  return Schema.Struct(
    Object.fromEntries(
      [...kinds, ...Object.entries(joined)].flatMap(([name, kind]) =>
        kind === undefined ? [] : [[name, isJudged(name) ? field(kind, isSecret) : absent]],
      ),
    ),
  ) as Schema.Schema.AnyNoContext;
};

/** The field of a column that the table lacks; whether it may lack it is checked apart. */
const absent = Field.make<unknown>("must be NULL", (cell) => (cell === null ? null : undefined));

export const field = (kind: Kind<unknown>, isSecret = false): Field.Field<unknown> => {
  const { form, none, schema } = kind;
  const [rule, read] = reader(form);
  const decode = schema === undefined ? Either.right : ofDomain(schema, form);
  const value =
    (schema === undefined ? undefined : plainly(schema, form)) ??
    ((cell: Cell): unknown => {
      const wire = read(cell);
      return wire === undefined ? undefined : Either.getOrUndefined(decode(wire));
    });
  if (form._tag === "own") return Field.make(form.rule, form.read as (cell: Cell) => unknown);
  if (form._tag === "only") {
    return Field.make<unknown>(rule, (cell) => (read(cell) === null ? null : undefined));
  }
  const whole = none.length === 0 ? rule : `${rule}, or ${none.map(shown).join(" or ")}`;
  const refused = schema === undefined ? undefined : refusal(read, schema, isSecret);
  const why = (cell: Cell) =>
    form._tag === "decimal" && Field.isDecimalText(cell)
      ? `${whole}; decimalText is the kind for TEXT`
      : refused?.(cell);
  if (none.length === 0) return Field.make(whole, value, why);
  const nothing = new Set<Cell>(none);
  return Field.make(whole, (cell) => (nothing.has(cell) ? null : value(cell)), why);
};

/** Why the event's own schema does not take what a cell says, which itself is not repeated. */
const refusal = (
  read: (cell: Cell) => Json | undefined,
  schema: Schema.Schema.AnyNoContext,
  isSecret: boolean,
): ((cell: Cell) => string | undefined) => {
  const { decode, encode } = Compiled.make(schema as Schema.Schema<unknown, Json>);
  return (cell) => {
    const wire = read(cell);
    if (wire === undefined) return undefined;
    const decoded = decode(wire);
    if (Either.isRight(decoded)) {
      const path = JsonText.firstDifference(encode(decoded.right), wire);
      const part = path === "" || isSecret ? "it" : quote(path);
      return `must be what the event's schema writes again as it was: ${part} would be lost or changed`;
    }
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(decoded.left);
    const rule = "must be what the event's schema takes";
    // A schema's own message may hold the value.
    if (issue === undefined || isSecret) return rule;
    const at = issue.path.length === 0 ? "" : ` at ${quote(issue.path.join("."))}`;
    return `${rule}${at}: ${quote(issue.message.replace(/, actual .*$/s, ""))}`;
  };
};

/**
 * A shortcut for schemas that are one of our own scalars, whatever their brand: to write the value
 * as text and read that again would give the same value. With a filter it is another schema, which
 * does not get the shortcut.
 */
const plainly = (
  { ast }: Schema.Schema.AnyNoContext,
  form: Form,
): ((cell: Cell) => unknown) | undefined => {
  if (!SchemaAST.isTransformation(ast)) return undefined;
  const is = (scalar: Schema.Schema.AnyNoContext) =>
    SchemaAST.isTransformation(scalar.ast) && scalar.ast.transformation === ast.transformation;
  if (form._tag === "decimal" && form.places === 0 && is(Decimal.Decimal)) {
    const [, read] = decimals[form.least];
    return (cell) => {
      const value = read(cell);
      // The text of -0 is that of 0.
      return value?.isZero() === true ? Decimal.zero : value;
    };
  }
  return form._tag === "moment" && form.unit === "text" && is(Timestamp.Timestamp)
    ? Plausible.only(form.plausible, Field.momentIn(form.zone)[1])
    : undefined;
};

/** Exact or refused: what the schema reads must come out of it again as it went in. */
const ofDomain = (schema: Schema.Schema.AnyNoContext, form: Form) => {
  const { decode, encode } = Compiled.make(schema as Schema.Schema<unknown, Json>);
  return (wire: Json): Either.Either<unknown, unknown> =>
    Either.filterOrLeft(
      decode(wire),
      (value) => isSame(form, encode(value), wire),
      () => undefined,
    );
};

const isSame = (form: Form, out: Json, wire: Json): boolean => {
  if (out === wire) return true;
  if (form._tag === "json") return JsonText.isSame(out, wire);
  if (form._tag === "moment" && typeof out === "string" && typeof wire === "string") {
    return Option.getEquivalence<bigint>((a, b) => a === b)(
      Timestamp.parse(out),
      Timestamp.parse(wire),
    );
  }
  return typeof out === "object" && JSON.stringify(out) === JSON.stringify(wire);
};

/** What the log would hold of a cell that stands for something; undefined of one that is bad. */
export const wire = (form: Form): ((cell: Cell) => Json | undefined) => reader(form)[1];

type Reader = readonly [rule: string, read: (cell: Cell) => Json | undefined];

const reader = (form: Form): Reader => {
  switch (form._tag) {
    case "text":
      return [
        form.rule,
        (cell) => {
          if (typeof cell !== "string" || (cell === "" && !form.empty)) return undefined;
          if (form.matching?.test(cell) === false) return undefined;
          return form.lower ? cell.toLowerCase() : cell;
        },
      ];
    case "integer": {
      const [rule, read] = Field.integer(form.min, form.max);
      return [rule, (cell) => inJson(read(cell))];
    }
    case "decimal":
    case "decimal text": {
      const [rule, read] =
        form._tag === "decimal"
          ? decimals[form.least]
          : Field.decimalText(form.least, form.digits, form.numbers);
      const text = (value: Decimal.Decimal) =>
        Decimal.format(form.places === 0 ? value : Decimal.shift(value, -form.places));
      return [rule, mapped(read, text)];
    }
    case "moment": {
      const { unit, plausible, zone } = form;
      const [rule, read] = unit === "text" ? Field.momentIn(zone) : sinceEpoch(unit);
      return [
        rule + (unit === "text" && Plausible.isAny(plausible) ? "" : Plausible.show(plausible)),
        mapped(Plausible.only(plausible, read), Timestamp.format),
      ];
    }
    case "day": {
      const [rule, read] = days[form.unit];
      return [
        rule + (Plausible.isAny(form.plausible) ? "" : Plausible.show(form.plausible)),
        mapped(Plausible.only(form.plausible, read), (moment) =>
          Timestamp.format(moment).slice(0, "2025-10-01".length),
        ),
      ];
    }
    case "day or time":
      return [
        "must be a day that exists, with or without a time, such as 2025-10-01T12:00:00",
        (cell) => (typeof cell === "string" ? dayOrTimeOf(cell) : undefined),
      ];
    case "json":
      return [
        `must be TEXT of JSON: no key twice, no number that readers would round, at most ${JsonText.deepest} levels`,
        (cell) => (typeof cell === "string" ? JsonText.parse(cell) : undefined),
      ];
    case "flag":
      return [
        "must be INTEGER 0 or 1",
        (cell) => (cell === 0n ? false : cell === 1n ? true : undefined),
      ];
    case "words": {
      const known = new Map<Cell, Json>(form.words);
      return [oneOf(form.words.map(([cell]) => cell)), (cell) => known.get(cell)];
    }
    case "bytes":
      return [
        "must be a BLOB",
        (cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString("base64") : undefined),
      ];
    case "own":
      return [form.rule, () => undefined];
    case "only": {
      const known = new Set<Cell>(form.cells);
      return [form.rule, (cell) => (known.has(cell) ? null : undefined)];
    }
  }
};

const decimals = {
  any: Field.anyDecimal,
  "at least 0": Field.atLeastZero,
  "above 0": Field.aboveZero,
};

const mapped =
  <A>(read: (cell: Cell) => A | undefined, to: (value: A) => Json) =>
  (cell: Cell): Json | undefined => {
    const value = read(cell);
    return value === undefined ? undefined : to(value);
  };

/** A number where JavaScript has it exactly, as JSON readers give it. */
const inJson = (value: bigint | undefined): Json | undefined =>
  value === undefined ? undefined : Number.isSafeInteger(Number(value)) ? Number(value) : value;

const sinceEpoch = (unit: "seconds" | "milliseconds") => {
  const nanoseconds = unit === "seconds" ? 1_000_000_000n : 1_000_000n;
  return [
    `must be INTEGER ${unit} since 1970`,
    (cell: Cell) =>
      typeof cell === "bigint"
        ? Option.getOrUndefined(Timestamp.fromNanoseconds(cell * nanoseconds))
        : undefined,
  ] as const;
};

const startOf = (day: string): Timestamp.Timestamp | undefined =>
  /^\d{4}-\d\d-\d\d$/.test(day)
    ? Option.getOrUndefined(Timestamp.parse(`${day}T00:00:00Z`))
    : undefined;

const days = {
  text: [
    "must be a day that exists, such as 2025-10-01",
    (cell: Cell) => (typeof cell === "string" ? startOf(cell) : undefined),
  ],
  digits: [
    "must be INTEGER of a day that exists, such as 20251001",
    (cell: Cell) =>
      typeof cell === "bigint"
        ? startOf(String(cell).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"))
        : undefined,
  ],
} as const;

/** As it is written, with `T` between. */
const dayOrTimeOf = (cell: string): string | undefined => {
  const [, day, time, zone = ""] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)?)?$/.exec(cell) ?? [];
  const exists = Timestamp.parse(`${day}T${time ?? "00:00:00"}${zone === "" ? "Z" : zone}`);
  if (day === undefined || Option.isNone(exists)) return undefined;
  return time === undefined ? day : `${day}T${time}${zone}`;
};
