import type { Table } from "@ledgerfold/declaration/internal/Table";
import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import * as Kind from "@ledgerfold/declaration/Kind";
import { type BadCell, describe as describeBad } from "@ledgerfold/migration/BadData";
import * as Fields from "@ledgerfold/migration/internal/Fields";
import Sqlite from "better-sqlite3";
import { Effect, FastCheck as fc } from "effect";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import * as Copy from "../../src/source/Copy.ts";
import { database, query, start, versions } from "./server.ts";
import { tableOf } from "./tableOf.ts";

/** Each value of each type that is copied, held to what the server has. */

/** The copied cells, or what is wrong with the values. */
const copy = (url: string, tables: ReadonlyArray<Table>, read: (db: Sqlite.Database) => void) =>
  Effect.gen(function* () {
    const source = yield* PostgresDatabase.make({ url, prepare: false });
    const bad: Array<BadCell> = [];
    const path = yield* TemporaryFile.make("copy");
    const done = yield* Effect.either(
      Copy.fill(
        source,
        path,
        { tables, migrations: {} },
        {
          onBad: (one) => Effect.sync(() => void bad.push(one)),
          onProgress: () => Effect.void,
        },
      ),
    );
    if (done._tag === "Right") {
      const db = new Sqlite(path, { readonly: true });
      db.defaultSafeIntegers();
      read(db);
      db.close();
    } else if (done.left._tag !== "BadLegacyData") return yield* done.left;
    return bad;
  }).pipe(Effect.scoped, Effect.runPromise);

const pad = (number: number, digits: number) => String(number).padStart(digits, "0");
const text = fc.string({ unit: "binary", maxLength: 40 }).map((one) => one.replaceAll("\0", ""));
const day = fc
  .tuple(
    fc.integer({ min: 1, max: 9999 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([y, m, d]) => `${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}`);
const time = fc
  .tuple(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 999_999 }))
  .map(
    ([s, us]) =>
      `${pad(Math.floor(s / 3600), 2)}:${pad(Math.floor(s / 60) % 60, 2)}:${pad(s % 60, 2)}.${pad(us, 6)}`,
  );
const moment = fc.tuple(day, time).map(([d, t]) => `${d} ${t}`);
const integer = (bits: number) =>
  fc
    .oneof(
      fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }),
      fc.constantFrom(0n, -(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n),
    )
    .map(String);
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: 0, max: 20 }))
  .map(([n, places]) => {
    const digits = String(n < 0n ? -n : n).padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places);
    return `${n < 0n ? "-" : ""}${whole}${places === 0 ? "" : `.${digits.slice(-places)}`}`;
  });
const float = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((one) => (Object.is(one, -0) ? "-0" : String(one)));
const float32 = fc
  .float({ noNaN: true, noDefaultInfinity: true })
  .map((one) => (Object.is(one, -0) ? "-0" : String(one)));
const jsonText = fc
  .json()
  .map((one) => one.replace(/\\u0000/g, "").replace(/\\ud[89a-f][0-9a-f]{2}/gi, ""));

interface Case {
  readonly type: string;
  readonly values: fc.Arbitrary<string>;
  readonly storage: "integer" | "real" | "text" | "blob";
  /** What the server makes of a cell, sent as text: the value again. */
  readonly back?: string;
  /** The value as a cell has it, where that is text. */
  readonly shown?: string;
  readonly zone?: string;
}

