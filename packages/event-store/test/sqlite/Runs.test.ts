import { expect, it } from "@effect/vitest";
import { aggregate, counted, ofOthers } from "@ledgerfold/event-store-contract/Counter";
import { Effect } from "effect";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

type Counting = Omit<typeof aggregate, "type"> & { readonly type: string };

it.scopedLive("a rollback takes the snapshots of its streams from the file, and no other", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    yield* store.setup([ofOthers]);
    const begun = (run: string, id: string, of: Counting) =>
      store.append({
        aggregate: of,
        id,
        expected: "none",
        events: [{ event: counted(1), metadata: { run_id: run } }],
        snapshot: { total: 1 },
      });
    yield* begun("one", "a", aggregate);
    yield* begun("two", "a", ofOthers);
    yield* begun("two", "b", aggregate);
    yield* store.runs.rollBack("one", [aggregate]);
    expect(
      yield* File.rows(path, "select aggregate_type, aggregate_id from snapshots order by 1"),
    ).toEqual([
      ["Counter", "b"],
      ["Other", "a"],
    ]);
  }),
);

it.scopedLive("bytes that others put where a text belongs are told as text", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    const { store } = yield* File.open({ path });
    const events = [{ event: counted(1), metadata: { run_id: "one" } }] as const;
    yield* store.append({ aggregate, id: "a", expected: "none", events });
    yield* store.append({ aggregate, id: "b", expected: "none", events });
    yield* File.exec(
      path,
      `update events set aggregate_type = x'4f6464' where aggregate_id = 'b';
       insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
           payload, metadata)
         select aggregate_type, x'c3a9', n, event_type, '1.0', payload, iif(n = 1, metadata, '{}')
         from events, (select 1 as n union select 2) where aggregate_id = 'a'`,
    );
    const [run] = yield* store.runs.all;
    expect([...(run?.events ?? [])]).toEqual([
      ["Counter", 2],
      ["Odd", 1],
    ]);
    expect(yield* store.runs.shared("one", [aggregate])).toEqual([{ type: "Counter", id: "é" }]);
  }),
);
