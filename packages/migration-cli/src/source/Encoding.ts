import * as Zone from "@ledgerfold/declaration/internal/Zone";
import type { Cell } from "@ledgerfold/migration/internal/Cell";
import { type RawBuilder, sql } from "kysely";
import type { Column } from "./Catalog.ts";

/**
 * How the values of a type become cells of SQLite, exactly: what has no cell that says the same is
 * refused. Texts come as PostgreSQL prints them in a session whose settings are those of `settings`.
 */
export interface Encoding {
  /** The value as text; NULL is NULL. */
  readonly select: (column: RawBuilder<unknown>) => RawBuilder<string | null>;
  readonly read: (text: string) => Cell | Refused;
  /** How many bytes the cell takes, where they are not those of the text. */
  readonly bytes?: (column: RawBuilder<unknown>) => RawBuilder<number>;
}

/** What the value would have to be; `value` where the text is not the value itself. */
export class Refused {
  readonly rule: string;
  readonly value: string | undefined;
  constructor(rule: string, value?: string) {
    this.rule = rule;
    this.value = value;
  }
}

export const settings: ReadonlyArray<readonly [name: string, value: string]> = [
  ["timezone", "UTC"],
  ["datestyle", "ISO, YMD"],
  ["extra_float_digits", "1"],
  ["bytea_output", "hex"],
  // Rows that a policy hides would be lost without a word: PostgreSQL refuses the query instead.
  ["row_security", "off"],
];

/** Or what a column would have to be, where none of its values can be copied. */
export const of = (column: Column, zone: string | undefined): Encoding | Refused => {
  const { base, type, isEnum, isKnown } = column;
  if (isEnum) return asText;
  if (base === "timestamp" && isKnown) {
    return zone === undefined
      ? new Refused(`is of type ${type}: declare the zone that it is in, with inZone(…) or for all`)
      : inZone(zone);
  }
  const found = isKnown ? encodings[base] : undefined;
  const advice = "leave the column out, or declare a view that casts it";
  return found ?? new Refused(`is of type ${type}, which has no cell of its own: ${advice}`);
};

const asText: Encoding = { select: (column) => sql`${column}::text`, read: (text) => text };

const integer: Encoding = { ...asText, read: BigInt };

const real: Encoding = {
  // One of 32 bits is one of 64, too.
  select: (column) => sql`${column}::float8::text`,
  read: (text) => (finite.test(text) ? Number(text) : new Refused("must be a finite number")),
};
const finite = /^[-+.\de]+$/;

const numeric: Encoding = {
  ...asText,
  read: (text) => (/^-?[.\d]+$/.test(text) ? text : new Refused("must be a finite number")),
};

const date: Encoding = {
  ...asText,
  read: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : new Refused(`must be a day ${years}`)),
};
const years = "in the years 1 to 9999";

/** `2025-10-01 12:00:00.5+00` to `2025-10-01T12:00:00.500000Z`. */
const moment = (text: string): Cell | Refused => {
  const [, day, time, fraction = ""] = printed.exec(text) ?? [];
  return day === undefined
    ? new Refused(`must be a moment ${years}`)
    : `${day}T${time}.${fraction.padEnd(6, "0")}Z`;
};
const printed = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/;

/**
 * Where clocks were put back over a time it stands for two moments, and where they were put forward
 * over it for none. Around it there are two differences from UTC at most, those of a day before and
 * a day after; each that leads back to the time is one.
 */
const inZone = (zone: string): Encoding => {
  if (Zone.isUtc(zone)) return { ...asText, read: moment };
  const name = sql.lit(zone);
  return {
    select: (column) => {
      const candidate = (day: string) => {
        const near = sql`(${column} ${sql.raw(day)} interval '1 day')`;
        return sql`(${column} - (${near} at time zone 'UTC' at time zone ${name} - ${near}))`;
      };
      const leadsBack = (one: RawBuilder<unknown>) =>
        sql`(${one} at time zone 'UTC' at time zone ${name} = ${column})`;
      const [before, after] = [candidate("-"), candidate("+")];
      return sql`case when ${column} is null then null
        when ${column} < '0001-01-03' or ${column} > '9999-12-29' then 'far ' || ${column}::text
        when ${before} = ${after} then ${before}::text
        when ${leadsBack(before)} and ${leadsBack(after)} then 'two ' || ${column}::text
        when ${leadsBack(before)} then ${before}::text
        when ${leadsBack(after)} then ${after}::text
        else 'none ' || ${column}::text end`;
    },
    read: (text) => {
      const [, how, value] = /^(far|two|none) (.*)$/.exec(text) ?? [];
      return how === undefined ? moment(text) : new Refused(`${rules[how]} in ${zone}`, value);
    },
  };
};

const rules: Readonly<Record<string, string>> = {
  far: "must be a moment between the years 1 and 9999",
  two: "must be one moment, and clocks were put back over it",
  none: "must be a moment, and clocks were put forward over it",
};

const encodings: Readonly<Record<string, Encoding>> = {
  bool: { select: (column) => sql`${column}::int::text`, read: BigInt },
  int2: integer,
  int4: integer,
  int8: integer,
  float4: real,
  float8: real,
  numeric,
  uuid: asText,
  text: asText,
  varchar: asText,
  // With its blanks: a cast would take them away.
  bpchar: { ...asText, select: (column) => sql`${column}` },
  citext: asText,
  timestamptz: { ...asText, read: moment },
  date,
  time: asText,
  json: asText,
  jsonb: asText,
  bytea: {
    select: (column) => sql`encode(${column}, 'hex')`,
    read: (text) => Buffer.from(text, "hex"),
    bytes: (column) => sql`octet_length(${column})`,
  },
};
