import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "@effect/vitest";
import { Effect, Exit } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** What SQLite refuses comes back typed, with its code, and leaves the log whole. */

const failed = (operation: string, code: string) => ({ _tag: "DatabaseError", operation, code });

it.scopedLive("a file that is no database", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    writeFileSync(path, "nothing of the kind ".repeat(100));
    const error = yield* Effect.flip(File.openAsIs({ path }));
    expect(error).toMatchObject({ ...failed("opening", "SQLITE_NOTADB"), database: path });
    expect(error.message).toBe(`${path}: opening failed: file is not a database (SQLITE_NOTADB).`);
    expect(readFileSync(path, "utf8")).toBe("nothing of the kind ".repeat(100));
  }),
);

it.scopedLive("a damaged page", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* Effect.scoped(
      Effect.gen(function* () {
        const { store } = yield* File.open({ path });
        for (let at = 0; at < 200; at++) yield* count(store, `${at}`.repeat(50), "none", at);
      }),
    );
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4_096 * 2);
    writeFileSync(path, bytes);
    const { store } = yield* File.openAsIs({ path });
    const error = yield* Effect.flip(log(store));
    expect(error).toMatchObject(failed("reading the log", "SQLITE_CORRUPT"));
    expect(yield* Effect.flip(count(store, "a", "any", 1))).toMatchObject({
      _tag: "DatabaseError",
      code: "SQLITE_CORRUPT",
    });
  }),
);

it.scopedLive("a missing file, which only create makes", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    expect(yield* Effect.flip(File.openAsIs({ path }))).toMatchObject(
      failed("opening", "SQLITE_CANTOPEN"),
    );
    const error = yield* Effect.flip(File.openAsIs({ path, mode: "read" }));
    expect(error).toMatchObject({ _tag: "DatabaseError", operation: "opening" });
    expect(error.message).toContain(path);
    expect(existsSync(path)).toBe(false);
    yield* File.openAsIs({ path, mode: "create" });
    expect(existsSync(path)).toBe(true);
  }),
);

it.scopedLive("a missing directory", () =>
  Effect.gen(function* () {
    const path = join(dirname(yield* TempFile.make), "nowhere", "log.db");
    const error = yield* Effect.flip(File.openAsIs({ path, mode: "create" }));
    expect(error).toMatchObject(failed("opening", "no SQLite code"));
    expect(error.message).toContain("directory does not exist");
  }),
);

const many = [1, ...Array.from({ length: 1_999 }, () => 1)] as const;

/** A store with one event whose file may grow by one page. */
const full = Effect.gen(function* () {
  const opened = yield* File.open({ path: yield* TempFile.make });
  yield* count(opened.store, "a", "none", 1);
  const [size] = yield* File.pragma(opened, "page_count");
  yield* File.pragma(opened, `max_page_count = ${Number(size?.page_count) + 1}`);
  return opened;
});

it.scopedLive("a full disk, and the store goes on when there is room again", () =>
  Effect.gen(function* () {
    const opened = yield* full;
    const { store } = opened;
    expect(yield* Effect.flip(count(store, "b", "none", ...many))).toMatchObject(
      failed("appending", "SQLITE_FULL"),
    );
    expect(yield* log(store)).toHaveLength(1);
    expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2, position: 2 });
    yield* File.pragma(opened, "max_page_count = 100000");
    expect(yield* count(store, "b", "none", ...many)).toMatchObject({ position: 2_002 });
  }),
);

it.scopedLive("a full disk that a transaction swallows: it fails all the same, whole", () =>
  Effect.gen(function* () {
    const { store, database } = yield* full;
    const insert = (id: string, events: readonly [number, ...ReadonlyArray<number>] = [1]) =>
      count(store, id, "any", ...events).pipe(Effect.exit, Effect.map(Exit.isSuccess));
    const swallowing = (after: Effect.Effect<unknown>) =>
      store.transaction(
        Effect.gen(function* () {
          expect(yield* insert("b")).toBe(true);
          expect(yield* insert("d", many)).toBe(false);
          yield* after;
        }),
      );
    expect(database.path).toContain("log.db");
    expect(yield* Effect.flip(swallowing(Effect.void))).toMatchObject({ _tag: "DatabaseError" });
    const goingOn = insert("c").pipe(Effect.tap((inserted) => expect(inserted).toBe(false)));
    expect(yield* Effect.flip(swallowing(goingOn))).toMatchObject({ _tag: "DatabaseError" });
    expect(yield* store.read(counter("b"))).toEqual([]);
    expect(yield* log(store)).toHaveLength(1);
    expect(yield* store.load(aggregate, "c")).toMatchObject({ version: 0 });
    expect(yield* count(store, "c", "none", 1)).toMatchObject({ position: 2 });
  }),
);
