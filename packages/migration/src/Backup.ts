import { realpathSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as SqliteBackup from "@ledgerfold/event-store/sqlite/Backup";
import { type Service, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import { quote } from "@ledgerfold/declaration/internal/Quote";
import { Clock, Effect, Schema } from "effect";
import { sql } from "kysely";
import { MigrationLog } from "./MigrationLog.ts";
import { find } from "./sqlite/LegacyTables.ts";

/** The copy of the database that a run makes right before it writes for the first time. */

export { BackupFailed } from "@ledgerfold/event-store/sqlite/Backup";

/** There is not enough room for the backup, for what the run writes, or for both. */
export class NoSpace extends Schema.TaggedError<NoSpace>()("NoSpace", {
  /** A folder of the file system that is too full. */
  folder: Schema.String,
  /** Bytes. */
  free: Schema.Number,
  /** Bytes. */
  needed: Schema.Number,
  purpose: Schema.Literal("the backup", "the run", "the backup and the run"),
}) {
  override get message() {
    const elsewhere = this.purpose === "the run" ? "" : ", or put the backup elsewhere";
    return `${this.folder} has ${megabytes(this.free)} free, and ${this.purpose} may need ${megabytes(this.needed)}. Nothing was changed; free some space${elsewhere}.`;
  }
}

/** How a backup may fail, and with it the run. */
export type BackupError = SqliteBackup.BackupFailed | NoSpace;

/** Makes the backup, and says how far it is and where it went. */
export type Backup = Effect.Effect<void, BackupError, MigrationLog>;

/** Where the backup goes, and what it is sized by. */
export interface Options {
  /**
   * The file to make, or a folder to make it in. By default it is beside the database. In a folder
   * it is called `<file>.<UTC>.backup`, as in `st0x.db.20260131T235959.000Z.backup`.
   */
  readonly to?: string;
  /** The tables whose rows the run may write events of. */
  readonly tables: ReadonlyArray<Table>;
  /**
   * The database that has these tables, by default the one that is backed up. Where it is another
   * and the one to be backed up is still empty, nothing is copied, and only the free space is
   * checked.
   */
  readonly rows?: Service;
}

/**
 * The backup of the database that is open, which `migrateAll` makes right before its first write, in
 * the same transaction, so that nobody writes between the two.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import * as Backup from "@ledgerfold/migration/Backup";
 * import { migrateAll } from "@ledgerfold/migration/Migrating";
 * import { Effect } from "effect";
 *
 * declare const plan: Plan;
 *
 * export const migrated = Effect.flatMap(
 *   Backup.make({ to: "/var/backups", tables: plan.tables }),
 *   (backup) => migrateAll(plan, { execution: "commit", backup }),
 * );
 * ```
 */
export const make = (options: Options): Effect.Effect<Backup, never, SqliteDatabase> =>
  Effect.map(SqliteDatabase, (database) =>
    Effect.gen(function* () {
      const log = yield* MigrationLog;
      const moment = new Date(yield* Clock.currentTimeMillis);
      const failed = (backup: string) => (cause: unknown) =>
        cause instanceof NoSpace
          ? cause
          : new SqliteBackup.BackupFailed({
              database: database.path,
              backup,
              reason: cause instanceof Error ? cause.message : String(cause),
              advice: "see to that, or put the backup elsewhere",
              cause,
            });
      const { file, backup } = yield* Effect.try({
        try: () => places(database.path, options, moment),
        catch: failed(options.to ?? `beside ${database.path}`),
      });
      const { rows = database } = options;
      const needed = yield* Effect.mapError(size(database, rows, options.tables), failed(backup));
      const isNew = yield* Effect.try({
        try: () => {
          const isNew = rows !== database && statSync(file).size === 0;
          if (isNew) insist(dirname(file), needed.run, "the run");
          else insistOnSpace({ file, backup }, needed);
          return isNew;
        },
        catch: failed(backup),
      });
      if (isNew) return;
      const made = yield* SqliteBackup.make({
        database: file,
        backup,
        onProgress: (progress) => log.write({ _tag: "BackupProgress", ...progress }),
      });
      const { strays, ...backedUp } = made;
      yield* log.write({ _tag: "BackedUp", ...backedUp });
      for (const stray of strays) {
        const message = `${quote(stray)} is half a backup, as a killed run of an earlier version leaves it: delete it, unless another run is making it`;
        yield* log.write({ _tag: "Warning", message });
      }
    }),
  );

interface Places {
  /** The database itself, where `path` may be a link. */
  readonly file: string;
  readonly backup: string;
}

const places = (path: string, { to }: Options, moment: Date): Places => {
  const file = realpathSync(path);
  const name = `${basename(file)}.${moment.toISOString().replace(/[-:]/g, "")}.backup`;
  if (to === undefined) return { file, backup: join(dirname(file), name) };
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true;
  return { file, backup: isFolder ? join(to, name) : to };
};

/** Bytes that the backup takes, and that the run may add to the database and to its WAL. */
interface Size {
  readonly backup: number;
  readonly run: number;
}

/** Of the database that is open, for a run on the rows of these tables in `rows`. */
export const size = (database: Service, rows: Service, tables: ReadonlyArray<Table>) =>
  Effect.flatMap(
    rows.run("counting rows", () => countOf(rows, tables)),
    (number) => database.run("measuring it", () => sizeOf(database, number)),
  );

const one = (database: Service, query: ReturnType<typeof sql<{ value: unknown }>>) =>
  database.execute(SqliteQuery.raw(query))[0]?.value;

const countOf = (database: Service, tables: ReadonlyArray<Table>): number => {
  const rows = tables.map((declared) => {
    const table = find(database, declared);
    return table === undefined
      ? 0
      : one(database, sql`select count(*) as value from ${sql.id(table.name)}`);
  });
  return rows.reduce<number>((sum, count) => sum + Number(count), 0);
};

/** `rows` is how many the run may write events of. */
const sizeOf = (database: Service, rows: number): Size => {
  const pages = one(database, sql`select page_count as value from pragma_page_count`);
  const pageSize = one(database, sql`select page_size as value from pragma_page_size`);
  const isWal = one(database, sql`select journal_mode as value from pragma_journal_mode`) === "wal";
  const growth = rows * bytesPerRow;
  return { backup: Number(pages) * Number(pageSize), run: isWal ? 2 * growth : growth };
};

/**
 * What one legacy row adds to the file at most: measured were 1,330 and 1,040, with long and short
 * orders. In WAL mode it stands in the WAL first, which is emptied only at the end.
 */
const bytesPerRow = 1_500;

const insistOnSpace = ({ file, backup }: Places, size: Size) => {
  const [home, target] = [dirname(file), dirname(backup)];
  if (statSync(home).dev === statSync(target).dev) {
    return insist(target, size.backup + size.run, "the backup and the run");
  }
  insist(target, size.backup, "the backup");
  insist(home, size.run, "the run");
};

const insist = (folder: string, needed: number, purpose: NoSpace["purpose"]) => {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < needed) throw new NoSpace({ folder, free, needed, purpose });
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
