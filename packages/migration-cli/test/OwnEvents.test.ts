import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { migrateAll } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { describe as tell } from "@ledgerfold/verifier/Difference";
import { verify } from "@ledgerfold/verifier/Verify";
import { Effect, Layer } from "effect";
import { afterAll, expect, it } from "vitest";
import { gigs, planOf } from "./gigs/plan.ts";

/** A file whose own table is called `events`: it is known by its shape, and the log is elsewhere. */

const folder = mkdtempSync(join(tmpdir(), "own-events-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const fresh = () => {
  const path = join(folder, `${++files}.db`);
  const db = new DatabaseSync(path);
  db.exec(`create table events (id integer primary key, title text, payload text);
    insert into events values (1, 'Spring', 'p'), (2, 'Autumn', null)`);
  db.close();
  return path;
};

const main = fileURLToPath(new URL("gigs/main.ts", import.meta.url));
const run = (...words: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly err: string }>((resolve) => {
    execFile(process.execPath, [main, ...words], (error, _, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), err: stderr }),
    );
  });

it("is refused where the log would have to be in it, before anything is written", async () => {
  const path = fresh();
  const before = readFileSync(path);
  for (const words of [["--force"], ["dry-run"], ["verify-only"], ["rebuild-views"]]) {
    const { code, err } = await run("--database-url", path, ...words);
    expect(err).toContain(
      "This file has a table events of its own, which is no event log, so the events cannot be kept in it: say with --event-store-url where they are to be, such as sqlite:FILE. Nothing was written.",
    );
    expect(code).toBe(2);
  }
  expect(readFileSync(path).equals(before)).toBe(true);
}, 60_000);

/** The rows of a log's table as the connection that verifies has them of a log elsewhere. */
const copyOf = (log: string, table: string) => (database: SqliteDatabase.Service) => {
  const db = new DatabaseSync(log, { readOnly: true });
  const rows = db.prepare(`select * from ${table}`).all();
  db.close();
  const names = Object.keys(rows[0] ?? { none: null });
  const execute = (sql: string, parameters: ReadonlyArray<unknown>) =>
    database.execute({ compile: () => ({ sql, parameters }) as never });
  execute(`create temp table ${table} (${names.join(", ")})`, []);
  for (const row of rows) {
    const cells = Object.values(row).map((one) => (typeof one === "number" ? BigInt(one) : one));
    execute(`insert into temp.${table} values (${cells.map(() => "?").join(", ")})`, cells);
  }
};

/** Migrates to a log in another file, and verifies after the change. */
const elsewhere = async (change = "") => {
  const [path, log] = [fresh(), join(folder, `${++files}.db`)];
  new DatabaseSync(log).close();
  const plan = planOf({ Gig: gigs });
  const legacy = SqliteDatabase.layer({ path, mode: "read" });
  const store = Store.layerDatabase.pipe(
    Layer.provide(SqliteDatabase.layer({ path: log, synchronous: "normal" })),
  );
  await migrateAll(plan, { execution: "commit" }).pipe(
    Effect.provide(
      Layer.mergeAll(
        Layer.fresh(store),
        LegacySqlite.layer.pipe(Layer.provide(legacy)),
        layerSilent,
      ),
    ),
    Effect.runPromise,
  );
  const db = new DatabaseSync(path);
  db.exec(change);
  db.close();
  const seen: Array<string> = [];
  const report = await verify(
    plan,
    {
      onDifferences: (found) => Effect.sync(() => void seen.push(...found.map(tell))),
      onProgress: () => Effect.void,
    },
    {
      before: (database) =>
        Effect.sync(() => {
          copyOf(log, "events")(database);
          copyOf(log, "gig_view")(database);
        }),
    },
  ).pipe(Effect.provide(legacy), Effect.runPromise);
  return { seen, report };
};

it("is migrated to a log elsewhere, and verified against it", async () => {
  const { seen, report } = await elsewhere();
  expect(seen).toEqual([]);
  expect(report.tallies).toMatchObject({ Gig: { rows: 2, same: 2 } });
  const changed = await elsewhere("update events set title = 'Summer' where id = 1");
  expect(changed.seen).toHaveLength(1);
  expect(changed.seen[0]).toMatch(/different: Gig "1", event title: /);
});

it("is undeclared where nobody says what becomes of it", () => {
  const { ledger } = planOf({});
  const own = { name: "events", columns: ["id", "title", "payload"] };
  const columns = [
    "aggregate_type",
    "aggregate_id",
    "sequence",
    "event_type",
    "payload",
    "metadata",
  ];
  expect(ledger.judge([own]).undeclared).toEqual([{ table: "events", column: null }]);
  expect(ledger.linesOf([own])).toEqual([["events", "*", "UNDECLARED: see --leave-out events"]]);
  expect(ledger.judge([{ name: "events", columns }]).undeclared).toEqual([]);
  expect(planOf({}, { events: "concerts" }).ledger.judge([own]).undeclared).toEqual([]);
  // A log where the team's own table should be is not what was declared.
  const declared = planOf({ Gig: gigs }).ledger;
  expect(declared.judge([own]).undeclared).toEqual([]);
  expect(declared.judge([{ name: "events", columns }]).undeclared).toContainEqual({
    table: "events",
    column: "aggregate_type",
  });
});
