import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Age, ages, ordersTable } from "@ledgerfold/fixtures/LegacySchema";
import type { AggregateName } from "../../src/Verification.ts";
import * as Figures from "./Figures.ts";
import { changed, edit, paths, type Run, verify } from "./Harness.ts";
import { loosen } from "./Loose.ts";
import { columnsOf, type Mutation } from "./Mutations.ts";
import * as Sample from "./Sample.ts";
import { legacyTables, tryEach, viewTables } from "./tryEach.ts";

/** Rows that are gone, there twice, or there and of nothing. */

const path = paths();
const timeout = 240_000;
const figure = Figures.make("rows deleted, doubled and added");

const anotherHash = `'0x' || '${"ef".repeat(31)}0e'`;

/** Each table with the keys of a row that is not there, and whose rows they are. */
const tables = (
  age: Age,
): ReadonlyArray<readonly [string, string, Readonly<Record<string, string>>]> => [
  ["onchain_trades", "OnChainTrade", { id: "id + 100", tx_hash: anotherHash }],
  ["trade_accumulators", "Position", { symbol: "symbol || 'x'" }],
  [ordersTable(age), "OffchainOrder", { id: "id + 100" }],
  ["schwab_auth", "SchwabAuth", { id: "id + 1" }],
  ["event_queue", "OnChainTrade", { id: "id + 100", tx_hash: anotherHash }],
  ["onchain_trade_view", "OnChainTrade", { view_id: "view_id || '0'" }],
  ["position_view", "Position", { view_id: "view_id || 'x'" }],
  ["offchain_order_view", "OffchainOrder", { view_id: "view_id || '0'" }],
  ["schwab_auth_view", "SchwabAuth", { view_id: "'charles'" }],
];

const ofRows = (
  run: Run,
  aggregate: AggregateName,
  table: string,
  keys: Readonly<Record<string, string>>,
  where = "true",
): ReadonlyArray<Mutation> => {
  const columns = columnsOf(run, table);
  const copy = (rowid: bigint, changes: Readonly<Record<string, string>>) => (run: Run) => {
    const values = columns.map((name) => changes[name] ?? name);
    run(`INSERT INTO ${table} SELECT ${values.join()} FROM ${table} WHERE rowid = ?`, rowid);
    return true;
  };
  const of = (rowid: bigint, name: string, apply: (run: Run) => boolean): Mutation => ({
    ...{ aggregate, stream: undefined, alike: "", apply },
    name: `${table} of row ${rowid}: ${name}`,
  });
  return run(`SELECT rowid AS place FROM ${table} WHERE ${where}`).flatMap(({ place }) => {
    const rowid = place as bigint;
    const added = table === "event_queue" ? "row of another trade" : "row added";
    return [
      of(rowid, "row deleted", (run) => {
        run(`DELETE FROM ${table} WHERE rowid = ?`, rowid);
        return true;
      }),
      of(rowid, "row doubled", copy(rowid, {})),
      of(rowid, added, copy(rowid, keys)),
      ...(table === "event_queue"
        ? [of(rowid, "row added", copy(rowid, { block_number: "block_number + 1" }))]
        : []),
      ...(table === "events"
        ? [of(rowid, "row added after it", copy(rowid, { sequence: "sequence + 1" }))]
        : []),
    ];
  });
};

it.each(ages)("sees every row of %s that is gone or too much", { timeout }, async (age) => {
  const file = path();
  Sample.write(file, age);
  // Without keys and rules, so that a row can be there twice.
  const mutations = await edit(file, (run) => {
    loosen(run, [...legacyTables(age), "event_queue", "events", ...viewTables]);
    return tables(age).flatMap(([table, aggregate, keys]) => [
      ...ofRows(run, aggregate as AggregateName, table, keys),
      ...(viewTables.includes(table)
        ? ofRows(
            ...([run, aggregate as AggregateName, "events"] as const),
            ...([
              { aggregate_id: "aggregate_id || '0'" },
              `aggregate_type = '${aggregate}'`,
            ] as const),
          )
        : []),
    ]);
  });
  const found = await tryEach(file, mutations);
  expect(found.tried).toBeGreaterThan(90);
  figure.add(found);
});

it.each(ages)("leaves a file of %s with a fault as it is", { timeout }, async (age) => {
  const clean = path();
  Sample.write(clean, age);
  const file = await changed(clean, path(), (run) =>
    run("DELETE FROM onchain_trades WHERE id = 11"),
  );
  const digest = () => createHash("sha256").update(readFileSync(file)).digest("hex");
  const before = digest();
  expect((await verify(file)).report.differences).toBeGreaterThan(0);
  expect(digest()).toBe(before);
});

it("saw as much as docs/verification.md says", figure.check);
