import type { Values } from "@ledgerfold/declaration/internal/Checking";
import type { Bound, Constant, Form, Kind, Plausible } from "@ledgerfold/declaration/Kind";
import * as Cell from "./Cell.ts";
import * as Decimal from "./Decimal.ts";
import * as Json from "./Json.ts";
import * as JsonText from "./JsonText.ts";
import * as Moment from "./Moment.ts";
import { type Reader, Unreadable } from "./Read.ts";
import type { Rule } from "./Rule.ts";

/**
 * The verifier's way of reading both sides of a declared kind: the cell, and what the log has of it.
 * The writer has another way, and shares nothing of this.
 */

type CellReader = Reader<Cell.Cell | undefined>;

interface Sides {
  readonly legacy: CellReader;
  readonly stored: Reader<Json.Json | undefined>;
  readonly written: Json.Writer;
}

export const rule = ({
  column,
  kind,
  mayLack,
}: {
  readonly column: string;
  readonly kind: Kind<unknown>;
  /** Whether some tables do not have the column: it says nothing there. */
  readonly mayLack: boolean;
}): Rule => {
  const read = sides(kind);
  const { legacy, stored, written } = mayLack ? lacking(read) : read;
  return {
    legacy: (row) => legacy(row[column]),
    stored,
    written,
    showLegacy: (row) => Cell.show(row[column]),
    showStored: Json.show,
    values: values[kind.form._tag],
    cell: read.legacy,
  };
};

const values: Readonly<Record<Form["_tag"], Values>> = {
  text: "text",
  integer: "who",
  decimal: "decimal",
  "decimal text": "decimal",
  moment: "moment",
  day: "moment",
  "day or time": "moment",
  json: "text",
  flag: "who",
  words: "who",
  bytes: "text",
  own: "text",
  only: "who",
};

export const sides = ({ form, none }: Kind<unknown>): Sides => {
  const { legacy, stored, written } = ofForm(form);
  if (none.length === 0) return { legacy, stored, written };
  const nothing = new Set<Cell.Cell | undefined>(none);
  return {
    legacy: (cell) => (nothing.has(cell) ? null : legacy(cell)),
    stored: Json.orNull(stored),
    written: Json.writeOrNull(written),
  };
};

const lacking = ({ legacy, stored, written }: Sides): Sides => ({
  legacy: (cell) => (cell === undefined ? null : legacy(cell)),
  stored: Json.orNull(stored),
  written: Json.writeOrNull(written),
});

const readerOf = (form: Extract<Form, { readonly _tag: "decimal" | "decimal text" }>) => {
  if (form._tag === "decimal") return Cell.decimal;
  return form.numbers ? Cell.decimalTextOrNumber : Cell.decimalText;
};

const ofForm = (form: Form): Sides => {
  switch (form._tag) {
    case "text":
      return {
        legacy: form.lower ? then(Cell.text, (text) => text.toLowerCase()) : Cell.text,
        stored: Json.text,
        written: Json.writeText,
      };
    case "integer":
      return { legacy: Cell.integer, stored: Json.integer, written: Json.writeInteger };
    case "decimal":
    case "decimal text": {
      const read = readerOf(form);
      return {
        legacy:
          form.places === 0 ? read : then(read, (value) => Decimal.shift(value, -form.places)),
        stored: Json.decimal,
        written: Json.writeDecimal,
      };
    }
    case "moment":
      return {
        legacy:
          form.unit === "text"
            ? within(form.plausible, Cell.momentIn(form.zone))
            : plausibly(form.plausible, since(perUnit[form.unit])),
        stored: Json.moment,
        written: Json.writeMoment,
      };
    case "day":
      return {
        legacy: within(form.plausible, form.unit === "text" ? then(Cell.text, day) : digits),
        stored: (value) => (typeof value === "string" ? day(value) : notADay),
        written: Json.writeText,
      };
    case "day or time":
      return {
        legacy: then(Cell.text, (text) => dayOrTime(text, " ")),
        stored: (value) => (typeof value === "string" ? dayOrTime(value, "T") : notADay),
        written: Json.writeText,
      };
    case "json":
      return {
        legacy: then(Cell.text, JsonText.fromText),
        stored: (value) =>
          value === undefined ? new Unreadable("must be JSON") : JsonText.fromValue(value),
        // The value has lost the order of the keys, so it does not tell how the log wrote them.
        written: () => undefined,
      };
    case "flag":
      return {
        legacy: (cell) =>
          cell === 0n ? "false" : cell === 1n ? "true" : new Unreadable("must be INTEGER 0 or 1"),
        stored: Json.constant,
        written: Json.writeConstant,
      };
    case "words": {
      const known = new Map<Cell.Cell | undefined, string>(
        form.words.map(([cell, json]) => [cell, String(Json.constant(json))]),
      );
      const rule = `must be ${form.words.map(([cell]) => shown(cell)).join(" or ")}`;
      return {
        legacy: (cell) => known.get(cell) ?? new Unreadable(rule),
        stored: Json.constant,
        written: Json.writeConstant,
      };
    }
    case "bytes":
      return { legacy: blob, stored: base64, written: writeBase64 };
    case "own":
      throw new Error(`A kind of its own needs a rule of its own: ${form.rule}`);
    case "only": {
      const known = new Set<Cell.Cell | undefined>(form.cells);
      return {
        legacy: (cell) => (known.has(cell) ? null : new Unreadable(form.rule)),
        stored: () => null,
        written: () => null,
      };
    }
  }
};

