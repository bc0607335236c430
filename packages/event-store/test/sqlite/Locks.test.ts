import { describe, expect, it } from "@effect/vitest";
import { Duration, Effect, Exit, Fiber } from "effect";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** What happens while another connection holds a lock, and after it let go. */

const short = "300 millis";
const long = "1 hour";

/** A file with one event, a store, and another program's connection. */
const scene = (mode: "wal" | "delete", patience: Duration.DurationInput) =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(path, `pragma journal_mode = ${mode}; create table t (x)`);
    const opened = yield* File.open({ path, patience });
    yield* count(opened.store, "a", "none", 1);
    const other = yield* File.outside(path);
    return { ...opened, other };
  });

/** For how many milliseconds an effect ran, and how it ended. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(Effect.exit(effect)), ([time, exit]) => ({
    millis: Duration.toMillis(time),
    exit,
  }));

const later = (release: () => unknown) =>
  Effect.fork(Effect.delay(Effect.sync(release), "150 millis"));

for (const mode of ["wal", "delete"] as const) {
  describe(`in ${mode} mode`, () => {
    it.scopedLive("a held write lock is DatabaseBusy after the patience", () =>
      Effect.gen(function* () {
        const { store, database, other } = yield* scene(mode, short);
        other.exec("begin immediate");
        const { millis, exit } = yield* timed(count(store, "a", "any", 2));
        const error = yield* Effect.flip(exit);
        expect(error).toMatchObject({ _tag: "DatabaseBusy", database: database.path });
        expect(error.message).toContain(`${database.path} is held by another process`);
        expect(millis).toBeGreaterThan(290);
        expect(millis).toBeLessThan(3_000);
        other.exec("rollback");
        expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2, position: 2 });
      }),
    );

    it.scopedLive("a write lock that is released in time is waited for", () =>
      Effect.gen(function* () {
        const { store, other } = yield* scene(mode, long);
        other.exec("begin immediate");
        yield* later(() => other.exec("rollback"));
        expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2 });
      }),
    );

    it.scopedLive("who waits can be interrupted, and the next one goes on", () =>
      Effect.gen(function* () {
        const { store, other } = yield* scene(mode, long);
        other.exec("begin immediate");
        const waiting = yield* Effect.fork(count(store, "a", 1, 2));
        yield* Effect.sleep("200 millis");
        expect(Exit.isInterrupted(yield* Fiber.interrupt(waiting))).toBe(true);
        other.exec("rollback");
        expect(yield* count(store, "a", 1, 3)).toMatchObject({ version: 2 });
        expect(yield* log(store)).toHaveLength(2);
      }),
    );
  });
}

describe("in delete mode, where a reader is in the way of a commit", () => {
  const read = "begin; select count(*) from events";

  it.scopedLive("a commit gives up after the patience and leaves nothing", () =>
    Effect.gen(function* () {
      const { store, other } = yield* scene("delete", short);
      other.exec(read);
      expect(yield* Effect.flip(count(store, "a", 1, 2))).toMatchObject({ _tag: "DatabaseBusy" });
      other.exec("commit");
      expect(yield* store.read(counter("a"))).toHaveLength(1);
      expect(yield* count(store, "a", 1, 3)).toMatchObject({ version: 2, position: 2 });
    }),
  );

  it.scopedLive("a commit waits until the reader is done", () =>
    Effect.gen(function* () {
      const { store, other } = yield* scene("delete", long);
      other.exec(read);
      yield* later(() => other.exec("commit"));
      expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2 });
      expect(yield* store.read(counter("a"))).toHaveLength(2);
    }),
  );

  it.scopedLive("a commit that is interrupted while it waits leaves nothing", () =>
    Effect.gen(function* () {
      const { store, other } = yield* scene("delete", long);
      other.exec(read);
      const waiting = yield* Effect.fork(count(store, "a", 1, 2));
      yield* Effect.sleep("200 millis");
      expect(Exit.isInterrupted(yield* Fiber.interrupt(waiting))).toBe(true);
      other.exec("commit");
      expect(yield* store.read(counter("a"))).toHaveLength(1);
      expect(yield* count(store, "a", 1, 3)).toMatchObject({ version: 2, position: 2 });
    }),
  );
});

describe("in delete mode, where a commit is in the way of readers", () => {
  it.scopedLive("reading gives up after the patience", () =>
    Effect.gen(function* () {
      const { store, other } = yield* scene("delete", short);
      other.exec("begin exclusive");
      expect(yield* Effect.flip(log(store))).toMatchObject({ _tag: "DatabaseBusy" });
      other.exec("rollback");
      expect(yield* log(store)).toHaveLength(1);
    }),
  );

  it.scopedLive("reading waits until the commit is done", () =>
    Effect.gen(function* () {
      const { store, other } = yield* scene("delete", long);
      other.exec("begin exclusive");
      yield* later(() => other.exec("rollback"));
      expect(yield* log(store)).toHaveLength(1);
    }),
  );

  for (const mode of ["create", "write", "read"] as const) {
    it.scopedLive(`opening to ${mode} gives up after the patience, or waits`, () =>
      Effect.gen(function* () {
        const { other } = yield* scene("delete", short);
        other.exec("begin exclusive");
        const opening = File.openAsIs({ path: other.name, mode, patience: short });
        expect(yield* Effect.flip(opening)).toMatchObject({ _tag: "DatabaseBusy" });
        yield* later(() => other.exec("rollback"));
        const { store } = yield* File.openAsIs({ path: other.name, mode, patience: long });
        expect(yield* log(store)).toHaveLength(1);
      }),
    );
  }
});
