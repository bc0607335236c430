import type { Plan } from "@ledgerfold/declaration/Plan";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
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
import * as Loose from "./Loose.ts";

export interface Given<Type extends string = string> {
  readonly plan: Plan<Type>;
  /** Of a SQLite file with the legacy tables; it is only read. */
  readonly path: string;
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
 * Migrates a copy, a temporary file that is gone at the end. Its tables take cells of every
 * class, and `rows` says how many rows of each are kept: all of them where it says nothing, or where
 * a definition has joins of its own.
 */
export const migrated = <Type extends string, A, E>(
  { plan, path, leaveOut = [], decisions = {} }: Given<Type>,
  rows: number | undefined,
  work: (database: SqliteDatabase.Service) => Effect.Effect<A, E, SqliteDatabase.SqliteDatabase>,
) =>
  Effect.gen(function* () {
    const copy = yield* TemporaryFile.make("laws");
    yield* Effect.provide(copyTo(copy), SqliteDatabase.layer({ path, mode: "read" }));
    return yield* Effect.gen(function* () {
      const database = yield* SqliteDatabase.SqliteDatabase;
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

const copyTo = (copy: string) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, (source) =>
    source.run("copying the file", () => source.execute(raw(sql`vacuum into ${copy}`))),
  );

/** Of the file as it is now. */
export const differencesOf = <Type extends string>(
  plan: Plan<Type>,
  leaveOut: ReadonlyArray<string> = [],
) => {
  let first = "";
  return Effect.map(
    verify(
      plan,
      {
        onDifference: (one) =>
          Effect.sync(() => {
            if (first === "") first = describe(one);
          }),
        onProgress: () => Effect.void,
      },
      { leaveOut },
    ),
    ({ differences }) => ({ differences, first }),
  );
};
