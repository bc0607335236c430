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
import { expect, it } from "vitest";
import { categories } from "../src/categories.ts";
import { customers } from "../src/customers.ts";
import { orders } from "../src/orders.ts";
import { products } from "../src/products.ts";
import * as Sample from "../src/Sample.ts";
import { edit, rows, temp } from "./support.ts";

/** Every cell of every declared column is changed in many ways, and verification must see it. */

const plan = Plan.make({
  words: { command: "shop_to_events", writer: "the shop" },
  migrations: { Customer: customers, Category: categories, Product: products, Order: orders },
  leaveAlone: {
    sessions: "not looked at",
    "cart_*": "not looked at",
    schema_migrations: "neither",
  },
});

const tables = plan.tables.flatMap(({ names: [name], columns, rows, beside }) => [
  { name, columns },
  ...Object.values(rows),
  ...Object.entries(beside).map(([name, { columns }]) => ({ name, columns })),
]);

/** Constraints and types of columns would forbid most of it. */
const loosen = (path: string, name: string): void => {
  const columns = rows(path, `select '"' || name || '"' from pragma_table_info('${name}')`).join();
  edit(
    path,
    `create table loose (${columns}); insert into loose select * from ${name} order by rowid;
     drop table ${name}; alter table loose rename to ${name};`,
  );
};

class Undo<A> extends Data.TaggedError("Undo")<{ readonly value: A }> {}

type Cell = bigint | number | string | Uint8Array | null;

const id = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
const values: ReadonlyArray<Cell> = [
  ...[
    null,
    "",
    "x",
    "0",
    "-1",
    "paid",
    "packed",
    "kiln",
    "A-101",
    "2019-01-31",
    id,
    id.toUpperCase(),
  ],
  ...["2019-01-31T00:00:00", "2019-01-31 00:00:00.000000001", "2019-01-31T02:00:00+02:00"],
  ...[0n, 1n, -1n, 20_190_131n, 2n ** 53n + 1n, -(2n ** 63n), 0.5, 1e-300, 1.5e300, 1e15],
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
  if (kind?.form._tag === "text" && kind.form.lower && typeof cell === "string") {
    return `text ${cell.toLowerCase()}`;
  }
  return cell instanceof Uint8Array ? `bytes ${cell}` : `${typeof cell} ${cell}`;
};

it("sees every change of a cell that says something", async () => {
  const path = temp();
  Sample.write(path, { orders: 12 });
  edit(
    path,
    `delete from products where rowid > 12; delete from categories where id > 8;
     update orders set status_id = 1 + id % 4`,
  );
  for (const { name } of tables) loosen(path, name);
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
    for (const { name, columns } of tables) {
      const rowids = execute(`select rowid as r from ${name} order by rowid limit 3`);
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
  expect(missed).toEqual([]);
  expect(counts.seen).toBeGreaterThan(3_000);
}, 600_000);
