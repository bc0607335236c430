import { readFileSync } from "node:fs";
import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** A connection that may only look. */

const scene = (journal: string) =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(path, `pragma journal_mode = ${journal}; create table t (x)`);
    const writer = yield* File.open({ path });
    yield* count(writer.store, "a", "none", 1);
    return { path, writer: writer.store, ...(yield* File.openAsIs({ path, mode: "read" })) };
  });

it.scopedLive("writes nothing", () =>
  Effect.gen(function* () {
    const { path, store } = yield* scene("delete");
    const before = readFileSync(path);
    const attempts: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
      count(store, "a", "any", 2),
      store.setup([{ ...aggregate, view: { ...aggregate.view, table: "new_view" } }]),
      store.erase([aggregate]),
    ];
    for (const attempt of attempts) {
      expect(yield* Effect.flip(attempt)).toMatchObject({
        _tag: "DatabaseError",
        code: "SQLITE_READONLY",
      });
    }
    expect(yield* log(store)).toHaveLength(1);
    expect(readFileSync(path).equals(before)).toBe(true);
  }),
);

it.scopedLive("sees one state in a transaction, from its beginning on", () =>
  Effect.gen(function* () {
    const { writer, store } = yield* scene("wal");
    const seen = yield* store.transaction(
      Effect.gen(function* () {
        yield* count(writer, "a", 1, 2);
        const first = yield* log(store);
        yield* count(writer, "a", 2, 3);
        const second = yield* store.transaction(log(store));
        const third = yield* store.load(aggregate, "a");
        return [first.length, second.length, third.version];
      }),
    );
    expect(seen).toEqual([1, 1, 1]);
    expect(yield* log(store)).toHaveLength(3);
  }),
);

it.scopedLive("lets a writer go on meanwhile, in wal mode", () =>
  Effect.gen(function* () {
    const { writer, store } = yield* scene("wal");
    const appended = yield* store.transaction(
      Effect.zipRight(log(store), count(writer, "a", 1, 2)),
    );
    expect(appended).toMatchObject({ version: 2 });
  }),
);
