import { Effect } from "effect";
import { DatabaseError, type StoreError } from "../DatabaseError.ts";
import { VersionConflict } from "../EventStore.ts";
import type { Service } from "./Database.ts";
import { isTaken } from "./Failures.ts";
import type { Statements } from "./Statements.ts";
import * as SecondaryIndexes from "./SecondaryIndexes.ts";
import * as UniqueKey from "./UniqueKey.ts";

/**
 * Bulk loads: while one runs, tables that were empty go without their indexes, which are made when it
 * ends, or as soon as anything else than fresh streams is read or written. Of another service's keys,
 * which are a part of its tables, they keep those.
 */
export interface BulkLoad {
  readonly isRunning: () => boolean;
  /** Whether a table is without its key while this append runs. */
  readonly isWithoutKey: (table: string) => boolean;
  /** To be called as an append begins; `freshIn` gives the view tables if all streams are fresh. */
  readonly beginAppend: (freshIn: () => Iterable<string> | undefined) => void;
  /** Work on tables that all have their keys. */
  readonly run: <A>(operation: string, work: () => A) => Effect.Effect<A, StoreError>;
  readonly bulk: <A, E, R>(
    effect: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | VersionConflict | StoreError, R>;
}

export const make = (database: Service, statements: Statements): BulkLoad => {
  let isRunning = false;
  /** The keys that a load may have left out, by table; a rollback takes none of them away. */
  const keys = new Map([[UniqueKey.ofLog.table, UniqueKey.ofLog]]);
  const withoutKey = new Set<string>();
  /** The other indexes that this load has taken away, of which a rollback may bring some back. */
  let taken: ReadonlyArray<SecondaryIndexes.SecondaryIndex> = [];

  const completeIndexes = () => {
    for (const index of taken) SecondaryIndexes.putBack(database, index);
    for (const key of keys.values()) {
      if (statements.exists(key.table) && UniqueKey.find(database, key) === "none") {
        UniqueKey.make(database, key);
      }
    }
    withoutKey.clear();
  };
  /** Only of empty tables: with rows in it, making them again takes longer than it saves. */
  const leaveIndexesOut = (key: UniqueKey.UniqueKey) => {
    const { table } = key;
    keys.set(table, key);
    const isEmpty = statements.anyRow(table).get() === undefined;
    const found = statements.key(key);
    const canGo = found === "ours" && isEmpty;
    if (canGo) UniqueKey.drop(database, key);
    if (isEmpty && !statements.hasTrigger(table)) {
      taken = [...taken, ...SecondaryIndexes.take(database, table)];
    }
    if (canGo || found === "none") withoutKey.add(table);
  };

  const run = <A>(operation: string, work: () => A) =>
    database.run(operation, () => {
      statements.refresh();
      if (isRunning) completeIndexes();
      return work();
    });
  const setRunning = (value: boolean) => {
    isRunning = value;
    if (!value) taken = [];
  };

  /** The conflict behind a key that could not be made, where that is what failed. */
  const streamTwice = <E>(error: E): Effect.Effect<E | VersionConflict, StoreError> =>
    error instanceof DatabaseError && isTaken(error.cause)
      ? database.run("looking for a stream that stands twice", () => {
          const stream = UniqueKey.broken(database);
          if (stream === undefined) return error;
          const actual = statements.lastSequence(stream);
          return new VersionConflict({ stream, expected: "none", actual });
        })
      : Effect.succeed(error);

  return {
    isRunning: () => isRunning,
    isWithoutKey: (table) => withoutKey.has(table),
    beginAppend: (freshIn) => {
      withoutKey.clear();
      if (!isRunning) return;
      const views = freshIn();
      if (views === undefined) return completeIndexes();
      leaveIndexesOut(UniqueKey.ofLog);
      for (const table of views) leaveIndexesOut(UniqueKey.ofView(table));
    },
    run,
    bulk: (effect) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const before = isRunning;
          setRunning(true);
          return before;
        }),
        // In one step: a fiber that goes on inside must find the key made, or make it.
        (before) =>
          Effect.zipLeft(
            effect,
            run("making the keys of the log", () => setRunning(before)),
          ),
        (before) => Effect.sync(() => setRunning(before)),
      ).pipe(
        Effect.catchAll((error) => Effect.flatMap(streamTwice(error), Effect.fail)),
        database.transaction,
      ),
  };
};
