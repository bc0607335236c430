import { renameSync } from "node:fs";
import { describe, expect, it } from "@effect/vitest";
import Sqlite from "better-sqlite3";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counts, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** A backup that is put back under a living process. */

describe("a file that another one takes the place of", () => {
  it.scopedLive("is noticed by who has it open, and not written to", () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      const { store } = yield* File.open({ path });
      yield* count(store, "a", "none", 1);
      yield* Effect.promise(() => new Sqlite(path).backup(`${path}.backup`));
      yield* count(store, "a", 1, 10);
      const other = yield* File.outside(path);
      renameSync(`${path}.backup`, path);
      for (const work of [
        Effect.asVoid(count(store, "a", 2, 100)),
        Effect.asVoid(log(store)),
        store.transaction(Effect.void),
      ]) {
        const error = yield* Effect.flip(work);
        expect(error).toMatchObject({ _tag: "DatabaseError", database: path });
        expect(error.message).toContain("it was moved, removed or replaced by another file");
      }
      expect(other.prepare("select count(*) from events").pluck().get()).toBe(2);
    }),
  );

  it.scopedLive("is noticed where only its content is another one", () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      const { store } = yield* File.open({ path });
      yield* count(store, "a", "none", 1);
      const backup = `${path}.backup`;
      yield* Effect.promise(() => new Sqlite(path).backup(backup));
      yield* count(store, "a", 1, 10);
      // As SQLite's own .restore does.
      yield* Effect.promise(() => new Sqlite(backup).backup(path));
      yield* count(store, "a", 1, 100);
      yield* count(store, "a", 2, 1_000);
      expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1_101 }, version: 3 });
      expect(yield* store.view(aggregate, "a")).toMatchObject({
        value: { model: { total: 1_101 }, version: 3 },
      });
    }),
  );
});

it.scopedLive("a snapshot of events that are gone is none", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* count(store, "a", "none", 1);
    const to = { aggregate, id: "a", expected: 1, snapshot: { total: 11 } } as const;
    yield* store.append({ ...to, events: counts(10) });
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 11 }, version: 2 });
    yield* File.exec(path, "delete from events where sequence = 2");
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 1 }, version: 1 });
    yield* count(store, "a", 1, 100);
    expect(yield* store.load(aggregate, "a")).toEqual({ state: { total: 101 }, version: 2 });
  }),
);
