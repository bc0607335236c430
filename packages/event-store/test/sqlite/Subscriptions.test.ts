import { expect, it } from "@effect/vitest";
import { Effect, Fiber, Schedule } from "effect";
import { EventStore, type RecordedEvent } from "../../src/EventStore.ts";
import { count } from "@ledgerfold/event-store-contract/Steps";
import * as SqliteQuery from "../../src/sqlite/Query.ts";
import * as Subscription from "../../src/Subscription.ts";
import * as File from "./File.ts";
import { program } from "./Process.ts";
import * as TempFile from "./TempFile.ts";

/** Handlers that write into tables of their own beside the log. */

const query = SqliteQuery.builder<{ handled: { position: number } }>();

const scene = Effect.gen(function* () {
  const path = yield* TempFile.make;
  const opened = yield* File.open({ path, synchronous: "normal", patience: "1 minute" });
  // No key: a second row of the same event is to be seen, not refused.
  yield* File.exec(path, "create table handled (position integer, process integer)");
  const positions = Effect.map(
    File.rows(path, "select position from handled order by rowid"),
    (rows) => rows.flat(),
  );
  const handle = ({ position }: RecordedEvent) =>
    Effect.asVoid(
      opened.database.run("handling", () =>
        opened.database.execute(query.insertInto("handled").values({ position })),
      ),
    );
  const catchUp = <E>(after: (event: RecordedEvent) => Effect.Effect<void, E>) =>
    Subscription.catchUp({
      name: "handler",
      handle: (event) => Effect.zipRight(handle(event), after(event)),
    }).pipe(Effect.provideService(EventStore, opened.store));
  return { path, ...opened, positions, catchUp };
});

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it.scopedLive("keep what they wrote up to the event that fails, and nothing of that", () =>
  Effect.gen(function* () {
    const { store, positions, catchUp } = yield* scene;
    yield* count(store, "a", "none", 1, 2, 3, 4, 5);
    const failing = ({ position }: RecordedEvent) =>
      Effect.fail("no").pipe(
        Effect.when(() => position === 4),
        Effect.asVoid,
      );
    expect(yield* Effect.flip(catchUp(failing))).toMatchObject({
      _tag: "SubscriptionStopped",
      cause: "no",
      event: { position: 4 },
    });
    expect(yield* positions).toEqual([1, 2, 3]);
    expect(yield* catchUp(() => Effect.void)).toBe(2);
    expect(yield* positions).toEqual(upTo(5));
  }),
);

it.scopedLive("stop, and keep nothing twice, when their own statement fails", () =>
  Effect.gen(function* () {
    const { path, store, positions, catchUp } = yield* scene;
    yield* count(store, "a", "none", 1, 2, 3, 4, 5);
    yield* File.exec(path, "create unique index once on handled (position)");
    yield* File.exec(path, "insert into handled (position) values (3)");
    expect(yield* Effect.flip(catchUp(() => Effect.void))).toMatchObject({
      _tag: "SubscriptionStopped",
      cause: { _tag: "DatabaseError", operation: "handling" },
      event: { position: 3 },
    });
    expect(yield* positions).toEqual([3, 1, 2]);
    yield* File.exec(path, "delete from handled where position = 3");
    expect(yield* catchUp(() => Effect.void)).toBe(3);
    expect(yield* positions).toEqual(upTo(5));
  }),
);

it.scopedLive("notice a file that went back to an earlier copy and on from there", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const copy = `${path}.copy`;
    const handled = (file: string) =>
      Effect.scoped(
        Effect.gen(function* () {
          const { store } = yield* File.open({ path: file });
          const handle = () => Effect.void;
          return yield* Subscription.catchUp({ name: "one", handle }).pipe(
            Effect.provideService(EventStore, store),
          );
        }),
      );
    const append = (file: string, version: number | "none") =>
      Effect.scoped(
        Effect.flatMap(File.open({ path: file }), ({ store }) => count(store, "a", version, 1)),
      );
    yield* append(path, "none");
    yield* File.exec(path, `vacuum into '${copy}'`);
    yield* append(path, 1);
    expect(yield* handled(path)).toBe(2);
    // The checkpoint as it is remembered, on the log as it was restored.
    yield* File.exec(
      copy,
      `attach '${path}' as newer;
       insert into ledgerfold_checkpoints select * from newer.ledgerfold_checkpoints`,
    );
    expect(yield* Effect.flip(handled(copy))).toMatchObject({ found: null });
    yield* Effect.sleep("5 millis");
    // The same position of the same stream and sequence, with the same payload.
    yield* append(copy, 1);
    expect(yield* Effect.flip(handled(copy))).toMatchObject({
      _tag: "CheckpointMismatch",
      expected: { position: 2, sequence: 2 },
      found: { position: 2, sequence: 2 },
    });
  }),
);

it.scopedLive(
  "in two processes that are killed at any moment do each event once, in order",
  () =>
    Effect.gen(function* () {
      const { path, store, positions } = yield* scene;
      const last = 300;
      const appending = yield* Effect.fork(
        Effect.forEach(
          upTo(last / 5),
          () => Effect.zipRight(Effect.sleep("3 millis"), count(store, "a", "any", 1, 2, 3, 4, 5)),
          { discard: true },
        ),
      );
      let kills = 0;
      const isDone = Effect.map(positions, (handled) => handled.length >= last);
      // In the middle of its work, a batch of 7: some of what it has handled is not committed yet.
      const killing = Effect.scoped(
        Effect.gen(function* () {
          const child = yield* program("follow", path);
          let handled = 0;
          child.stdout.on("data", (text) => {
            handled += String(text).split("\n").length - 1;
          });
          const enough = Math.ceil(Math.random() * 40);
          const isTime = Effect.map(isDone, (done) => done || handled >= enough);
          yield* Effect.repeat(isTime, {
            until: (now) => now,
            schedule: Schedule.spaced("2 millis"),
          });
          child.kill("SIGKILL");
          kills += 1;
        }),
      );
      const life = Effect.repeat(Effect.zipRight(killing, isDone), { until: (done) => done });
      yield* Effect.all([life, life], { concurrency: 2 });
      yield* Fiber.join(appending);
      expect(yield* positions).toEqual(upTo(last));
      expect(kills).toBeGreaterThan(4);
      const processes = yield* File.rows(path, "select count(distinct process) from handled");
      expect(processes.flat()[0]).toBeGreaterThan(2);
    }),
  120_000,
);

it.scopedLive(
  "in two processes side by side do each event once, in order",
  () =>
    Effect.gen(function* () {
      const { path, store, positions } = yield* scene;
      const last = 200;
      for (const _ of upTo(last / 10)) {
        yield* count(store, "a", "any", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
      }
      yield* Effect.all([program("follow", path), program("follow", path)]);
      yield* Effect.repeat(positions, {
        until: (handled) => handled.length >= last,
        schedule: Schedule.spaced("20 millis"),
      });
      // Whatever somebody might still do a second time.
      yield* Effect.sleep("200 millis");
      expect(yield* positions).toEqual(upTo(last));
    }),
  120_000,
);

it.scopedLive("see what another process appends when they look for it", () =>
  Effect.gen(function* () {
    const { path, store, positions } = yield* scene;
    yield* program("follow", path);
    for (const version of ["none", 1] as const) {
      yield* count(store, "a", version, 1);
      yield* Effect.repeat(positions, {
        until: (handled) => handled.length === (version === "none" ? 1 : 2),
        schedule: Schedule.spaced("10 millis"),
      });
    }
  }),
);
