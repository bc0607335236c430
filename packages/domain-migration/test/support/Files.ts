import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as Database from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import type { Age } from "@ledgerfold/fixtures/LegacySchema";
import { Effect, type Either, Layer, Ref } from "effect";
import { onTestFinished, vi } from "vitest";
import { describe as describeCell } from "@ledgerfold/migration/BadData";
import type { Services } from "@ledgerfold/migration/internal/Migrate";
import * as Migration from "../../src/Migration.ts";
import * as MigrationLog from "@ledgerfold/migration/MigrationLog";
import { describeFinding } from "../../src/Verification.ts";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";

/** What the tests of the writer share: real files, the real layers, and another driver to look. */

/** Disks and machines that are shared can be slow. */
vi.setConfig({ testTimeout: 120_000 });

/** In a folder of its own, which goes when the test does. */
export const tempPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ledgerfold-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "legacy.db");
};

type Fill = (db: ReturnType<typeof LegacyDatabase.make>) => unknown;

/** A legacy file with these rows, of the last age unless another one is given. */
export const legacyFile = (
  fill: Fill,
  {
    age = "2026-01-26",
    ...rest
  }: { age?: Age; checks?: boolean; journalMode?: "wal" | "delete" } = {},
): string => {
  const path = tempPath();
  const db = LegacyDatabase.make(path, { age, ...rest });
  try {
    db.transaction(() => fill(db))();
  } finally {
    db.close();
  }
  return path;
};

/** A copy made by hand, into which damaged rows fit. */
export const damagedFile = (fill: Fill, age: Age = "2026-01-26"): string =>
  legacyFile(fill, { age, checks: false, journalMode: "delete" });

/** Every table of the last age without types, checks and keys, then these statements. */
export const untypedFile = (statements: ReadonlyArray<string>): string =>
  damagedFile((db) => {
    for (const table of [
      "onchain_trades",
      "trade_accumulators",
      "offchain_trades",
      "schwab_auth",
    ]) {
      const columns = db.prepare(`select name from pragma_table_info('${table}')`).pluck().all();
      db.exec(`drop table ${table}; create table ${table} (${columns.join(", ")})`);
    }
    for (const statement of statements) db.exec(statement);
  });

/** Gives `effect` the services of a run on this file, and what it says beside what it returns. */
export const onFile = <A, E>(
  path: string,
  effect: Effect.Effect<A, E, Services>,
  options: Omit<Database.Options, "path"> = {},
) =>
  Effect.gen(function* () {
    const entries = yield* Ref.make<ReadonlyArray<MigrationLog.Entry>>([]);
    const services = Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer).pipe(
      Layer.provide(Database.layer({ path, ...options })),
      Layer.merge(MigrationLog.layerMemory(entries)),
    );
    const outcome = yield* effect.pipe(Effect.provide(services), Effect.either);
    return { outcome, entries: yield* Ref.get(entries) };
  });

export const migrate = (
  path: string,
  options: Partial<Migration.Options> = {},
  connection: Omit<Database.Options, "path"> = {},
) => onFile(path, Migration.migrateAll({ execution: "commit", ...options }), connection);

/** What went well, or a failed test that says what did not. */
export const right = <A, E>({ outcome }: { readonly outcome: Either.Either<A, E> }): A => {
  if (outcome._tag === "Left") throw outcome.left;
  return outcome.right;
};

export const left = <A, E>({ outcome }: { readonly outcome: Either.Either<A, E> }): E => {
  if (outcome._tag === "Right") throw new Error("this should have failed");
  return outcome.left;
};

export type Said = { readonly entries: ReadonlyArray<MigrationLog.Entry> };

/** The bad cells as an operator reads them. */
export const badLines = ({ entries }: Said): ReadonlyArray<string> =>
  entries.flatMap((entry) => (entry._tag === "BadCell" ? [describeCell(entry.bad)] : []));

export const messages = (tag: "Result" | "Warning", { entries }: Said): ReadonlyArray<string> =>
  entries.flatMap((entry) => (entry._tag === tag && "message" in entry ? [entry.message] : []));

/** The findings as an operator reads them. */
export const findings = ({ entries }: Said): ReadonlyArray<string> =>
  entries.flatMap((entry) => (entry._tag === "Finding" ? [describeFinding(entry.finding)] : []));

/** Rows as another driver than the migration's reads them; integers are bigints. */
export const select = (path: string, sql: string): ReadonlyArray<Record<string, unknown>> => {
  const db = new DatabaseSync(path);
  try {
    const statement = db.prepare(sql);
    statement.setReadBigInts(true);
    return statement.all().map((row) => ({ ...row }));
  } finally {
    db.close();
  }
};

/** One column of what `sql` selects. */
export const column = (path: string, sql: string): ReadonlyArray<unknown> =>
  select(path, sql).map((row) => Object.values(row)[0]);

export const execute = (path: string, sql: string): void => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
};

/** Streams in the order of the log. */
export const streams = (path: string): ReadonlyArray<unknown> =>
  column(path, "select aggregate_type || ' ' || aggregate_id from events order by rowid");

export const payloads = (path: string, type: string): ReadonlyArray<unknown> =>
  column(path, `select payload from events where aggregate_type = '${type}' order by rowid`);

/** The part of each order's event that its status and the columns beside it decide. */
export const carried = (path: string): ReadonlyArray<unknown> =>
  payloads(path, "OffchainOrder").map(
    (payload) => /"broker":.*?(?=,"migrated_at")/.exec(String(payload))?.[0],
  );

/** The log and its views whole; empty where there are none. */
export const written = (path: string) => {
  const tables = ["events", "snapshots", ...viewTables].filter(
    (name) => select(path, `select 1 from sqlite_schema where name = '${name}'`).length > 0,
  );
  return Object.fromEntries(
    tables.map((name) => [name, select(path, `select * from ${name} order by rowid`)]),
  );
};

export const viewTables = [
  "onchain_trade_view",
  "position_view",
  "offchain_order_view",
  "schwab_auth_view",
] as const;

/** `0x` and 64 digits, which end in those of `number`. */
export const hash = (number: number): string => `0x${number.toString(16).padStart(64, "0")}`;
