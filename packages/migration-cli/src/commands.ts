import { statSync } from "node:fs";
import { resolve } from "node:path";
import { describeUnreadable, EventStore } from "@ledgerfold/event-store/EventStore";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { printable } from "@ledgerfold/verifier/internal/Display";
import * as Backup from "@ledgerfold/migration/Backup";
import { print } from "@ledgerfold/declaration/internal/Ledger";
import { Mistaken } from "@ledgerfold/declaration/internal/Mistaken";
import type { Outcome } from "@ledgerfold/declaration/Writing";
import { migrateAll, rebuildViews as rebuild, survey } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as Ranges from "@ledgerfold/migration/internal/sqlite/Ranges";
import * as ToConfirm from "@ledgerfold/migration/internal/sqlite/ToConfirm";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { sentences } from "@ledgerfold/declaration/internal/Unkept";
import { Console, Effect, Layer, Option, Schema } from "effect";
import { type Backup as Confirmed, confirm, orRefuse, warnOfLoss } from "./Confirm.ts";
import type { Definition } from "./Definition.ts";
import { base } from "./DatabaseUrl.ts";
import * as CommitState from "./CommitState.ts";
import { type Log, LogFile } from "./log/Log.ts";
import * as Judged from "./Judged.ts";
import * as Next from "./Next.ts";
import type { Settings } from "./OptionTable.ts";
import * as OwnTables from "./OwnTables.ts";
import * as Patience from "./Patience.ts";
import * as Places from "./Places.ts";
import { print as printRanges } from "./Ranges.ts";
import { number } from "./Prose.ts";
import * as Rehearsal from "./Rehearsal.ts";
import * as ConsoleReport from "./ConsoleReport.ts";
import * as Rows from "./Rows.ts";
import * as Started from "./Started.ts";
import { UsageError } from "./UsageError.ts";

/** What each form of the command does, once its options are read. */

export const migrate = (definition: Definition, settings: Settings<"migrate">) =>
  Effect.gen(function* () {
    CommitState.begin("verify-only");
    const places = yield* Places.of(settings, definition.name);
    yield* Places.insistOnWritable(places);
    const backup = yield* backupPath(settings);
    if (!settings.force) yield* orRefuse;
    const report = yield* ConsoleReport.make;
    const { clean } = settings;
    const plan = yield* planOf(definition);
    const work = { plan, definition, report };
    yield* Places.insistOnFit(places, plan);
    yield* warnOfOthers(plan, places, report);
    const isAsked = !settings.force && ToConfirm.isStated(plan);
    if (clean || isAsked) yield* Patience.patiently(Places.copied(places, work));
    yield* Places.tellIfNew(places, report, ": this run makes it, and has nothing to back up");
    // Asked before anything is locked: an operator may take an hour to answer.
    const { known, toConfirm } = yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
      OwnTables.refuse(places.log, file).pipe(
        Effect.zipRight(OwnTables.insistOnFit(plan)),
        Effect.zipRight(
          Effect.all({
            known: survey(plan, { recoverable: clean }),
            toConfirm: isAsked ? ToConfirm.read(plan) : Effect.succeed([]),
          }),
        ),
      ),
    ).pipe(Effect.provide(looking(places)), Patience.patiently);
    if (clean) yield* warnOfLoss(known, report);
    if (!settings.force) {
      const asked = { survey: known, clean, rows: toConfirm };
      yield* confirm({ ...asked, backup: backupOf(places.log, settings, backup) });
    }
    yield* Places.warnOfLater(places, definition.writer, report);
    const took = yield* Next.clock;
    const run = Effect.gen(function* () {
      return yield* migrateAll(plan, {
        execution: "commit",
        leaveOut: settings.leaveOut,
        onCommitted: CommitState.tell,
        ...committing(places.log),
        decisions: decided(settings),
        version: definition.version,
        options: Started.options("migrate", definition, settings),
        ...(clean ? { clean: { confirmed: known.total } } : {}),
        ...(settings.noBackup ? {} : yield* backingUp({ ...backup, tables: plan.tables })),
      });
    });
    const summary = yield* Places.migrating(places, work, run).pipe(
      Effect.provide(ConsoleReport.layerLog(report, false)),
      (step) => Patience.patiently(step, isOvertaken(places.log)),
      Judged.ofRefused(places, {
        ...work,
        leaveOut: settings.leaveOut,
        clean: Next.typed({ definition, from: "migrate", settings }, "migrate", ["--clean"]),
      }),
    );
    yield* finish(definition, plan, report, summary, "");
    const next = Next.typed({ definition, from: "migrate", settings }, "verify-only");
    yield* report.note(yield* took(`Next, to compare every row: ${next}`));
  }).pipe(Effect.scoped);

