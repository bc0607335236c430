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
