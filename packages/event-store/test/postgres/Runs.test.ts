import { expect, it } from "@effect/vitest";
import { aggregate, counted, ofOthers } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import { Deferred, Effect, Fiber } from "effect";
import * as LockHolder from "../../src/postgres/LockHolder.ts";
import * as Server from "./Server.ts";

type Counting = Omit<typeof aggregate, "type"> & { readonly type: string };

const begun = ({ store }: Server.Opened, run: string, id: string, of: Counting = aggregate) =>
  store.append({
    aggregate: of,
    id,
    expected: "none",
    events: [{ event: counted(1), metadata: { run_id: run } }],
    snapshot: { total: 1 },
  });

it.scopedLive("a rollback takes the snapshots of its streams from the table, and no other", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const opened = yield* Server.open({ schema });
    yield* opened.store.setup([ofOthers]);
    yield* begun(opened, "one", "a");
    yield* begun(opened, "two", "a", ofOthers);
    yield* begun(opened, "two", "b");
    yield* opened.store.runs.rollBack("one", [aggregate]);
    const left = `select aggregate_type || ' ' || aggregate_id as stream
      from ${schema}.snapshots order by 1`;
    expect(yield* Server.rows(yield* Server.outside, left)).toEqual([
      { stream: "Counter b" },
      { stream: "Other a" },
    ]);
  }),
);

it.scopedLive("a rollback waits for who goes on with a stream, and is refused then", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const opened = yield* Server.open({ schema });
    const { store: other } = yield* Server.openAsIs({ schema });
    yield* begun(opened, "one", "a");
    const [written, end] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
    const goingOn = yield* count(other, "a", 1, 10).pipe(
      Effect.zipRight(Deferred.succeed(written, undefined)),
      Effect.zipRight(Deferred.await(end)),
      other.transaction,
      Effect.fork,
    );
    yield* Deferred.await(written);
    const rolling = yield* Effect.fork(opened.store.runs.rollBack("one", [aggregate]));
    const waits = LockHolder.find(opened.database).pipe(
      Effect.repeat({ until: ([holder]) => holder !== undefined && holder.waiting > 0 }),
    );
    yield* Effect.raceFirst(waits, Fiber.await(rolling));
    yield* Deferred.succeed(end, undefined);
    yield* Fiber.join(goingOn);
    expect(yield* Effect.flip(Fiber.join(rolling))).toMatchObject({
      _tag: "StreamsMovedOn",
      streams: [counter("a")],
    });
    expect(yield* log(opened.store)).toHaveLength(2);
  }),
);
