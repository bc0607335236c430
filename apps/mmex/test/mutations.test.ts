import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import type { Fate } from "@ledgerfold/declaration/Fate";
import { migrateAll } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { verify } from "@ledgerfold/verifier/Verify";
import { Data, Effect, Layer } from "effect";
import { CompiledQuery } from "kysely";
import { afterAll, expect, it } from "vitest";
import { accounts } from "../src/accounts.ts";
import { transactions } from "../src/transactions.ts";
import { write } from "./database.ts";

/** Every cell of every declared column is changed in many ways, and verification must see it. */

const folder = mkdtempSync(join(tmpdir(), "mmex-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plan = Plan.make({
  words: { command: "mmex_to_events", writer: "Money Manager Ex" },
  migrations: { Account: accounts, Transaction: transactions },
  leaveAlone: { "*_V1": "not looked at here" },
});

class Undo<A> extends Data.TaggedError("Undo")<{ readonly value: A }> {}

type Cell = bigint | number | string | Uint8Array | null;

const values: ReadonlyArray<Cell> = [
  ...[null, "", "x", "0", "-1", "Open", "Closed", "TRUE", "R", "Void", "Deposit", "2019-01-31"],
  ...["2019-01-31T00:00:00", "2019-01-31 00:00:00.000000001", "2019-01-31T02:00:00+02:00"],
  ...[0n, 1n, -1n, 2n ** 53n + 1n, -(2n ** 63n), 0.5, 1e-300, 1.5e300, 1e15],
  ...[new Uint8Array(), new Uint8Array([255, 0])],
];

/** By declaration alone: what is nothing, and what is the same number. */
const meaning = (fate: Fate, cell: Cell): string => {
  const { kind } = fate;
  if (kind?.none.some((one) => one === cell)) return "nothing";
  if (kind?.form._tag === "only" && kind.form.cells.some((one) => one === cell)) return "nothing";
  if (kind?.form._tag === "decimal" && (typeof cell === "bigint" || typeof cell === "number")) {
    return Number.isInteger(cell) || typeof cell === "bigint" ? `${BigInt(cell)}` : `${cell}`;
  }
  if (kind?.form._tag === "moment" && typeof cell === "string" && /^\d{4}-/.test(cell)) {
    return cell.replace(" ", "T").replace("T02:00:00+02:00", "T00:00:00");
  }
  return cell instanceof Uint8Array ? `bytes ${cell}` : `${typeof cell} ${cell}`;
};

it("sees every change of a cell that says something", async () => {
  const path = join(folder, "a.db");
  write(path, 43);
  const counts = { seen: 0, without: 0, leftOut: 0 };
  const missed: Array<string> = [];
  await Effect.gen(function* () {
    yield* migrateAll(plan, { execution: "commit" });
    const database = yield* SqliteDatabase.SqliteDatabase;
    const execute = (sql: string, ...parameters: ReadonlyArray<Cell>) =>
      database.execute({
        compile: () =>
          CompiledQuery.raw(sql, [...parameters]) as CompiledQuery<Record<string, Cell>>,
      });
    const verified = verify(plan, {
      onDifference: () => Effect.void,
      onProgress: () => Effect.void,
    });
    expect((yield* verified).differences).toBe(0);
    const tables = plan.tables.flatMap(({ names: [name], columns, rows }) => [
      { name, columns },
      ...Object.values(rows),
    ]);
    // Constraints would forbid most of it.
    for (const { name } of tables) {
      execute(`create table copy_of_${name} as select rowid as place, * from ${name}`);
      const columns = execute(`select name from pragma_table_info('${name}')`).map(
        (row) => row["name"],
      );
      execute(`drop table ${name}`);
      execute(`create table ${name} (${columns.join(", ")})`);
      execute(`insert into ${name} (rowid, ${columns.join(", ")}) select * from copy_of_${name}`);
      execute(`drop table copy_of_${name}`);
    }
    expect((yield* verified).differences).toBe(0);
    for (const { name, columns } of tables) {
      const rowids = execute(`select rowid as r from ${name} order by rowid limit 12`);
      for (const [column, fate] of Object.entries(columns)) {
        for (const { r } of rowids) {
          const [before] = execute(
            `select "${column}" as cell from ${name} where rowid = ?`,
            r ?? null,
          );
          for (const value of values) {
            const changed = Effect.sync(() =>
              execute(`update ${name} set "${column}" = ? where rowid = ?`, value, r ?? null),
            ).pipe(
              Effect.zipRight(verified),
              Effect.flatMap(({ differences }) => new Undo({ value: differences })),
              database.transaction,
              Effect.catchTag("Undo", (undo) => Effect.succeed(undo.value)),
            );
            const isSame = meaning(fate, before?.["cell"] ?? null) === meaning(fate, value);
            const differences = yield* changed;
            if (fate.fate === "left out" && fate.kind === undefined) counts.leftOut += 1;
            else if (isSame) counts.without += 1;
            else if (differences > 0) counts.seen += 1;
            else
              missed.push(
                `${name}.${column} rowid ${r}: ${String(before?.["cell"])} -> ${String(value)}`,
              );
            if (isSame && differences > 0) missed.push(`${name}.${column}: told apart ${value}`);
          }
        }
      }
    }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer, layerSilent).pipe(
        Layer.provideMerge(SqliteDatabase.layer({ path, synchronous: "normal" })),
      ),
    ),
    Effect.runPromise,
  );
  console.log(JSON.stringify(counts), missed.length);
  expect(missed).toEqual([]);
}, 600_000);
