import { resolve } from "node:path";
import { layerDatabase as layerEventStore } from "@ledgerfold/event-store/sqlite/layer";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Backup from "@ledgerfold/migration/Backup";
import { print } from "@ledgerfold/declaration/Ledger";
import type { Outcome } from "@ledgerfold/declaration/Writing";
import { LegacySource } from "@ledgerfold/migration/LegacySource";
import { migrateAll, rebuildViews as rebuild, survey } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { layer as layerLegacy } from "@ledgerfold/migration/sqlite/LegacySqlite";
import { Console, Effect, Layer, Option } from "effect";
import { confirm, orRefuse, warnOfLoss } from "./Confirm.ts";
import type { Definition } from "./Definition.ts";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import * as Kept from "./Kept.ts";
import * as Report from "./Report.ts";
import { UsageError } from "./UsageError.ts";

/** What each form of the command does, once its options are read. */

export interface Settings {
  readonly databaseUrl: Option.Option<string>;
  readonly eventStoreUrl: Option.Option<string>;
  readonly force: boolean;
  readonly clean: boolean;
  readonly backup: Option.Option<string>;
  readonly noBackup: boolean;
  readonly decisions: Readonly<Record<string, Option.Option<string>>>;
  readonly leaveOut: ReadonlyArray<string>;
  readonly strict: boolean;
  readonly report: Option.Option<string>;
  readonly against: Option.Option<string>;
}

export const migrate = (definition: Definition, settings: Settings) =>
  Effect.gen(function* () {
    yield* onlyForVerifying(settings);
    const path = yield* databasePath(settings);
    const url = yield* eventStoreUrl(settings);
    const backup = yield* backupPath(settings);
    if (!settings.force) yield* orRefuse;
    const report = yield* Report.make;
    const { clean } = settings;
    const makesBackup = url === undefined && !settings.noBackup;
    const plan = yield* planOf(definition);
    yield* warnOfOthers(plan, path, url, report);
    // Asked before anything is locked: an operator may take an hour to answer.
    const known = yield* survey(plan, { recoverable: clean }).pipe(
      Effect.provide(looking(definition, path, url)),
    );
    if (clean) yield* warnOfLoss(known, report);
    if (!settings.force) {
      const shown = backup.to ?? `${path}.<UTC>.backup`;
      yield* confirm(known, clean, makesBackup ? shown : undefined);
    }
    const run = Effect.gen(function* () {
      return yield* migrateAll(plan, {
        execution: "commit",
        leaveOut: settings.leaveOut,
        onCommitted: Kept.tell,
        decisions: decided(settings),
        ...(clean ? { clean: { confirmed: known.total } } : {}),
        ...(makesBackup ? { backup: yield* Backup.make({ ...backup, tables: plan.tables }) } : {}),
      });
    });
    const summary = yield* ofOneSnapshot(run, url).pipe(
      Effect.provide(Layer.merge(writing(definition, path, url), Report.layerLog(report, false))),
    );
    yield* finish(definition, plan, report, summary);
  }).pipe(Effect.scoped);

export const dryRun = (definition: Definition, settings: Settings) =>
  Effect.gen(function* () {
    yield* onlyForVerifying(settings);
    const path = yield* databasePath(settings);
    const url = yield* eventStoreUrl(settings);
    yield* backupPath(settings);
    const report = yield* Report.make;
    const { clean } = settings;
    const plan = yield* planOf(definition);
    yield* warnOfOthers(plan, path, url, report);
    const run = Effect.gen(function* () {
      const known = yield* survey(plan, { recoverable: clean });
      if (clean) yield* warnOfLoss(known, report);
      return yield* migrateAll(plan, {
        execution: "dry-run",
        leaveOut: settings.leaveOut,
        decisions: decided(settings),
        ...(clean ? { clean: { confirmed: known.total } } : {}),
      });
    });
    const summary = yield* ofOneSnapshot(run, url).pipe(
      Effect.provide(Layer.merge(looking(definition, path, url), Report.layerLog(report, true))),
    );
    yield* finish(definition, plan, report, summary);
  }).pipe(Effect.scoped);

export const rebuildViews = (definition: Definition, settings: Settings) =>
  Effect.gen(function* () {
    const { clean, decisions, backup, noBackup, leaveOut, strict, report: to } = settings;
    const others = [clean, noBackup, strict, leaveOut.length > 0];
    const values = [...Object.values(decisions), backup, to, settings.against];
    if (others.includes(true) || values.some(Option.isSome)) {
      return yield* new UsageError({
        message:
          "rebuild-views only makes views anew from the events: it takes --database-url, --event-store-url, and --force, which changes nothing.",
      });
    }
    const path = yield* databasePath(settings);
    const url = yield* eventStoreUrl(settings);
    const report = yield* Report.make;
    const plan = yield* planOf(definition);
    const rebuilt = yield* rebuild(plan, {
      onProgress: (step) => report.progress({ ...step, what: step.aggregate }),
      onCommitted: Kept.tell,
    }).pipe(Effect.provide(writing(definition, path, url)));
    for (const { aggregate, table, rows, written, removed } of rebuilt) {
      yield* report.result(
        `${aggregate}: ${rows} rows in ${table}, ${written} written anew, ${removed} of no stream removed`,
      );
    }
    const changed = rebuilt.reduce((sum, { written, removed }) => sum + written + removed, 0);
    yield* report.result(`Views rebuilt: ${changed} rows changed`);
  }).pipe(Effect.scoped);

