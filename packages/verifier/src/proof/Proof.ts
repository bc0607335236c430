import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { sql } from "kysely";
import { query } from "../Query.ts";
import { type Block, read, type Whole } from "./Reader.ts";
import type { Layout } from "./Row.ts";
import { find, type ProvenTable, type Unproven } from "./ProvenTables.ts";

/** Reads every table that is proven, and gives the hashes of its rows to those who want them. */

/** Takes the hashes of rows, one table after another. */
export interface Sink<E = never> {
  /** The layout in which to hash the rows of this table; undefined where they are not wanted. */
  readonly begin: (table: ProvenTable) => Effect.Effect<Layout | undefined, E>;
  readonly block: (block: Block) => Effect.Effect<void, E>;
  readonly end: (whole: Whole) => Effect.Effect<void, E>;
  /** After all tables. */
  readonly close: (unproven: ReadonlyArray<Unproven>) => Effect.Effect<void, E>;
}

/** Rows of one table. */
export interface Progress {
  readonly table: string;
  readonly done: number;
  readonly total: number;
}

/** To be run in the transaction of a verification, so that both see the same. */
export const prove = <E>(
  database: Service,
  plan: Parameters<typeof find>[1],
  sinks: ReadonlyArray<Sink<E>>,
  onProgress: (progress: Progress) => Effect.Effect<void>,
): Effect.Effect<void, DatabaseBusy | DatabaseError | E> =>
  Effect.gen(function* () {
    const { proven, unproven } = yield* database.run("looking for tables", () =>
      find(database, plan),
    );
    for (const table of proven) {
      const total = yield* database.run("counting rows", () => count(database, table));
      // Sinks that want the same layout share one reading of the table, and mostly all do.
      const wanted = new Map<string, { layout: Layout; sinks: Array<Sink<E>> }>();
      for (const sink of sinks) {
        const layout = yield* sink.begin(table);
        if (layout === undefined) continue;
        const name = JSON.stringify(layout);
        const same = wanted.get(name) ?? { layout, sinks: [] };
        same.sinks.push(sink);
        wanted.set(name, same);
      }
      for (const { layout, sinks } of wanted.values()) {
        let done = 0;
        const whole = yield* read(database, table, layout, (block) => {
          done += block.keys.length;
          const progress = onProgress({ table: layout.table, done, total });
          const told = Effect.forEach(sinks, (sink) => sink.block(block), { discard: true });
          return Effect.zipRight(told, progress);
        });
        yield* Effect.forEach(sinks, (sink) => sink.end(whole), { discard: true });
      }
    }
    yield* Effect.forEach(sinks, (sink) => sink.close(unproven), { discard: true });
  });

const count = (database: Service, { source }: ProvenTable): number => {
  const [found] = database.execute(
    query(sql<{ total: bigint }>`select count(*) as total from ${source}`),
  );
  return Number(found?.total ?? 0n);
};
