import { expect, it } from "@effect/vitest";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { Effect } from "effect";
import { layer } from "../../src/sqlite/layer.ts";
import * as Tables from "../../src/Tables.ts";
import { suite } from "../OwnTables.ts";
import * as File from "./File.ts";
import * as TempFile from "./TempFile.ts";

suite(Effect.map(TempFile.make, (path) => layer({ path, aggregates: [aggregate] })));

it.scopedLive("keep an integer that no number holds", () =>
  Effect.gen(function* () {
    const path = yield* TempFile.make;
    yield* File.exec(
      path,
      "create table large (number integer); insert into large values (-1 << 63)",
    );
    const large = Tables.of<{ large: { number: bigint } }>();
    const rows = large((query) => query.selectFrom("large").selectAll());
    expect(yield* Effect.provide(rows, layer({ path, aggregates: [] }))).toEqual([
      { number: -(2n ** 63n) },
    ]);
  }),
);