export const dryRun = (definition: Definition, settings: Settings<"dry-run">) =>
  Effect.gen(function* () {
    // It fails in the words of the run.
    CommitState.begin("verify-only");
    const took = yield* Next.clock;
    const places = yield* Places.of(settings, definition.name);
    yield* backupPath(settings);
    const report = yield* ConsoleReport.make;
    const { clean } = settings;
    const plan = yield* planOf(definition);
    yield* Places.insistOnFit(places, plan);
    yield* warnOfOthers(plan, places, report);
    yield* Places.tellIfNew(places, report);
    yield* Patience.patiently(Places.copied(places, { plan, definition, report }));
    const copy = yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
      Effect.zipRight(
        OwnTables.refuse(places.log, file),
        Rehearsal.copied(places, { plan, clean, report }),
      ),
    ).pipe(Effect.provide(looking(places)), Patience.patiently);
    const run = Effect.gen(function* () {
      const known = yield* survey(plan, { recoverable: clean });
      if (clean) yield* warnOfLoss(known, report);
      const summary = yield* migrateAll(plan, {
        execution: copy === undefined ? "dry-run" : "rehearsal",
        leaveOut: settings.leaveOut,
        decisions: decided(settings),
        ...(clean ? { clean: { confirmed: known.total } } : {}),
      });
      return { summary, ranges: yield* Ranges.read(plan) };
    });
    const { summary, ranges } = yield* (
      copy === undefined
        ? Effect.provide(Places.ofOneSnapshot(places, run), Places.looking(places))
        : Rehearsal.run(copy, places.log.file?.path ?? "", run)
    ).pipe(
      Effect.provide(ConsoleReport.layerLog(report, true)),
      Patience.patiently,
      Judged.ofRefused(places, {
        ...{ plan, definition, report, leaveOut: settings.leaveOut },
        clean: Next.typed({ definition, from: "dry-run", settings }, "migrate", ["--clean"]),
      }),
    );
    yield* Effect.forEach(printRanges(ranges), report.result, { discard: true });
    yield* finish(definition, plan, report, summary, " (a dry run: nothing was kept)");
    const next = Next.typed({ definition, from: "dry-run", settings }, "migrate");
    yield* report.note(yield* took(`Nothing was kept. Next, to migrate: ${next}`));
  }).pipe(Effect.scoped);

/** The views of all other streams are made. */
export class UnreadableStreams extends Schema.TaggedError<UnreadableStreams>()(
  "UnreadableStreams",
  {
    count: Schema.Int,
    next: Schema.String,
  },
) {
  override get message() {
    const streams = this.count === 1 ? "1 stream cannot" : `${this.count} streams cannot`;
    return `${streams} be read, as is listed above, and what the views have of it stays as it is; all else is made and kept.`;
  }
}

export const rebuildViews = (definition: Definition, settings: Settings<"rebuild-views">) =>
  Effect.gen(function* () {
    CommitState.begin("verify-only");
    const took = yield* Next.clock;
    const places = yield* Places.ofLog(settings, definition.name);
    yield* Places.insistOnWritable(places);
    const report = yield* ConsoleReport.make;
    yield* Places.tellIfNew(places, report);
    const plan = yield* planOf(definition);
    const runs = yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
      Effect.zipRight(OwnTables.refuse(places.log, file), OwnTables.insistOnFit(plan)),
    ).pipe(
      Effect.zipRight(Effect.flatMap(EventStore, ({ runs }) => runs.all)),
      Effect.provide(looking(places)),
      Patience.patiently,
    );
    const rebuilt = yield* rebuild(plan, {
      onProgress: (step) => report.progress({ ...step, what: step.aggregate }),
      onUnreadable: (stream) =>
        report.listLine(
          `Unreadable: ${printable(describeUnreadable(stream))}`,
          report.note,
          report.live,
        ),
      onCommitted: CommitState.tell,
      ...committing(places.log),
    }).pipe(Effect.provide(Places.rebuilding(places)), Patience.patiently);
    for (const { aggregate, table, rows, written, removed, unreadable } of rebuilt) {
      const left = unreadable === 0 ? "" : `, ${unreadable} left as they are`;
      yield* report.result(
        `${aggregate}: ${number(rows, "row")} in ${table}, ${written} written anew, ${removed} of no stream removed${left}`,
      );
    }
    const changed = rebuilt.reduce((sum, { written, removed }) => sum + written + removed, 0);
    yield* report.result(`Views rebuilt: ${number(changed, "row")} changed`);
    const typed = Next.typed({ definition, from: "rebuild-views", settings }, "verify-only");
    const rows = Option.isSome(settings.databaseUrl) ? [] : Next.rowsOf(runs);
    const next = yield* took(`Next, to compare every row: ${[typed, ...rows].join(" ")}`);
    const count = rebuilt.reduce((sum, { unreadable }) => sum + unreadable, 0);
    if (count > 0) return yield* new UnreadableStreams({ count, next });
    yield* report.note(next);
  }).pipe(Effect.scoped);

