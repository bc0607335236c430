import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import type { Appended } from "../../src/EventStore.ts";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counter, log } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import { program } from "./Process.ts";
import * as TempFile from "./TempFile.ts";

/** Real processes on one file. */

/** What a process printed, once it has ended well. */
const finished = (child: ChildProcess) =>
  Effect.promise(async () => {
    if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    if (code !== 0) throw new Error(err);
    return out;
  });

const file = (journal: "wal" | "delete") =>
  Effect.tap(TempFile.make, (path) =>
    File.exec(path, `pragma journal_mode = ${journal}; create table t (x)`),
  );

const scenes = {
  "in wal mode": file("wal"),
  "in delete mode": file("delete"),
  "on a file that all of them make": TempFile.make,
};

for (const [name, make] of Object.entries(scenes)) {
  it.scopedLive(
    `three processes append at once ${name}: all finish, nothing is lost`,
    () =>
      Effect.gen(function* () {
        const path = yield* make;
        const times = 40;
        const owns = ["one", "two", "three"];
        const outputs = yield* Effect.forEach(
          owns,
          (own) => Effect.flatMap(program("append", path, own, `${times}`), finished),
          { concurrency: "unbounded" },
        );
        const answers = outputs.flatMap((output) =>
          output
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Appended),
        );
        const { store } = yield* File.open({ path });
        const events = yield* log(store);
        expect(events.map(({ position }) => position)).toEqual(
          Array.from({ length: 6 * times }, (_, index) => index + 1),
        );
        const places = events.map(({ stream, sequence, position }) => {
          return { stream, version: sequence, position };
        });
        expect(answers.sort((a, b) => a.position - b.position)).toEqual(places);
        for (const id of ["shared", ...owns]) {
          const version = id === "shared" ? 3 * times : times;
          const sequences = (yield* store.read(counter(id))).map(({ sequence }) => sequence);
          expect(sequences).toEqual(Array.from({ length: version }, (_, index) => index + 1));
          expect(yield* store.view(aggregate, id)).toMatchObject({
            value: { model: { total: version }, version },
          });
        }
      }),
    120_000,
  );
}

/** A process that is killed once much of what it writes stands in the file or in its WAL. */
const killedWhileWriting = (name: string, path: string, journal: "wal" | "delete") =>
  Effect.gen(function* () {
    const child = yield* program(name, path);
    const [line] = yield* Effect.promise(() => once(child.stdout, "data"));
    expect(String(line)).toContain("written");
    const written = journal === "wal" ? `${path}-wal` : path;
    expect(statSync(written).size).toBeGreaterThan(500_000);
    child.kill("SIGKILL");
    yield* Effect.promise(() => once(child, "exit"));
  });

describe("a process killed in the middle of a transaction", () => {
  for (const journal of ["wal", "delete"] as const) {
    it.scopedLive(
      `leaves nothing in ${journal} mode`,
      () =>
        Effect.gen(function* () {
          const path = yield* file(journal);
          yield* Effect.scoped(
            Effect.flatMap(File.open({ path }), ({ store }) => count(store, "a", "none", 1)),
          );
          yield* killedWhileWriting("hang", path, journal);
          const { store } = yield* File.open({ path });
          expect(yield* log(store)).toMatchObject([{ stream: counter("a"), position: 1 }]);
          expect(yield* File.rows(path, "pragma integrity_check")).toEqual([["ok"]]);
          expect(yield* File.rows(path, "select count(*) from counter_view")).toEqual([[1]]);
          expect(yield* count(store, "a", 1, 2)).toMatchObject({ version: 2, position: 2 });
        }),
      60_000,
    );
  }
});

describe("a process killed in the middle of a bulk load", () => {
  for (const journal of ["wal", "delete"] as const) {
    it.scopedLive(
      `leaves an empty log with its key in ${journal} mode`,
      () =>
        Effect.gen(function* () {
          const path = yield* file(journal);
          yield* Effect.scoped(File.open({ path }));
          const schema = "select type, name, tbl_name, sql from sqlite_schema order by name";
          const before = yield* File.rows(path, schema);
          expect(before.flat()).toContain("events_stream");
          yield* killedWhileWriting("fill", path, journal);
          expect(yield* File.rows(path, schema)).toEqual(before);
          expect(yield* File.rows(path, "pragma integrity_check")).toEqual([["ok"]]);
          const { store } = yield* File.open({ path });
          expect(yield* log(store)).toEqual([]);
          expect(yield* count(store, "a", "none", 1)).toMatchObject({ version: 1, position: 1 });
          expect(yield* Effect.flip(count(store, "a", "none", 1))).toMatchObject({ actual: 1 });
        }),
      60_000,
    );
  }
});
