import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { breaks } from "./Breaks.ts";
import { database, query, start } from "./server.ts";

/**
 * Writer and verifier both read a copy of what is in PostgreSQL, so that neither sees a mistake in
 * it: the server does, which says itself which moment each is.
 */

const child = fileURLToPath(new URL("breaking.ts", import.meta.url));
const bothWays = ["2025-01-15 12:00:00.5", "2025-07-01 00:00", "1970-01-01 00:00"];
const aroundChanges = [
  ...["2025-03-30 01:59:59.999999", "2025-03-30 03:00", "2025-03-30 23:00", "2025-03-29 12:00"],
  ...["2025-10-26 01:59:59.999999", "2025-10-26 03:00", "2025-10-27 01:00", "2025-10-25 12:00"],
];
const wrong = ["2025-03-30 02:30", "2025-10-26 02:30"];

let outcomes: ReadonlyArray<string> = [];
let expected: unknown;
beforeAll(async () => {
  const table = (name: string, values: ReadonlyArray<string>) => [
    `create table ${name} (id int primary key, value timestamp)`,
    ...values.map((value, n) => `insert into ${name} values (${n + 1}, '${value}')`),
  ];
  const url = await database(
    await start(18),
    `create table things (id int primary key, flag bool, number int8, real float8, amount numeric,
       word char(4), bytes bytea, moment timestamptz)`,
    `insert into things values
       (1, true, 9007199254740993, 0.1234567891234, 12.50, 'a', '\\x00ff', '2025-01-01 00:00:00.25+02')`,
    ...table("berlin", [...bothWays, ...aroundChanges]),
    ...table("utc", bothWays),
    ...table("wrong", wrong),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [child, url]);
  outcomes = JSON.parse(stdout);
  const moments = async (name: string, zone: string) => {
    const rows = await query(
      url,
      `select id, to_char(value at time zone '${zone}' at time zone 'UTC',
         'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as moment from ${name} order by id`,
    );
    return rows.map(({ id, moment }) => [`${id}n`, moment]);
  };
  expected = {
    values: [
      [
        ...["1n", "1n", "9007199254740993n", 0.1234567891234, "12.50", "a   "],
        ...[{ type: "Buffer", data: [0, 255] }, "2024-12-31T22:00:00.250000Z"],
      ],
    ],
    berlin: await moments("berlin", "Europe/Berlin"),
    utc: await moments("utc", "UTC"),
    wrong: [
      expect.stringContaining("clocks were put forward over it in Europe/Berlin"),
      expect.stringContaining("clocks were put back over it in Europe/Berlin"),
    ],
  };
}, 240_000);

it("is what the server says with every line as it is", () => {
  expect(outcomes).toHaveLength(1 + breaks.length);
  expect(JSON.parse(outcomes[0] ?? "")).toEqual(expected);
});

it.each(breaks.map((one, at) => [one.line, one.broken, 1 + at] as const))(
  "is not with %s as %s",
  (_, __, at) => {
    expect(outcomes[at]).toMatch(/^\{/);
    expect(outcomes[at]).not.toBe(outcomes[0]);
  },
);