const utc = `to_char(value, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const cases: ReadonlyArray<Case> = [
  {
    type: "bool",
    values: fc.constantFrom("true", "false"),
    storage: "integer",
    back: "cell::int::bool",
  },
  { type: "int2", values: integer(16), storage: "integer" },
  { type: "int4", values: integer(32), storage: "integer" },
  { type: "int8", values: integer(64), storage: "integer" },
  { type: "float4", values: float32, storage: "real", back: "cell::float8::float4" },
  { type: "float8", values: float, storage: "real" },
  { type: "numeric", values: decimal, storage: "text", shown: "value::text" },
  { type: "numeric(60,15)", values: decimal, storage: "text", shown: "value::text" },
  { type: "amount", values: decimal, storage: "text", shown: "value::text" },
  { type: "uuid", values: fc.uuid(), storage: "text", shown: "value::text" },
  {
    type: "mood",
    values: fc.constantFrom("sad", "quite ok", "Happy"),
    storage: "text",
    shown: "value::text",
  },
  { type: "text", values: text, storage: "text", shown: "value" },
  { type: "varchar(40)", values: text, storage: "text", shown: "value" },
  { type: "char(40)", values: text, storage: "text", shown: "concat(value)" },
  { type: "citext", values: text, storage: "text", shown: "value::text" },
  { type: "timestamptz", values: moment, storage: "text", shown: utc },
  {
    type: "timestamp",
    values: moment,
    storage: "text",
    shown: utc,
    back: "cell::timestamptz at time zone 'UTC'",
    zone: "UTC",
  },
  {
    type: "timestamp(3)",
    // In no month in which clocks are changed, or were.
    values: fc.tuple(fc.integer({ min: 1950, max: 2037 }), time).map(([y, t]) => `${y}-01-15 ${t}`),
    storage: "text",
    shown: `to_char((value at time zone 'America/New_York') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    back: "cell::timestamptz at time zone 'America/New_York'",
    zone: "America/New_York",
  },
  { type: "date", values: day, storage: "text", shown: "value::text" },
  { type: "time", values: time, storage: "text", shown: "value::text" },
  { type: "json", values: jsonText, storage: "text", shown: "value::text", back: "null" },
  { type: "jsonb", values: jsonText, storage: "text", shown: "value::text" },
  {
    type: "bytea",
    values: fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => `\\x${Buffer.from(bytes).toString("hex")}`),
    storage: "blob",
    back: "decode(cell, 'hex')",
  },
];

const sent = (cell: unknown): string =>
  cell instanceof Uint8Array
    ? Buffer.from(cell).toString("hex")
    : Object.is(cell, -0)
      ? "-0"
      : String(cell);

