import { Context, Effect } from "effect";
import type { Compilable, Kysely } from "kysely";
import type { StoreError } from "./DatabaseError.ts";

/**
 * Tables of one's own beside the log, in its database. What is written in a `store.transaction`, as a
 * subscription's handler is, is kept with the events and the checkpoint or not at all.
 *
 * ```ts
 * const totals = Tables.of<{ totals: { owner: string; cents: number } }>();
 *
 * yield* totals((query) => query.insertInto("totals").values({ owner, cents }));
 * const rows = yield* totals((query) => query.selectFrom("totals").selectAll());
 * ```
 */

export interface Service {
  /**
   * Runs the query that Kysely builds, and gives its rows. Integers that a number holds exactly come as
   * numbers, and texts as texts; of any other type PostgreSQL gives the text, and SQLite what it has.
   */
  readonly run: <Database, Row>(
    build: (query: Kysely<Database>) => Compilable<Row>,
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>;
}

/** Provided by `sqlite/layer` and `postgres/layer`, where the tables are those of the log's schema. */
export class Tables extends Context.Tag("@ledgerfold/event-store/Tables")<Tables, Service>() {}

/** Queries of the tables with these columns. */
export const of =
  <Database>() =>
  <Row>(
    build: (query: Kysely<Database>) => Compilable<Row>,
  ): Effect.Effect<ReadonlyArray<Row>, StoreError, Tables> =>
    Effect.flatMap(Tables, ({ run }) => run(build));
