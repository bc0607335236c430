import { describe, expect, it } from "@effect/vitest";
import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import * as SchwabAuth from "@ledgerfold/domain/SchwabAuth";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as Stored from "@ledgerfold/fixtures/Stored";
import { Effect } from "effect";
import { execute, legacyFile, migrate, onFile, right, select } from "../support/Files.ts";
import { verify } from "../verification/Harness.ts";

/** Each form in which other services have written an event, in a log that we migrated. */

interface Place {
  readonly aggregate: Aggregate.Any;
  /** Of a migrated row's stream, and of one that no row makes. */
  readonly id: string;
  readonly fresh: string;
  /** What a stream begins with. */
  readonly first: ReadonlyArray<string>;
}

const hash = (digit: string) => `0x${digit.repeat(64)}`;

const places: Readonly<Record<string, Place>> = {
  OnChainTrade: {
    aggregate: OnChainTrade.aggregate,
    ...{ id: `${hash("a")}:0`, fresh: `${hash("b")}:7`, first: ["Migrated", "Filled"] },
  },
  Position: {
    aggregate: Position.aggregate,
    ...{ id: "AAPL", fresh: "NVDA", first: ["Migrated", "Initialized"] },
  },
  OffchainOrder: {
    aggregate: OffchainOrder.aggregate,
    ...{ id: "1", fresh: "77", first: ["Migrated", "Placed"] },
  },
  SchwabAuth: {
    aggregate: SchwabAuth.aggregate,
    ...{ id: "schwab", fresh: "schwab", first: [] },
  },
};

const theirs = Stored.all.filter((one) => one.type !== "" && Stored.isTheirs(one));

describe("an event of another service in a log of ours", () => {
  it.effect.each(theirs.map((one) => ({ ...one, toString: () => one.name })))("%s", (stored) =>
    Effect.gen(function* () {
      const { owner, tag, type, version, payload } = stored;
      const place = places[owner];
      if (place === undefined) return expect.fail(`${owner} has no place`);
      const { aggregate, first } = place;
      const [id, sequence] = first.includes(tag) ? [place.fresh, 1] : [place.id, 2];
      const path = legacyFile((db) => {
        LegacyDatabase.insertTrade(db, { tx_hash: hash("a"), log_index: 0 });
        LegacyDatabase.insertPosition(db, { symbol: "AAPL" });
        LegacyDatabase.insertOrder(db);
        LegacyDatabase.insertAuth(db);
      });
      right(yield* migrate(path));
      execute(
        path,
        `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
           payload, metadata)
         values ('${owner}', '${id}', ${sequence}, '${type}', '${version}', '${payload}', '{}')`,
      );

      const looked = yield* onFile(
        path,
        Effect.gen(function* () {
          const store = yield* EventStore;
          const loaded = yield* store.load(aggregate, id);
          return { loaded, rebuilt: yield* store.rebuildView(aggregate) };
        }),
      );
      expect(right(looked)).toMatchObject({ loaded: { version: sequence } });
      const { lines } = yield* Effect.promise(() => verify(path));
      // Only what no row makes is a difference: a service that goes on has none.
      const isExtra = sequence === 1 && tag === "Migrated";
      expect(lines.map((line) => line.split(",")[0])).toEqual(
        isExtra ? [`extra: ${owner} "${id}"`] : [],
      );
      expect(right(yield* migrate(path))).toMatchObject({
        [owner]: { written: 0, alreadyThere: 1 },
      });
      expect(
        select(
          path,
          `select payload from events where sequence = ${sequence}
        and aggregate_id = '${id}'`,
        ),
      ).toEqual([{ payload }]);
    }),
  );
});
