import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
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

/** Where in the first page to write what. */
const damages = {
  "a schema that makes no sense": [108, Buffer.from("xxxx"), "SQLITE_CORRUPT"],
  "a format that is not known": [44, Buffer.from([0, 0, 0, 9]), "SQLITE_CORRUPT"],
  "a header of two minds about its journal": [16, Buffer.from([9, 9, 1, 2]), "SQLITE_NOTADB"],
} as const;

for (const [name, [at, bytes, code]] of Object.entries(damages)) {
  it.scopedLive(`leaves nothing beside a damaged file: ${name}`, () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      yield* File.exec(path, "pragma journal_mode = wal; create table t (x)");
      const damaged = readFileSync(path);
      bytes.copy(damaged, at);
      writeFileSync(path, damaged);
      const beside = () => readdirSync(dirname(path)).filter((it) => it.startsWith(basename(path)));
      const before = beside();
      const opened = Effect.scoped(
        Effect.flatMap(File.openAsIs({ path, mode: "read" }), ({ store }) => store.readLast),
      );
      expect(yield* Effect.flip(opened)).toMatchObject({ _tag: "DatabaseError", code });
      expect(beside()).toEqual(before);
      expect(readFileSync(path).equals(damaged)).toBe(true);
    }),
  );
}

it.scopedLive("leaves what stands beside an empty file, which SQLite would delete", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const ends = ["", "-wal", "-shm"];
    for (const end of ends) writeFileSync(`${path}${end}`, end);
    const { store } = yield* File.openAsIs({ path, mode: "read" });
    expect(yield* store.readLast).toBe(undefined);
    expect(ends.map((end) => readFileSync(`${path}${end}`, "utf8"))).toEqual(ends);
  }),
);
