import { describe, expect, it } from "@effect/vitest";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as LossyMigration from "@ledgerfold/fixtures/LossyMigration";
import * as OtherService from "@ledgerfold/fixtures/OtherService";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Effect } from "effect";
import { aggregates } from "../../src/Migration.ts";
import { migrate, onFile, right, select, tempPath } from "../support/Files.ts";

/** Every stream of a log that other services go on with loads, whoever began it. */

const forms = [
  ["2025-12-24", "2025-12-22", { broker: "Schwab", executor: "Schwab" }],
  ["2026-01-19", "2026-01-26", { broker: "Alpaca", executor: "AlpacaBrokerApi" }],
] as const;

const sides = {
  ours: (path: string) => Effect.map(migrate(path), right),
  theirs: (path: string, form: OtherService.Options["form"]) =>
    Effect.sync(() => LossyMigration.write(path, { form })),
};

describe.each(forms)("a service of %s", (form, age, broker) => {
  it.effect.each(Object.entries(sides))("goes on with a log that is %s", ([, write]) =>
    Effect.gen(function* () {
      const path = tempPath();
      SampleDatabase.write(path, { trades: 60, journalMode: "delete", age });
      yield* write(path, form);
      const { grown, begun } = OtherService.goOn(path, { form });
      const streams = select(
        path,
        "select aggregate_type as type, aggregate_id as id, count(*) as events from events group by 1, 2",
      );
      const loaded = yield* onFile(
        path,
        Effect.gen(function* () {
          const store = yield* EventStore;
          for (const one of aggregates) yield* store.rebuildView(one);
          return yield* Effect.forEach(streams, ({ type, id }) => {
            const aggregate = aggregates.find((one) => one.type === type);
            return aggregate === undefined
              ? Effect.die(`${type} is no aggregate`)
              : store.load(aggregate, String(id));
          });
        }),
      );
      const versions = right(loaded).map(({ version }) => version);
      expect(versions).toEqual(streams.map(({ events }) => Number(events)));
      expect(versions.filter((version) => version > 1).length).toBeGreaterThan(grown);
      expect(begun).toBeGreaterThan(0);
      const [view] = select(
        path,
        "select payload from offchain_order_view where view_id = '1000002'",
      );
      expect(JSON.parse(String(view?.payload)).Execution).toMatchObject({
        ...broker,
        status: "Failed",
      });
    }),
  );
});