export const ledger = (definition: Definition, settings: Settings<"ledger">) =>
  Effect.gen(function* () {
    const plan = yield* planOf(definition);
    const isAsked = Option.isSome(settings.databaseUrl) || Option.isSome(settings.legacyUrl);
    const lines = isAsked
      ? plan.ledger.linesOf(
          yield* Patience.patiently(Places.schema(yield* Rows.of(settings), definition, plan)),
        )
      : plan.ledger.lines();
    const unkept = sentences(plan.tables).map((sentence) => `- ${sentence}`);
    yield* Console.log(
      [
        print(lines),
        ...(unkept.length === 0 ? [] : ["", "What the events do not keep of it:", "", ...unkept]),
      ].join("\n"),
    );
  }).pipe(Effect.scoped);

/** Events in a file that is migrated to another place are somebody's earlier migration. */
const warnOfOthers = (plan: Plan, places: Places.Places, report: ConsoleReport.ConsoleReport) =>
  Effect.gen(function* () {
    const { rows, log } = places;
    if (log.elsewhere === undefined || !rows.canHaveLog) return;
    const { total } = yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
      Effect.flatMap(OwnTables.of(file), (own) =>
        own.length > 0 ? Effect.succeed({ total: 0 }) : survey(plan, { recoverable: false }),
      ),
    ).pipe(Effect.provide(looking(Places.inFile(rows))));
    if (total === 0) return;
    yield* report.note(
      `Warning: the file itself has ${number(total, "event")} of these aggregates; only those in ${log.elsewhere} are looked at.`,
    );
  });

/** By a run that was there first, and whose events are there by now: a file has one writer. */
const isOvertaken =
  ({ file }: Log) =>
  ({ _tag }: { readonly _tag: string }) =>
    file === undefined && _tag === "VersionConflict";

/** A file's commit is one step, of which no signal sees the half. */
export const committing = ({ file }: Log) =>
  file === undefined ? { onCommitting: CommitState.committing } : {};

/** What is said of the backup before it is made, if one is. */
export const backupOf = (
  { file }: Log,
  { noBackup }: { readonly noBackup: boolean },
  { to }: Pick<Backup.Options, "to">,
): Confirmed => {
  if (file === undefined || noBackup) return undefined;
  return file.isNew ? { newFile: file.path } : { to: to ?? `${file.path}.<UTC>.backup` };
};

/** What a run does before its first write, where the log is a file of ours. */
export const backingUp = (options: Backup.Options) =>
  Effect.gen(function* () {
    const rows = yield* SqliteDatabase.SqliteDatabase;
    const file = yield* LogFile;
    if (file === undefined) return {};
    const backup = yield* Backup.make({ ...options, rows }).pipe(
      Effect.provideService(SqliteDatabase.SqliteDatabase, file),
    );
    return { backup };
  });

export const backupPath = ({
  backup,
  noBackup,
}: Pick<Settings<"migrate">, "backup" | "noBackup">): Effect.Effect<
  Pick<Backup.Options, "to">,
  UsageError
> => {
  if (Option.isNone(backup)) return Effect.succeed({});
  if (noBackup) {
    return new UsageError({ message: "--backup and --no-backup contradict each other." });
  }
  const to = resolve(base(), backup.value);
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true;
  return backup.value.endsWith("/") && !isFolder
    ? new UsageError({
        message: `--backup ${printable(backup.value)} names a folder that is not there: make it, or name a file; --no-backup makes no backup.`,
      })
    : Effect.succeed({ to });
};

/** Definitions that cannot be together are wrong usage; anything else is unexpected. */
export const planOf = ({ plan }: Definition): Effect.Effect<Plan, UsageError> =>
  Effect.tryPromise({ try: plan, catch: (error) => error }).pipe(
    Effect.catchAll((error) =>
      error instanceof Mistaken ? new UsageError({ message: error.message }) : Effect.die(error),
    ),
  );

const decided = ({
  decisions,
}: Settings<"migrate" | "dry-run">): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(decisions).flatMap(([name, value]) =>
      Option.isSome(value) ? [[name, value.value]] : [],
    ),
  );

export const looking = (places: Places.Places) => Layer.merge(Places.looking(places), layerSilent);

/** The last line is the one that scripts read; it ends with `end`. */
const finish = (
  definition: Definition,
  { types }: Plan,
  report: ConsoleReport.ConsoleReport,
  summary: Readonly<Record<string, unknown>>,
  end: string,
) => {
  const outcomes = types.map((type) => [type, summary[type] as Outcome] as const);
  const lines = definition.finish(Object.fromEntries(outcomes));
  const last = lines.length - 1;
  return Effect.forEach(lines, (line, at) => report.result(at === last ? line + end : line), {
    discard: true,
  });
};
