import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { describe } from "@ledgerfold/migration/BadData";
import { Context, Effect, Layer, Option } from "effect";
import { series } from "../Prose.ts";
import type { ConsoleReport } from "../ConsoleReport.ts";
import { UsageError } from "../UsageError.ts";
import * as Catalog from "./Catalog.ts";
import * as Copy from "./Copy.ts";
import * as PatientServer from "../PatientServer.ts";
import * as Lock from "./Lock.ts";
import type { Snapshot } from "./Snapshot.ts";
import * as Wanted from "./Wanted.ts";

/** Legacy rows in PostgreSQL. Loaded only where `--legacy-url` says that they are there. */

/** The server of a log that is open to be written. */
export class LogServer extends Context.Tag("@ledgerfold/migration-cli/LogServer")<
  LogServer,
  PostgresDatabase.Service
>() {}

export interface Options {
  readonly url: string;
  /** An empty file, or an older copy, which this one takes the place of. */
  readonly path: string;
  /** What the server calls the command's connections. */
  readonly name: string;
  readonly writer: string;
}

const database = ({ url, name }: Pick<Options, "url" | "name">) =>
  // Also behind a pooler that gives each transaction another connection.
  PatientServer.layer({ url, applicationName: name, prepare: false });

/** The tables and columns of the schemas that a plan's tables are of. */
export const schema = (plan: Plan, options: Pick<Options, "url" | "name">) =>
  Effect.flatMap(PostgresDatabase.PostgresDatabase, (source) =>
    Effect.map(
      source.use(Catalog.read),
      (relations): ReadonlyArray<FileTable> =>
        Catalog.schemaOf(relations, Wanted.find(plan, relations)),
    ),
  ).pipe(Effect.provide(database(options)));

/** Copies the rows of a plan as they are now, and tells nobody of it. */
export const copySilently = (plan: Plan, options: Pick<Options, "url" | "path" | "name">) =>
  Effect.zipRight(
    insistOnPlain(plan),
    Effect.flatMap(PostgresDatabase.PostgresDatabase, (source) =>
      Copy.fill(source, options.path, plan, {
        onBad: () => Effect.void,
        onProgress: () => Effect.void,
      }),
    ),
  ).pipe(Effect.provide(database(options)));

/** Copies the rows of a plan as they are now. */
export const copy = (plan: Plan, options: Options, report: ConsoleReport) =>
  Effect.flatMap(PostgresDatabase.PostgresDatabase, (source) =>
    copyFrom(source, plan, options, report),
  ).pipe(Effect.provide(database(options)));

const copyFrom = (
  source: PostgresDatabase.Service,
  plan: Plan,
  { path }: Options,
  report: ConsoleReport,
) =>
  Effect.gen(function* () {
    const { snapshot, foreign } = yield* Copy.fill(source, path, plan, {
      onBad: (bad) => report.listLine(`Bad data: ${describe(bad)}`, report.note, report.live),
      onProgress: (done) => report.progress({ what: "Copy of the source", done }),
    });
    yield* report.note(`Copied the rows of ${called(snapshot)}.`);
    if (foreign.length > 0) {
      yield* report.note(
        `The rows of ${series(foreign, "and")} come from another server: they are as they were there when they were read.`,
      );
    }
    return snapshot;
  });

/** As reports and sentences name it. */
export const called = ({ database, id, moment, version }: Snapshot): string =>
  `${database} (PostgreSQL ${version}), snapshot ${id} of ${moment}`;

/**
 * Runs what writes the log on a copy of the rows. Where the log is in the same database, its
 * transaction first locks the tables against writes, and the copy is of what is in them then.
 */
export const migrating = <A, E, R>(
  plan: Plan,
  options: Options,
  report: ConsoleReport,
  run: Effect.Effect<A, E, R>,
) =>
  Effect.gen(function* () {
    const source = yield* PostgresDatabase.PostgresDatabase;
    const server = Option.getOrUndefined(yield* Effect.serviceOption(LogServer));
    const copying = copyFrom(source, plan, options, report);
    if (server === undefined || !(yield* Lock.areSame(source, server))) {
      yield* copying;
      yield* report.note(later(options.writer, "it"));
      return yield* run;
    }
    const relations = yield* Effect.map(source.use(Catalog.read), (all) =>
      Wanted.find(plan, all).wanted.map(({ relation }) => relation),
    );
    const open = relations.filter((one) => !Lock.isLockable(one));
    return yield* server.transaction(
      Effect.gen(function* () {
        yield* Lock.take(server, source, relations);
        yield* report.note(
          `The log is in the same database: until it is committed, nobody else writes to the tables of the source.`,
        );
        if (open.length > 0) {
          const names = open.map(({ schema, name }) => `${schema}.${name}`);
          yield* report.note(later(options.writer, series(names, "and")));
        }
        yield* copying;
        return yield* run;
      }),
    );
  }).pipe(Effect.provide(database(options)));

const later = (writer: string, to: string) =>
  `What ${writer} writes to ${to} from then on is not in the log.`;

/** Refuses what can only be read of a SQLite file. */
export const insistOnPlain = ({ types, migrations }: Plan): Effect.Effect<void, UsageError> => {
  const bound = types.filter((type) => migrations[type]?.definition.sqlite !== undefined);
  return bound.length === 0
    ? Effect.void
    : new UsageError({
        message: `The rows of ${series(bound, "and")} are read with SQL of SQLite's, so that --legacy-url cannot be used: name a SQLite file with --database-url.`,
      });
};

export const layerServer = Layer.effect(LogServer, PostgresDatabase.PostgresDatabase);