const then =
  (read: CellReader, next: (text: string) => ReturnType<CellReader>): CellReader =>
  (cell) => {
    const value = read(cell);
    return typeof value === "string" ? next(value) : value;
  };

const perUnit = { seconds: 1_000_000_000n, milliseconds: 1_000_000n };

const since =
  (unit: bigint): CellReader =>
  (cell) => {
    const read = Cell.integer(cell);
    return typeof read === "bigint" ? read * unit : read;
  };

/** These bounds hold for every text whose year has four digits, so they need no check. */
const within = (plausible: Plausible, read: CellReader): CellReader =>
  plausible.from === "0000-01-01" && plausible.to === "9999-12-31"
    ? read
    : plausibly(plausible, read);

/** Refuses a moment in nanoseconds, or a day as text, that is not between the two days. */
const plausibly = ({ from, to }: Plausible, read: CellReader): CellReader => {
  const lacks = new Unreadable(`must be from ${shownBound(from)} to ${shownBound(to)}`);
  const [first, last] = [boundOf(from), boundOf(to)];
  return (cell) => {
    const value = read(cell);
    if (value === null || value instanceof Unreadable) return value;
    const [least, most] =
      typeof value === "string"
        ? [first().day, last().day]
        : [first().start, last().start + 86_399_999_999_999n];
    return value < least || value > most ? lacks : value;
  };
};

/** Both ways to compare with a day, kept while the day is that: they are asked for each value. */
const boundOf = (bound: Bound) => {
  if (typeof bound === "string") {
    const always = boundAt(bound);
    return () => always;
  }
  let [today, known] = [Number.NaN, boundAt("0000-01-01")];
  return () => {
    const now = Math.floor(Date.now() / millisecondsADay);
    if (now !== today) {
      const then = new Date((now + bound.daysFromNow) * millisecondsADay);
      [today, known] = [now, boundAt(then.toISOString().slice(0, 10))];
    }
    return known;
  };
};

const millisecondsADay = 86_400_000;

const boundAt = (day: string) => ({ day, start: Moment.parseLegacy(`${day} 00:00:00`) ?? 0n });

const shownBound = (bound: Bound): string =>
  typeof bound === "string" ? bound : `${bound.daysFromNow} days from now`;

const notADay = new Unreadable("is not a day that exists");

const day = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) && Moment.parseLegacy(`${text} 00:00:00`) !== undefined
    ? text
    : notADay;

/** A day, or a day and a time with `T` or the `other` character between them. */
const dayOrTime = (text: string, other: string) => {
  if (text.length === 10) return day(text);
  const isParted = text[10] === "T" || text[10] === other;
  return isParted && Moment.parseLegacy(text) !== undefined
    ? `${text.slice(0, 10)}T${text.slice(11)}`
    : notADay;
};

const digits: CellReader = (cell) => {
  const read = Cell.integer(cell);
  if (typeof read !== "bigint") return read;
  const text = String(read);
  return text.length === 8
    ? day(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`)
    : notADay;
};

/** Bytes are compared as hex. */
const blob: CellReader = (cell) =>
  cell instanceof Uint8Array ? Buffer.from(cell).toString("hex") : new Unreadable("must be a BLOB");

const base64: Reader<Json.Json | undefined> = (value) => {
  const bytes = Buffer.from(typeof value === "string" ? value : "", "base64");
  return bytes.toString("base64") === value
    ? bytes.toString("hex")
    : new Unreadable("must be base64");
};

const writeBase64: Json.Writer = (value) =>
  typeof value === "string" ? Buffer.from(value, "hex").toString("base64") : undefined;

const shown = (cell: Constant): string => (cell === "" ? "empty TEXT" : String(cell ?? "NULL"));
