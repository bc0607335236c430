import { Context, Effect } from "effect";
import type { Compilable, Kysely } from "kysely";
import type { StoreError } from "./DatabaseError.ts";

/** Tables of one's own beside the log, in the transaction of its events. */

/** How queries of such tables are run. */
export interface Service {
  /**
   * Runs the query that Kysely builds, and gives its rows. Integers that a number holds exactly come as
   * numbers, and texts as texts; of any other type PostgreSQL gives the text, and SQLite what it has.
   */
  readonly run: <Database, Row>(
    build: (query: Kysely<Database>) => Compilable<Row>,
  ) => Effect.Effect<ReadonlyArray<Row>, StoreError>;
}

/**
 * Tables of one's own beside the log, in its database: those of the log's schema in PostgreSQL. Provided
 * by `sqlite/layer` and `postgres/layer`.
 */
export class Tables extends Context.Tag("@ledgerfold/event-store/Tables")<Tables, Service>() {}

/**
 * Queries of the tables with these columns. What they write in a `store.transaction`, as a
 * subscription's handler does, is kept with the events and the checkpoint or not at all.
 *
 * @example
 * ```ts
 * import * as Tables from "@ledgerfold/event-store/Tables";
 *
 * const totals = Tables.of<{ totals: { owner: string; cents: number } }>();
 *
 * export const add = (owner: string, cents: number) =>
 *   totals((query) => query.insertInto("totals").values({ owner, cents }));
 * export const all = totals((query) => query.selectFrom("totals").selectAll());
 * ```
 */
export const of =
  <Database>() =>
  <Row>(
    build: (query: Kysely<Database>) => Compilable<Row>,
  ): Effect.Effect<ReadonlyArray<Row>, StoreError, Tables> =>
    Effect.flatMap(Tables, ({ run }) => run(build));
