import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { counts } from "@ledgerfold/event-store-contract/Steps";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

/** Triggers that have SQLite leave rows as they are without a word. */

const run = {
  ...{ id: "one", at: "2026-01-01T00:00:00.000Z", version: "1", options: {}, roots: {} },
  counts: { written: {}, alreadyThere: {}, mended: {}, erased: 0 },
};

type Work = (store: File.Opened["store"]) => Effect.Effect<unknown, unknown>;
const works: Record<string, Work> = {
  erasing: (store) => store.erase([aggregate]),
  "rolling a run back": (store) => store.runs.rollBack("one", [aggregate]),
  "rebuilding a view": (store) => store.rebuildView(aggregate),
  "mending views": (store) => store.mendViews(aggregate, ["a"], { write: true }),
  "forgetting a checkpoint": (store) => store.checkpoints.drop("reader"),
  "keeping a checkpoint": (store) => store.checkpoints.put("another", null),
  "keeping a run": (store) => store.runs.put(run),
};

const swallowed: ReadonlyArray<readonly [work: string, what: string, table: string]> = [
  ["erasing", "delete", "events"],
  ["erasing", "delete", "snapshots"],
  ["erasing", "delete", "counter_view"],
  ["rolling a run back", "delete", "events"],
  ["rolling a run back", "delete", "snapshots"],
  ["rolling a run back", "delete", "counter_view"],
  ["rebuilding a view", "delete", "counter_view"],
  ["rebuilding a view", "update", "counter_view"],
  ["mending views", "update", "counter_view"],
  ["forgetting a checkpoint", "delete", "ledgerfold_checkpoints"],
  ["keeping a checkpoint", "insert", "ledgerfold_checkpoints"],
  ["keeping a run", "update", "ledgerfold_runs"],
];

for (const [name, what, table] of swallowed) {
  it.scopedLive(`${name} fails, whole, where ${table} swallows an ${what}`, () =>
    Effect.gen(function* () {
      const path = yield* TempFile.make;
      const { store } = yield* File.open({ path });
      const work = works[name] ?? (() => Effect.void);
      const [{ event }] = counts(1);
      const events = [{ event, metadata: { run_id: "one" } }] as const;
      yield* store.append({ aggregate, id: "a", expected: "none", events, snapshot: { total: 1 } });
      yield* store.checkpoints.put("reader", null);
      yield* store.runs.put(run);
      yield* File.exec(
        path,
        `update counter_view set payload = '{"total":5}';
         insert into counter_view (view_id, version, payload) values ('stray', 1, '{}')`,
      );
      const tables = ["events", "snapshots", "counter_view"];
      const all = Effect.forEach([...tables, "ledgerfold_checkpoints", "ledgerfold_runs"], (one) =>
        File.rows(path, `select * from ${one}`),
      );
      const before = yield* all;
      yield* File.exec(
        path,
        `create trigger swallow before ${what} on ${table} begin select raise(ignore); end`,
      );
      const error = yield* Effect.flip(work(store));
      expect(error).toMatchObject({ _tag: "DatabaseError" });
      expect(error).toHaveProperty(
        "message",
        expect.stringContaining(
          `a trigger of ${table} keeps rows from being ${what === "delete" ? "deleted" : "written"}`,
        ),
      );
      expect(yield* all).toEqual(before);
      yield* File.exec(path, "drop trigger swallow");
      yield* work(store);
    }),
  );
}
