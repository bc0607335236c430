import { resolve } from "node:path";
import { layerDatabase as layerEventStore } from "@ledgerfold/event-store/sqlite/layer";
import { DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import * as SqliteDatabase from "@ledgerfold/event-store/SqliteDatabase";
import * as Backup from "@ledgerfold/migration/Backup";
import * as ColumnLedger from "@ledgerfold/migration/ColumnLedger";
import { LegacySource } from "@ledgerfold/migration/LegacySource";
import { rebuildViews as rebuild } from "@ledgerfold/migration/Views";
import { migrateAll, type Summary, survey } from "@ledgerfold/migration/Migration";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import type { NetPositionRule } from "@ledgerfold/migration/PositionRow";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import * as Verification from "@ledgerfold/migration/Verification";
import { Console, Effect, Layer, Option, Schema } from "effect";
import { confirm, orRefuse, warnOfLoss } from "./Confirm.ts";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import * as Report from "./Report.ts";
import * as SqliteCode from "./SqliteCode.ts";
import { UsageError } from "./UsageError.ts";

/** What each form of the command does, once its options are read. */

export interface Settings {
  readonly databaseUrl: Option.Option<string>;
  readonly force: boolean;
  readonly clean: boolean;
  readonly backup: Option.Option<string>;
  readonly noBackup: boolean;
  readonly netPosition: Option.Option<NetPositionRule>;
  readonly leaveOut: ReadonlyArray<string>;
  readonly strict: boolean;
}

export const migrate = (settings: Settings) =>
  Effect.gen(function* () {
    yield* notStrict(settings);
    const path = yield* databasePath(settings);
    const backup = yield* backupPath(settings);
    if (!settings.force) yield* orRefuse;
    const report = yield* Report.make;
    const { clean } = settings;
    // Asked before anything is locked: an operator may take an hour to answer.
    const known = yield* survey({ recoverable: clean }).pipe(Effect.provide(looking(path)));
    if (clean) yield* warnOfLoss(known, report);
    if (!settings.force) {
      const shown = backup.to ?? `${path}.<UTC>.backup`;
      yield* confirm(known, clean, settings.noBackup ? undefined : shown);
    }
    const summary = yield* Effect.gen(function* () {
      return yield* migrateAll({
        execution: "commit",
        leaveOut: settings.leaveOut,
        ...rule(settings),
        ...(clean ? { clean: { confirmed: known.total } } : {}),
        ...(settings.noBackup ? {} : { backup: yield* Backup.make(backup) }),
      });
    }).pipe(Effect.provide(Layer.merge(writing(path), Report.layerLog(report, false))));
    yield* finish(report, summary);
  }).pipe(Effect.scoped);

export const dryRun = (settings: Settings) =>
  Effect.gen(function* () {
    yield* notStrict(settings);
    const path = yield* databasePath(settings);
    yield* backupPath(settings);
    const report = yield* Report.make;
    const { clean } = settings;
    const summary = yield* Effect.gen(function* () {
      const known = yield* survey({ recoverable: clean });
      if (clean) yield* warnOfLoss(known, report);
      return yield* migrateAll({
        execution: "dry-run",
        leaveOut: settings.leaveOut,
        ...rule(settings),
        ...(clean ? { clean: { confirmed: known.total } } : {}),
      });
    }).pipe(Effect.provide(Layer.merge(looking(path), Report.layerLog(report, true))));
    yield* finish(report, summary);
  }).pipe(Effect.scoped);

/** The stored events or views are not what the legacy rows say. */
class DifferencesFound extends Schema.TaggedError<DifferencesFound>()("DifferencesFound", {
  count: Schema.Int,
}) {
  override get message() {
    const found = this.count === 1 ? "1 difference; it is" : `${this.count} differences; each is`;
    return `Verification found ${found} listed above.`;
  }
}

/** The file is so damaged that the comparison cannot go on. */
class DamageFound extends Schema.TaggedError<DamageFound>()("DamageFound", {
  cause: DatabaseError,
}) {
  override get message() {
    const { message, code } = this.cause;
    return `Verification ended early. ${message}${SqliteCode.advice(code)}`;
  }
}

/** There is no difference, but something about the file as a whole, and the operator is strict. */
class FindingsFound extends Schema.TaggedError<FindingsFound>()("FindingsFound", {
  count: Schema.Int,
}) {
  override get message() {
    const found = this.count === 1 ? "1 finding; it is" : `${this.count} findings; each is`;
    return `Verification found ${found} listed above.`;
  }
}

export const verifyOnly = (settings: Settings) =>
  Effect.gen(function* () {
    const { clean, netPosition, backup, noBackup } = settings;
    if (clean || noBackup || Option.isSome(netPosition) || Option.isSome(backup)) {
      return yield* new UsageError({
        message:
          "verify-only changes nothing, so --clean and --net-position mean nothing to it, nor do --backup and --no-backup.",
      });
    }
    const path = yield* databasePath(settings);
    const report = yield* Report.make;
    const live = process.stdout.isTTY === true;
    const list = (line: string) => report.listLine(line, report.result, live);
    const { tallies, differences, since, findings, leftOut } = yield* Verification.verify(
      {
        onDifference: (difference) => list(Verification.describe(difference)),
        onFinding: (finding) => list(Verification.describeFinding(finding)),
        onProgress: (step) => report.progress({ ...step, what: step.aggregate }),
      },
      { leaveOut: settings.leaveOut },
    ).pipe(
      Effect.provide(SqliteDatabase.layer({ path, mode: "read" })),
      Effect.mapError((error) =>
        error._tag === "DatabaseError" && SqliteCode.isDamage(error.code)
          ? new DamageFound({ cause: error })
          : error,
      ),
    );
    for (const [name, tally] of Object.entries(tallies)) {
      const { rows, same, missing, extra, different, unreadable, movedOn } = tally;
      yield* report.result(
        `${name}: ${rows} rows, ${same} same, ${missing} missing, ${extra} extra, ${different} different, ${unreadable} unreadable, ${movedOn} moved on since`,
      );
    }
    if (leftOut.length > 0) yield* report.result(`Left out, as you say: ${leftOut.join(", ")}`);
    if (since > 0) {
      yield* report.result(
        `Differences of rows that the bot has, or may have, written since the migration: ${since}`,
      );
    }
    if (findings > 0) yield* report.result(`Findings, which are no differences: ${findings}`);
    if (differences > 0) return yield* new DifferencesFound({ count: differences });
    yield* report.result("Verification complete: no differences");
    if (settings.strict && findings > 0) return yield* new FindingsFound({ count: findings });
  }).pipe(Effect.scoped);

export const rebuildViews = (settings: Settings) =>
  Effect.gen(function* () {
    const { clean, netPosition, backup, noBackup, leaveOut, strict } = settings;
    const others = [clean, noBackup, strict, leaveOut.length > 0];
    if (others.includes(true) || Option.isSome(netPosition) || Option.isSome(backup)) {
      return yield* new UsageError({
        message:
          "rebuild-views only makes views anew from the events: it takes --database-url, and --force, which changes nothing.",
      });
    }
    const path = yield* databasePath(settings);
    const report = yield* Report.make;
    const rebuilt = yield* rebuild({
      onProgress: (step) => report.progress({ ...step, what: step.aggregate }),
    }).pipe(Effect.provide(writing(path)));
    for (const { aggregate, table, rows, written, removed } of rebuilt) {
      yield* report.result(
        `${aggregate}: ${rows} rows in ${table}, ${written} written anew, ${removed} of no stream removed`,
      );
    }
    const changed = rebuilt.reduce((sum, { written, removed }) => sum + written + removed, 0);
    yield* report.result(`Views rebuilt: ${changed} rows changed`);
  }).pipe(Effect.scoped);

export const ledger = (settings: Settings) =>
  Effect.gen(function* () {
    const { force, clean, netPosition, leaveOut, strict } = settings;
    if (force || clean || strict || Option.isSome(netPosition) || leaveOut.length > 0) {
      return yield* new UsageError({
        message: "ledger only prints: it takes --database-url alone.",
      });
    }
    const lines = Option.isNone(settings.databaseUrl)
      ? ColumnLedger.lines()
      : ColumnLedger.linesOf(
          yield* Effect.flatMap(LegacySource, ({ schema }) => schema).pipe(
            Effect.provide(looking(yield* databasePath(settings))),
          ),
        );
    yield* Console.log(ColumnLedger.print(lines));
  }).pipe(Effect.scoped);

const notStrict = ({ strict }: Settings) =>
  strict ? new UsageError({ message: "--strict is for verify-only." }) : Effect.void;

const databasePath = ({ databaseUrl }: Settings) =>
  Effect.gen(function* () {
    const url = yield* Effect.mapError(
      databaseUrl,
      () =>
        new UsageError({ message: "Name the database: --database-url PATH, or set DATABASE_URL." }),
    );
    return yield* DatabaseUrl.existing(yield* DatabaseUrl.toPath(url, base()));
  });

const base = () => DatabaseUrl.baseFolder(process.env, process.cwd());

const backupPath = ({ backup, noBackup }: Settings): Effect.Effect<Backup.Options, UsageError> =>
  noBackup && Option.isSome(backup)
    ? new UsageError({ message: "--backup and --no-backup contradict each other." })
    : Effect.succeed(
        Option.match(backup, { onNone: () => ({}), onSome: (to) => ({ to: resolve(base(), to) }) }),
      );

const rule = ({ netPosition }: Settings) =>
  Option.match(netPosition, {
    onNone: () => ({}),
    onSome: (decided) => ({ netPosition: decided }),
  });

const stores = Layer.merge(layerEventStore, layerLegacy);

const looking = (path: string) =>
  Layer.merge(Layer.provide(stores, SqliteDatabase.layer({ path, mode: "read" })), layerSilent);

const writing = (path: string) =>
  Layer.provideMerge(stores, SqliteDatabase.layer({ path, mode: "write", synchronous: "full" }));

/** The last line is the one that scripts read. */
const finish = (report: Report.Report, summary: Summary) =>
  Effect.gen(function* () {
    const { OnChainTrade: trades, Position: positions, OffchainOrder: orders } = summary;
    const tokens = summary.SchwabAuth;
    yield* report.result(
      `Tokens migrated: ${tokens.written}. Already there: ${trades.alreadyThere} trades, ${positions.alreadyThere} positions, ${orders.alreadyThere} orders, ${tokens.alreadyThere} tokens`,
    );
    yield* report.result(
      `Migration complete: ${trades.written} trades, ${positions.written} positions, ${orders.written} orders migrated`,
    );
  });