describe.each(versions)("PostgreSQL %i", (version) => {
  let server = "";
  beforeAll(async () => {
    server = await start(version);
  });

  it("has every value in the copy, and in none but the right storage class", async () => {
    const url = await database(
      server,
      "set timezone to 'UTC'",
      "create extension citext",
      "create type mood as enum ('sad', 'quite ok', 'Happy')",
      "create domain amount as numeric check (value is not null)",
      ...cases.map(
        ({ type }, place) => `create table t${place} (id bigint primary key, value ${type})`,
      ),
    );
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("set timezone to 'UTC'; set datestyle to ISO");
    try {
      for (const [place, { type, values }] of cases.entries()) {
        const some = fc.sample(values, { numRuns: 400, seed: version * 1_000 + place });
        await client.query(
          `insert into t${place} select number, value::${type} from unnest($1::text[]) with ordinality as v (value, number)`,
          [some],
        );
        if (type !== "amount") await client.query(`insert into t${place} values (1000, null)`);
      }
      const found: Array<Array<{ id: bigint; value: unknown; storage: string }>> = [];
      const bad = await copy(
        url,
        cases.map(({ zone }, place) => tableOf(`t${place}`, zone)),
        (db) => {
          for (const place of cases.keys()) {
            found.push(
              db
                .prepare(`select id, value, typeof(value) as storage from t${place}`)
                .all() as never,
            );
          }
        },
      );
      expect(bad).toEqual([]);
      for (const [
        place,
        { type, storage, back = `cell::${type}`, shown = "cell" },
      ] of cases.entries()) {
        const rows = found[place] ?? [];
        expect(rows.length).toBe(type === "amount" ? 400 : 401);
        expect(new Set(rows.map((row) => row.storage))).toEqual(
          new Set(type === "amount" ? [storage] : [storage, "null"]),
        );
        const isSame =
          type === "json"
            ? "true"
            : type.startsWith("float")
              ? `${type}send(${back}) = ${type}send(value)`
              : `(${back}) is not distinct from value`;
        const { rows: wrong } = await client.query(
          `select t.id, t.value::text, cell from unnest($1::bigint[], $2::text[]) as copied (id, cell)
             full join t${place} as t on t.id = copied.id
           where copied.id is null or t.id is null
             or (value is null) <> (cell is null)
             or value is not null and (not coalesce(${isSame}, false) or ${shown} is distinct from cell)`,
          [
            rows.map(({ id }) => id),
            rows.map(({ value }) => (value === null ? null : sent(value))),
          ],
        );
        expect({ type, wrong: wrong.slice(0, 3) }).toEqual({ type, wrong: [] });
      }
    } finally {
      await client.end();
    }
  });

  it("refuses what has no cell that says the same, by table, key and column", async () => {
    const wrong: ReadonlyArray<
      readonly [type: string, value: string, said: string, zone?: string]
    > = [
      ["float4", "NaN", 'float4 "NaN": must be a finite number'],
      ["float8", "-Infinity", 'float8 "-Infinity": must be a finite number'],
      ["numeric", "NaN", 'numeric "NaN": must be a finite number'],
      ["numeric", "Infinity", 'numeric "Infinity": must be a finite number'],
      [
        "timestamptz",
        "infinity",
        'timestamptz "infinity": must be a moment in the years 1 to 9999',
      ],
      ["timestamptz", "0044-03-15 12:00:00+00 BC", "must be a moment in the years 1 to 9999"],
      ["timestamptz", "12000-01-01 00:00:00+00", "must be a moment in the years 1 to 9999"],
      ["date", "-infinity", "must be a day in the years 1 to 9999"],
      ["date", "0044-03-15 BC", 'date "0044-03-15 BC": must be a day'],
      ["timestamp", "infinity", "must be a moment", "UTC"],
      ["timestamp", "infinity", "between the years 1 and 9999 in Europe/Berlin", "Europe/Berlin"],
      [
        "timestamp",
        "2025-03-30 02:30:00",
        "clocks were put forward over it in Europe/Berlin",
        "Europe/Berlin",
      ],
      [
        "timestamp",
        "2025-10-26 02:30:00",
        "clocks were put back over it in Europe/Berlin",
        "Europe/Berlin",
      ],
      // A whole day that Samoa went without.
      ["timestamp", "2011-12-30 12:00:00", "clocks were put forward", "Pacific/Apia"],
    ];
    const right: ReadonlyArray<readonly [zone: string, value: string, cell: string]> = [
      ["Europe/Berlin", "2025-03-30 01:59:59.999999", "2025-03-30T00:59:59.999999Z"],
      ["Europe/Berlin", "2025-03-30 03:00", "2025-03-30T01:00:00.000000Z"],
      ["Europe/Berlin", "2025-10-26 01:59:59.999999", "2025-10-25T23:59:59.999999Z"],
      ["Europe/Berlin", "2025-10-26 03:00", "2025-10-26T02:00:00.000000Z"],
      ["Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30T09:59:59.000000Z"],
      ["Pacific/Apia", "2011-12-31 00:00", "2011-12-30T10:00:00.000000Z"],
    ];
    const url = await database(
      server,
      ...wrong.flatMap(([type, value], place) => [
        `create table w${place} (id bigint primary key, value ${type})`,
        `insert into w${place} values (1, null), (7, '${value}')`,
      ]),
      ...right.flatMap(([, value], place) => [
        `create table r${place} (id bigint primary key, value timestamp)`,
        `insert into r${place} values (1, '${value}')`,
      ]),
      "create type pair as (a int, b int)",
      ...["int[]", "int4range", "pair", "interval", "money", "timestamp"].map(
        (type, place) => `create table u${place} (id bigint primary key, value ${type})`,
      ),
    );
    const cells: Array<unknown> = [];
    const bad = await copy(
      url,
      right.map(([zone], place) => tableOf(`r${place}`, zone)),
      (db) => {
        for (const place of right.keys()) {
          cells.push(db.prepare(`select value from r${place}`).pluck().get());
        }
      },
    );
    expect({ bad, cells }).toEqual({ bad: [], cells: right.map(([, , cell]) => cell) });
    const found = await copy(
      url,
      wrong.map(([, , , zone], place) => tableOf(`w${place}`, zone)),
      () => {
        throw new Error("this is not to be copied");
      },
    );
    expect(found.map(describeBad)).toEqual(
      wrong.map(([, , said], place) =>
        expect.stringMatching(`^w${place} id 7 value is .*${said.replace(/[.*+?()]/g, "\\$&")}`),
      ),
    );
    const types = await copy(
      url,
      [0, 1, 2, 3, 4, 5].map((place) => tableOf(`u${place}`)),
      () => {
        throw new Error("this is not to be copied");
      },
    );
    expect(types.map(describeBad)).toEqual([
      ...["integer[]", "int4range", "pair", "interval", "money"].map(
        (type, place) =>
          `u${place} value is of type ${type}, which has no cell of its own: leave the column out, or declare a view that casts it`,
      ),
      "u5 value is of type timestamp without time zone: declare the zone that it is in, with inZone(…) or for all",
    ]);
  });

  it("has the rows of tables that others are a part of once", async () => {
    const url = await database(
      server,
      "create table parent (id bigint primary key, value text)",
      "create table child (more int) inherits (parent)",
      "create table grandchild () inherits (child)",
      "insert into parent values (1, 'parent')",
      "insert into child values (2, 'child')",
      "insert into grandchild values (3, 'grandchild')",
      "create table whole (id bigint, value text) partition by range (id)",
      "create table half partition of whole for values from (1) to (5)",
      "insert into whole values (4, 'half')",
    );
    const rows: Array<unknown> = [];
    const bad = await copy(url, [tableOf("parent"), tableOf("half")], (db) => {
      for (const table of ["parent", "half"]) {
        rows.push(db.prepare(`select value from ${table} order by id`).pluck().all());
      }
    });
    expect({ bad, rows }).toEqual({
      bad: [],
      rows: [["parent", "child", "grandchild"], ["half"]],
    });
    const twice = await copy(
      url,
      ["parent", "grandchild", "whole", "half"].map((name) => tableOf(name)),
      () => {
        throw new Error("this is not to be copied");
      },
    );
    expect(twice.map(describeBad)).toEqual([
      "parent has the rows of grandchild, too, and both are declared: declare one",
      "whole has the rows of half, too, and both are declared: declare one",
    ]);
  });

  it("has a column with a dot in its name", async () => {
    const url = await database(server, 'create table dotted (id int, "its.value" text)');
    await query(url, `insert into dotted values (1, 'x')`);
    const { columns, ...table } = tableOf("dotted");
    const { value, ...others } = columns;
    const dotted = { ...table, columns: { ...others, ...(value && { "its.value": value }) } };
    const bad = await copy(url, [dotted], (db) => {
      expect(db.prepare('select "its.value" from dotted').pluck().all()).toEqual(["x"]);
    });
    expect(bad).toEqual([]);
  });

  it("reads a time in a zone as a SQLite file with the same text is read", async () => {
    const zones = [
      ...["Europe/Berlin", "America/St_Johns", "America/Sao_Paulo", "Australia/Lord_Howe"],
      ...["Pacific/Apia", "Africa/Casablanca", "Asia/Kolkata", "Asia/Tehran"],
    ];
    const url = await database(
      server,
      ...zones.flatMap((zone, place) => [
        `create table z${place} (id text primary key, value timestamp)`,
        // Around each change of clocks, and somewhere else.
        `insert into z${place} select to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS'), at from (
           select distinct day + n * interval '30 minutes' as at
           from generate_series(timestamp '2009-01-01', timestamp '2016-12-31', '1 day') as day,
             generate_series(0, 47) as n
           where (day - interval '1 day') at time zone '${zone}' - (day - interval '1 day') at time zone 'UTC'
             <> (day + interval '2 days') at time zone '${zone}' - (day + interval '2 days') at time zone 'UTC'
             or extract(doy from day) = 100
         ) as found`,
      ]),
    );
    for (const [place, zone] of zones.entries()) {
      const { form } = Kind.inZone(zone, Kind.moment());
      const texts = (await query(url, `select id from z${place}`)).map(({ id }) => String(id));
      const wanted = new Map(texts.map((text) => [text, Fields.wire(form)(text)]));
      const refused = [...wanted].flatMap(([text, read]) => (read === undefined ? [text] : []));
      expect(refused.length > 0).toBe(zone !== "Asia/Kolkata");
      const bad = await copy(url, [tableOf(`z${place}`, zone)], () => {});
      expect(bad.map(({ key }) => key).sort()).toEqual(
        refused.map((text) => `id "${text}"`).sort(),
      );
      await query(url, `delete from z${place} where id = any ($1)`, [refused]);
      await copy(url, [tableOf(`z${place}`, zone)], (db) => {
        for (const { id, value } of db
          .prepare(`select id, value from z${place}`)
          .all() as ReadonlyArray<{
          readonly id: string;
          readonly value: string;
        }>) {
          expect({ id, at: value.replace(".000000Z", "Z") }).toEqual({ id, at: wanted.get(id) });
        }
      });
    }
  });
});