export const ledger = (definition: Definition, settings: Settings) =>
  Effect.gen(function* () {
    const { force, clean, decisions, leaveOut, strict, report, against } = settings;
    const values = [...Object.values(decisions), report, against];
    if (force || clean || strict || values.some(Option.isSome) || leaveOut.length > 0) {
      return yield* new UsageError({
        message: "ledger only prints: it takes --database-url alone.",
      });
    }
    const { ledger: known } = yield* planOf(definition);
    const lines = Option.isNone(settings.databaseUrl)
      ? known.lines()
      : known.linesOf(
          yield* Effect.flatMap(LegacySource, ({ schema }) => schema).pipe(
            Effect.provide(looking(definition, yield* databasePath(settings), undefined)),
          ),
        );
    yield* Console.log(print(lines));
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

/** Undefined where the events are in the file itself. */
export const eventStoreUrl = ({
  eventStoreUrl,
  backup,
  noBackup,
}: Settings): Effect.Effect<string | undefined, UsageError> => {
  if (Option.isNone(eventStoreUrl)) return Effect.succeed(undefined);
  if (!/^postgres(ql)?:\/\//i.test(eventStoreUrl.value)) {
    // Not shown: it may hold a password all the same.
    return new UsageError({
      message: "--event-store-url must begin with postgresql:// or postgres://.",
    });
  }
  return noBackup || Option.isSome(backup)
    ? new UsageError({
        message:
          "With --event-store-url the file is only read, so --backup and --no-backup mean nothing; PostgreSQL's own backup is yours to make.",
      })
    : Effect.succeed(eventStoreUrl.value);
};

/** Events in a file that is migrated to another place are somebody's earlier migration. */
const warnOfOthers = (plan: Plan, path: string, url: string | undefined, report: Report.Report) =>
  url === undefined
    ? Effect.void
    : Effect.flatMap(
        survey(plan, { recoverable: false }).pipe(Effect.provide(inFileOnly(path))),
        ({ total }) =>
          total === 0
            ? Effect.void
            : report.note(
                `Warning: the file itself has ${total} events of these aggregates; only those in PostgreSQL are looked at.`,
              ),
      );

/** The transaction of the events covers the rows too, unless they are in two databases. */
const ofOneSnapshot = <A, E, R>(run: Effect.Effect<A, E, R>, url: string | undefined) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
    url === undefined ? run : file.transaction(run),
  );

const backupPath = ({
  backup,
  noBackup,
}: Settings): Effect.Effect<Pick<Backup.Options, "to">, UsageError> =>
  noBackup && Option.isSome(backup)
    ? new UsageError({ message: "--backup and --no-backup contradict each other." })
    : Effect.succeed(
        Option.match(backup, { onNone: () => ({}), onSome: (to) => ({ to: resolve(base(), to) }) }),
      );

export const planOf = ({ plan }: Definition): Effect.Effect<Plan> => Effect.promise(plan);

const decided = ({ decisions }: Settings): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(decisions).flatMap(([name, value]) =>
      Option.isSome(value) ? [[name, value.value]] : [],
    ),
  );

const inFile = Layer.merge(layerEventStore, layerLegacy);

/** A file whose events are elsewhere is only ever read. */
const beside = (definition: Definition, path: string, url: string) =>
  Layer.merge(
    Layer.provideMerge(layerLegacy, SqliteDatabase.layer({ path, mode: "read" })),
    Layer.unwrapEffect(Effect.map(postgres, ({ layer }) => layer(url, definition.name))),
  );

export const postgres = Effect.promise(() => import("./postgres.ts"));

const inFileOnly = (path: string) =>
  Layer.merge(
    Layer.provideMerge(inFile, SqliteDatabase.layer({ path, mode: "read" })),
    layerSilent,
  );

const looking = (definition: Definition, path: string, url: string | undefined) =>
  Layer.merge(
    url === undefined
      ? Layer.provideMerge(inFile, SqliteDatabase.layer({ path, mode: "read" }))
      : beside(definition, path, url),
    layerSilent,
  );

const writing = (definition: Definition, path: string, url: string | undefined) =>
  url === undefined
    ? Layer.provideMerge(inFile, SqliteDatabase.layer({ path, mode: "write", synchronous: "full" }))
    : beside(definition, path, url);

/** The last line is the one that scripts read. */
const finish = (
  definition: Definition,
  { types }: Plan,
  report: Report.Report,
  summary: Readonly<Record<string, unknown>>,
) => {
  const outcomes = types.map((type) => [type, summary[type] as Outcome] as const);
  const lines = definition.finish(Object.fromEntries(outcomes));
  return Effect.forEach(lines, report.result, { discard: true });
};
