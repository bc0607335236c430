import { resolve } from "node:path";
import { layerDatabase as layerEventStore } from "@ledgerfold/event-store/sqlite/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/SqliteDatabase";
import * as Backup from "@ledgerfold/migration/Backup";
import * as ColumnLedger from "@ledgerfold/migration/ColumnLedger";
import { LegacySource } from "@ledgerfold/migration/LegacySource";
import { rebuildViews as rebuild } from "@ledgerfold/migration/Views";
import { migrateAll, type Summary, survey } from "@ledgerfold/migration/Migration";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import type { NetPositionRule } from "@ledgerfold/migration/PositionRow";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import { Console, Effect, Layer, Option } from "effect";
import { confirm, orRefuse, warnOfLoss } from "./Confirm.ts";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import * as Report from "./Report.ts";
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
  readonly report: Option.Option<string>;
  readonly against: Option.Option<string>;
}

export const migrate = (settings: Settings) =>
  Effect.gen(function* () {
    yield* onlyForVerifying(settings);
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
    yield* onlyForVerifying(settings);
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

export const rebuildViews = (settings: Settings) =>
  Effect.gen(function* () {
    const { clean, netPosition, backup, noBackup, leaveOut, strict, report: to } = settings;
    const others = [clean, noBackup, strict, leaveOut.length > 0];
    const values = [netPosition, backup, to, settings.against];
    if (others.includes(true) || values.some(Option.isSome)) {
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
    const { force, clean, netPosition, leaveOut, strict, report, against } = settings;
    const values = [netPosition, report, against];
    if (force || clean || strict || values.some(Option.isSome) || leaveOut.length > 0) {
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

const onlyForVerifying = ({ strict, report, against }: Settings) => {
  const given = [
    ...(strict ? ["--strict"] : []),
    ...(Option.isSome(report) ? ["--report"] : []),
    ...(Option.isSome(against) ? ["--against"] : []),
  ];
  if (given.length === 0) return Effect.void;
  const verb = given.length === 1 ? "is" : "are";
  return new UsageError({ message: `${given.join(" and ")} ${verb} for verify-only.` });
};

export const databasePath = ({ databaseUrl }: Settings) =>
  Effect.gen(function* () {
    const url = yield* Effect.mapError(
      databaseUrl,
      () =>
        new UsageError({ message: "Name the database: --database-url PATH, or set DATABASE_URL." }),
    );
    return yield* DatabaseUrl.existing(yield* DatabaseUrl.toPath(url, base()));
  });

export const base = () => DatabaseUrl.baseFolder(process.env, process.cwd());

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
