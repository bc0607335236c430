import type { Plan } from "@ledgerfold/declaration/Plan";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import * as Migrating from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { describe } from "@ledgerfold/verifier/Difference";
import { verify } from "@ledgerfold/verifier/Verify";
import * as EventCopy from "@ledgerfold/verifier/internal/sqlite/EventCopy";
import { Effect, Layer, Schema } from "effect";
import { sql } from "kysely";
import * as Loose from "./Loose.ts";

/** What a law is tried on. */
export type Given<Type extends string = string> = Stated<Type> & From;

/** Where the legacy tables are, which are only read: in a SQLite file, or in PostgreSQL. */
type From = { readonly path: string } | { readonly url: string };

interface Stated<Type extends string> {
  readonly plan: Plan<Type>;
  /** As for a migration: undeclared tables and columns that are left out knowingly. */
  readonly leaveOut?: ReadonlyArray<string>;
  /** As for a migration. */
  readonly decisions?: Readonly<Record<string, string>>;
}

/** The file, migrated anew, does not verify: there is nothing yet to hold a law against. */
export class NotClean extends Schema.TaggedError<NotClean>()("NotClean", {
  differences: Schema.Int,
  first: Schema.String,
}) {
  override get message() {
    return `A copy of the file was migrated, and verifying it found ${this.differences} differences before anything was changed: ${this.first}`;
  }
}

/**
 * Migrates a copy, a temporary file that is gone at the end, as is the log, which is in another, so
 * that no table of the copy can stand in its way. The work finds the log's tables before the copy's.
 * These take cells of every class, and `rows` says how many rows of each are kept: all of them where
 * it says nothing, or where a definition has joins of its own.
 */
export const migrated = <Type extends string, A, E>(
  { plan, leaveOut = [], decisions = {}, ...from }: Given<Type>,
  rows: number | undefined,
  work: (database: SqliteDatabase.Service) => Effect.Effect<A, E, SqliteDatabase.SqliteDatabase>,
) =>
  Effect.gen(function* () {
    const copy = yield* TemporaryFile.make("laws");
    yield* copyTo(copy, plan, from);
    const log = SqliteDatabase.layer({
      path: yield* TemporaryFile.make("laws-log"),
      synchronous: "normal",
    });
    return yield* Effect.gen(function* () {
      const database = yield* SqliteDatabase.SqliteDatabase;
      yield* database.run("preparing the copy", () => Loose.loosen(database, plan, rows));
      yield* Migrating.migrateAll(plan, { execution: "commit", leaveOut, decisions }).pipe(
        Effect.provide(Layer.provide(Store.layerDatabase, log)),
      );
      const views = plan.aggregates.map(({ view }) => view.table);
      yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (source) =>
        EventCopy.copy(source, database, views, () => Effect.void),
      ).pipe(Effect.provide(log));
      const { differences, first } = yield* differencesOf(plan, leaveOut);
      if (differences > 0) return yield* new NotClean({ differences, first });
      return yield* work(database);
    }).pipe(
      Effect.provide(
        Layer.merge(LegacySqlite.layer, layerSilent).pipe(
          Layer.provideMerge(SqliteDatabase.layer({ path: copy, synchronous: "normal" })),
        ),
      ),
    );
  }).pipe(Effect.scoped);

const copyTo = (copy: string, plan: Plan, from: From) =>
  "path" in from
    ? Effect.flatMap(SqliteDatabase.SqliteDatabase, (source) =>
        source.run("copying the file", () => source.execute(raw(sql`vacuum into ${copy}`))),
      ).pipe(Effect.provide(SqliteDatabase.layer({ path: from.path, mode: "read" })))
    : Effect.gen(function* () {
        const Source = yield* Effect.promise(() => import("../source/Source.ts"));
        const { command } = plan.words;
        yield* Source.copySilently(plan, { url: from.url, path: copy, name: command });
      });

export interface Found {
  readonly differences: number;
  readonly first: string;
  /** That some difference names; by what `streamOf` calls them. */
  readonly streams: ReadonlySet<string>;
  readonly aggregates: ReadonlySet<string>;
}

export const streamOf = (type: string, id: string): string => `${type} ${id}`;

/** Of the file as it is now; what else is found of it as a whole is no difference. */
export const differencesOf = (
  { tables, migrations, ledger }: Plan,
  leaveOut: ReadonlyArray<string> = [],
  aggregates: ReadonlySet<string> = new Set(Object.keys(migrations)),
) =>
  Effect.suspend(() => {
    let first = "";
    const found = { streams: new Set<string>(), aggregates: new Set<string>() };
    const wanted = Object.entries(migrations).filter(([type]) => aggregates.has(type));
    return Effect.map(
      verify(
        { tables, migrations: Object.fromEntries(wanted), ledger, findings: [] },
        {
          onDifferences: (differences) =>
            Effect.sync(() => {
              for (const one of differences) {
                if (first === "") first = describe(one);
                found.streams.add(streamOf(one.aggregate, one.id));
                found.aggregates.add(one.aggregate);
              }
            }),
          onProgress: () => Effect.void,
        },
        { leaveOut },
      ),
      ({ differences }): Found => ({ differences, first, ...found }),
    );
  });
