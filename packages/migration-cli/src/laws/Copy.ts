import { folded } from "@ledgerfold/declaration/Folded";
import * as LogShape from "@ledgerfold/declaration/LogShape";
import type { Plan } from "@ledgerfold/declaration/Plan";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as FileSchema from "@ledgerfold/event-store/sqlite/FileSchema";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import * as TemporaryFile from "@ledgerfold/event-store/sqlite/TemporaryFile";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import * as Migrating from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { describe } from "@ledgerfold/verifier/Difference";
import { verify } from "@ledgerfold/verifier/Verify";
import { Effect, Layer, Schema } from "effect";
import { sql } from "kysely";
import * as OwnTables from "../OwnTables.ts";
import * as Loose from "./Loose.ts";

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

/** The copy is to hold a log beside the tables, and one of these has the name of a log's. */
export class NoPlace extends Schema.TaggedError<NoPlace>()("NoPlace", {
  tables: Schema.Array(Schema.String),
}) {
  override get message() {
    return `The laws keep the events in a copy of the file, where ${this.tables.join(" and ")} of its own, which is no event log, would stand in the way`;
  }
}

/**
 * Migrates a copy, a temporary file that is gone at the end. Its tables take cells of every
 * class, and `rows` says how many rows of each are kept: all of them where it says nothing, or where
 * a definition has joins of its own.
 */
export const migrated = <Type extends string, A, E>(
  { plan, leaveOut = [], decisions = {}, ...from }: Given<Type>,
  rows: number | undefined,
  work: (database: SqliteDatabase.Service) => Effect.Effect<A, E, SqliteDatabase.SqliteDatabase>,
) =>
  Effect.gen(function* () {
    const copy = yield* TemporaryFile.make("laws");
    yield* copyTo(copy, plan, from);
    return yield* Effect.gen(function* () {
      const database = yield* SqliteDatabase.SqliteDatabase;
      const foreign = yield* OwnTables.of(database);
      if (foreign.length > 0) return yield* new NoPlace({ tables: foreign });
      yield* database.run("preparing the copy", () => Loose.loosen(database, plan, rows));
      const { total } = yield* Migrating.survey(plan, { recoverable: false });
      yield* Migrating.migrateAll(plan, {
        ...{ execution: "commit", leaveOut, decisions },
        ...(total > 0 ? { clean: { confirmed: total } } : {}),
      });
      const { differences, first } = yield* differencesOf(plan, leaveOut);
      if (differences > 0) return yield* new NotClean({ differences, first });
      return yield* work(database);
    }).pipe(
      Effect.provide(
        Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer, layerSilent).pipe(
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
        yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (database) =>
          database.run("dropping the log", () => dropLog(database, plan)),
        ).pipe(Effect.provide(SqliteDatabase.layer({ path: copy, synchronous: "normal" })));
      });

/** Of the tables of a server's log, a copy has the names and no rows. */
const dropLog = (database: SqliteDatabase.Service, { aggregates }: Plan): void => {
  const log = new Set(["events", "snapshots", ...aggregates.map(({ view }) => view.table)]);
  for (const { name, columns } of FileSchema.read(database)) {
    if (!log.has(folded(name)) || LogShape.isForeign(name, columns)) continue;
    database.execute(raw(sql`drop table ${sql.id(name)}`));
  }
};

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
          onDifference: (one) =>
            Effect.sync(() => {
              if (first === "") first = describe(one);
              found.streams.add(streamOf(one.aggregate, one.id));
              found.aggregates.add(one.aggregate);
            }),
          onProgress: () => Effect.void,
        },
        { leaveOut },
      ),
      ({ differences }): Found => ({ differences, first, ...found }),
    );
  });
