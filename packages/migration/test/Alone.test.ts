import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import { decimal, flag, integer, none, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { Effect, Layer, Ref } from "effect";
import { afterAll, expect, it } from "vitest";
import { describe } from "../src/BadData.ts";
import { migrateAll } from "../src/Migrating.ts";
import { type Entry, layerMemory } from "../src/MigrationLog.ts";
import * as LegacySqlite from "../src/sqlite/LegacySqlite.ts";
import { aggregate } from "./Loan.ts";

/** The writer needs what is stated, and neither a verifier nor any domain that is known here. */

const folder = mkdtempSync(join(tmpdir(), "loans-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const loans = Migration.of(aggregate, "Lent").from({
  table: "branch.loans",
  key: "id",
  called: "loans",
  columns: {
    id: carried("aggregate_id", integer()),
    title: carried("title", text()),
    fee: carried("fee", nullable(none(0n, decimal(undefined, { places: 2 })))),
    returned: carried("is_returned", flag()),
    shelf: leftOut("where the book stands"),
  },
  id: ({ row }) => String(row.id),
  event: ({ row, fields }) =>
    row.title === "lost" ? new Migration.Refused("title", "must be found first") : fields,
  tell: (run, { table }) => ({
    summary: ({ written }) => [
      { _tag: "Result", message: `${written} of ${table}, ${run.id.length}` },
    ],
  }),
  view: "Known",
});
const plan = Plan.make({
  words: { command: "lend", writer: "the library" },
  migrations: { Loan: loans },
});

const migrate = async (name: string, rows: string) => {
  const path = join(folder, name);
  const db = new DatabaseSync(path);
  db.exec(
    'create table "branch.loans" (id integer primary key, title text, fee, returned, shelf text)',
  );
  db.exec(`insert into "branch.loans" values ${rows}`);
  const [outcome, entries] = await Effect.gen(function* () {
    const kept = yield* Ref.make<ReadonlyArray<Entry>>([]);
    const done = yield* migrateAll(plan, { execution: "commit" }).pipe(
      Effect.provide(
        Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer, layerMemory(kept)).pipe(
          Layer.provide(SqliteDatabase.layer({ path, synchronous: "normal" })),
        ),
      ),
      Effect.either,
    );
    return [done, yield* Ref.get(kept)] as const;
  }).pipe(Effect.runPromise);
  const hasLog = db.prepare("select 1 from sqlite_schema where name = 'events'").get();
  const events = hasLog === undefined ? [] : db.prepare("select payload from events").all();
  db.close();
  return { outcome, entries, payloads: events.map(({ payload }) => payload) };
};

it("writes what a team has stated", async () => {
  const { outcome, entries, payloads } = await migrate(
    "a.db",
    "(1, 'Emma', 150, 1, 'A'), (2, 'Ivanhoe', 0, 0, null)",
  );
  expect(outcome).toMatchObject({ _tag: "Right", right: { Loan: { written: 2, bad: 0 } } });
  expect(payloads).toEqual([
    '{"_tag":"Lent","title":"Emma","fee":"1.5","is_returned":true}',
    '{"_tag":"Lent","title":"Ivanhoe","fee":null,"is_returned":false}',
  ]);
  expect(entries).toContainEqual({ _tag: "Result", message: "2 of branch.loans, 36" });
});

it("refuses what it says is wrong, and says all of it", async () => {
  const { outcome, entries, payloads } = await migrate(
    "b.db",
    "(1, 'lost', 150, 1, 'A'), (2, '', 'x', 2, null)",
  );
  expect(outcome).toMatchObject({ _tag: "Left", left: { _tag: "BadLegacyData", count: 4 } });
  expect(payloads).toEqual([]);
  expect(entries.flatMap((one) => (one._tag === "BadCell" ? [describe(one.bad)] : []))).toEqual([
    'branch.loans id 1 title is TEXT "lost": must be found first',
    'branch.loans id 2 title is TEXT "": must be TEXT that is not empty',
    'branch.loans id 2 fee is TEXT "x": must be INTEGER or REAL whose whole part fits in 96 bits, or 0 or NULL',
    "branch.loans id 2 returned is INTEGER 2: must be INTEGER 0 or 1",
  ]);
});
