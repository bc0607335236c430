import { it } from "@effect/vitest";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { Effect, FastCheck } from "effect";
import { expect } from "vitest";
import { type Cell, edit, paths, verifyEach } from "./Harness.ts";
import { loosen } from "./Loose.ts";
import { columnsOf } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import { legacyTables, viewTables } from "./tryEach.ts";
import * as Verification from "../../src/Verification.ts";

const path = paths();
const age = "2025-12-22";
const tables = [...legacyTables(age), "event_queue", "events", ...viewTables];
const file = path();
Sample.write(file, age);
const columns = await edit(file, (run) => {
  loosen(run, tables);
  return tables.flatMap((table) => columnsOf(run, table).map((column) => ({ table, column })));
});

const json = FastCheck.oneof(
  FastCheck.json(),
  FastCheck.constantFrom(
    '{"Migrated":{}}',
    '{"Migrated":null}',
    '{"Trade":{}}',
    '"Migrated"',
    "[]",
  ),
  FastCheck.constantFrom('{"__proto__":{"a":1}}', '{"Migrated":{"__proto__":1}}', "{}", "null"),
);
const number = FastCheck.oneof(
  FastCheck.double(),
  FastCheck.constantFrom(5e-324, 1.7976931348623157e308, Number.NaN, Number.POSITIVE_INFINITY, -0),
);
const text = FastCheck.oneof(
  FastCheck.fullUnicodeString(),
  FastCheck.constantFrom("\0", "a\0b", "\ufffd", "\ud800", "0x", ":", "e", "-", "1e999999999"),
  FastCheck.nat(9999).map((year) => `${year}-02-30 24:00:00`),
);
const garbage: FastCheck.Arbitrary<Cell> = FastCheck.oneof(
  FastCheck.constant(null),
  FastCheck.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  number,
  text,
  json,
  FastCheck.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
);

const change = FastCheck.record({
  place: FastCheck.constantFrom(...columns),
  /** One row of the table or all of them. */
  row: FastCheck.option(FastCheck.nat(5)),
  cell: garbage,
  asText: FastCheck.boolean(),
});

it("comes to an end whatever the cells hold", { timeout: 120_000 }, async () => {
  const samples = FastCheck.sample(FastCheck.array(change, { minLength: 1, maxLength: 8 }), {
    numRuns: 400,
    seed: 4,
  });
  const verified = await verifyEach(
    file,
    samples.map((changes) => (run) => {
      for (const { place, row, cell, asText } of changes) {
        const value = asText ? "CAST(? AS TEXT)" : "?";
        const where =
          row === null ? "" : `WHERE rowid = 1 + ${row} % (SELECT max(rowid) FROM ${place.table})`;
        run(`UPDATE ${place.table} SET ${place.column} = ${value} ${where}`, cell);
      }
    }),
  );
  for (const each of verified) {
    expect(each.report.differences).toBe(each.differences.length);
    for (const { rows, same, movedOn, ...kinds } of Object.values(each.report.tallies)) {
      expect(Object.values(kinds).reduce((sum, count) => sum + count, same)).toBe(rows);
      expect(movedOn).toBeLessThanOrEqual(rows);
    }
    for (const line of each.lines) expect(line).toMatch(/^[\x20-\x7e]{1,1000}$/);
  }
  expect(verified.filter((each) => each.lines.length === 0).length).toBeLessThan(80);
});

it("sees bytes in any cell that is carried", { timeout: 120_000 }, async () => {
  const leftAlone =
    /^event_queue\.(?!block_number)|^position_view\.net$|\.(symbol|status|block_number)$/;
  const carried = columns.filter(({ table, column }) =>
    viewTables.includes(table) || table === "event_queue"
      ? !leftAlone.test(`${table}.${column}`)
      : true,
  );
  const verified = await verifyEach(
    file,
    carried.map(({ table, column }) => (run) => {
      run(`UPDATE ${table} SET ${column} = x'ff00' WHERE rowid = 1`);
    }),
  );
  const unseen = carried.filter((_, index) => verified[index]?.report.differences === 0);
  expect(unseen).toEqual([]);
});

it.effect("can be interrupted, and leaves nothing behind", () =>
  Effect.gen(function* () {
    const database = yield* SqliteDatabase.SqliteDatabase;
    const interrupted = yield* Verification.verify({
      onDifferences: () => Effect.void,
      onProgress: () => Effect.interrupt,
    }).pipe(Effect.exit);
    expect(interrupted._tag).toBe("Failure");
    const again = yield* Verification.verify({
      onDifferences: ([one]) => Effect.die(one?.reason),
      onProgress: () => Effect.void,
    });
    expect(again.differences).toBe(0);
    expect(yield* database.transaction(Effect.succeed("free"))).toBe("free");
  }).pipe(Effect.provide(SqliteDatabase.layer({ path: file, mode: "read" }))),
);
