import * as Position from "@ledgerfold/domain/Position";
import type { AppendError, Service } from "@ledgerfold/event-store/EventStore";
import { Effect, Stream } from "effect";
import * as Workload from "./Workload.ts";

/** What is asked of our store, whatever keeps it. */

interface Done {
  /** How many events were written or read. */
  readonly count: number;
  readonly conflicts?: number;
}

export const perform = (store: Service, task: Workload.Task, callers = 1) =>
  Effect.gen(function* (): Effect.fn.Return<Done, unknown> {
    let count = 0;
    switch (task._tag) {
      case "append": {
        if (callers === 1) return { count: yield* append(store, task.commits) };
        const counts = yield* Effect.forEach(
          Workload.among(task.commits, callers),
          (commits) => append(store, commits),
          { concurrency: "unbounded" },
        );
        return { count: counts.reduce((sum, count) => sum + count, 0) };
      }
      case "load":
        for (const id of task.ids) count += (yield* store.load(Position.aggregate, id)).version;
        return { count };
      case "read":
        for (const id of task.ids) count += (yield* store.read({ type: "Position", id })).length;
        return { count };
      case "readAll":
        for (let time = 0; time < task.times; time += 1) {
          count += yield* Stream.runFold(store.readAll(), 0, (read) => read + 1);
        }
        return { count };
      case "compete": {
        const conflicts = yield* Effect.forEach(task.writers, (appends) => insist(store, appends), {
          concurrency: "unbounded",
        });
        return {
          count: task.writers.flat().length,
          conflicts: conflicts.reduce((sum, count) => sum + count, 0),
        };
      }
    }
  });

/** Refuses what was written by writers that competed, unless all of it is there, once. */
export const check = (store: Service, task: Workload.Task) =>
  Effect.gen(function* () {
    if (task._tag !== "compete") return;
    const appends = task.writers.flat();
    const id = appends[0]?.id ?? "";
    const kept = yield* store.read({ type: Position.aggregate.type, id });
    Workload.insistKept(
      appends.map(({ events, aggregate }) =>
        JSON.parse(aggregate.codec.encode(events[0].event).payload),
      ),
      kept.map(({ payload }) => JSON.parse(payload)),
    );
  });

const append = (store: Service, commits: ReadonlyArray<Workload.Commit>) =>
  Effect.gen(function* () {
    let count = 0;
    for (const commit of commits) {
      const [append, ...others] = commit;
      if (append !== undefined && others.length === 0) yield* store.append(append);
      else yield* store.appendAll(commit);
      for (const { events } of commit) count += events.length;
    }
    return count;
  });

/** Appends each at the version that the stream is found at, after a conflict again; counts those. */
const insist = (
  store: Service,
  appends: ReadonlyArray<Workload.Append>,
): Effect.Effect<number, AppendError> =>
  Effect.gen(function* () {
    let version = 1;
    let conflicts = 0;
    for (const append of appends) {
      const stream = { type: append.aggregate.type, id: append.id };
      const attempt = Effect.suspend(() => store.append({ ...append, expected: version }));
      const again = Effect.suspend(() => store.read(stream, { from: version + 1 }));
      for (let isIn = false; !isIn; ) {
        const result = yield* Effect.either(attempt);
        if (result._tag === "Right") {
          version = result.right.version;
          isIn = true;
        } else if (result.left._tag === "VersionConflict") {
          conflicts += 1;
          version += (yield* again).length;
        } else return yield* result.left;
        // Each of the others has its turn, which a store without a wait would never give them.
        yield* Effect.yieldNow();
      }
    }
    return conflicts;
  });
