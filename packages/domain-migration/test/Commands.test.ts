import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { describe, expect, it } from "@effect/vitest";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import * as SchwabAuth from "@ledgerfold/domain/SchwabAuth";
import { TokenCipher } from "@ledgerfold/domain/TokenCipher";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Effect, Either, Layer } from "effect";
import type { AggregateName } from "../src/plan.ts";
import { migrate, right, select, tempPath } from "./support/Files.ts";

/**
 * What a row becomes is what deciding `Migrate` gives: the migration writes past the aggregates, and
 * writes nothing that they would not have decided.
 */

interface Stored {
  readonly type: string;
  readonly version: string;
  readonly payload: string;
}

/** What the aggregate decides of this event's command, first and once more. */
const deciding =
  <State, Event extends { readonly _tag: string }, Command, Refusal, Services>(
    aggregate: {
      readonly codec: Aggregate.Aggregate<
        string,
        State,
        Event,
        never,
        never,
        never,
        never
      >["codec"];
      readonly initial: State;
      readonly evolve: (state: State, event: Event) => State;
      readonly decide: (
        state: State,
        command: Command,
      ) => Effect.Effect<ReadonlyArray<Event>, Refusal, Services>;
    },
    command: (event: Event) => Command | undefined,
  ) =>
  (stored: Stored) =>
    Effect.gen(function* () {
      const { codec, initial, evolve, decide } = aggregate;
      const event = yield* codec.decode(stored);
      const migrate = command(event);
      if (migrate === undefined) throw new Error(`${event._tag} comes of no Migrate`);
      const events = yield* decide(initial, migrate);
      const again = yield* Effect.either(decide(events.reduce(evolve, initial), migrate));
      return { stored: events.map(codec.encode), isRefusedAgain: Either.isLeft(again) };
    });

interface Decided {
  readonly stored: ReadonlyArray<Stored>;
  readonly isRefusedAgain: boolean;
}

const laws: Record<
  AggregateName,
  (stored: Stored) => Effect.Effect<Decided, unknown, TokenCipher>
> = {
  OnChainTrade: deciding(OnChainTrade.aggregate, (event) =>
    event._tag === "Migrated" && event.block_number !== null
      ? ({ ...event, block_number: event.block_number, _tag: "Migrate" } as const)
      : undefined,
  ),
  Position: deciding(Position.aggregate, (event) =>
    event._tag === "Migrated" ? ({ ...event, _tag: "Migrate" } as const) : undefined,
  ),
  OffchainOrder: deciding(OffchainOrder.aggregate, (event) =>
    event._tag === "Migrated" ? ({ ...event, _tag: "Migrate" } as const) : undefined,
  ),
  SchwabAuth: deciding(SchwabAuth.aggregate, (event) =>
    event._tag === "TokensStored" ? ({ ...event, _tag: "Migrate" } as const) : undefined,
  ),
};

/** Tokens come encrypted, so none is asked of it. */
const noCipher = Layer.succeed(TokenCipher, {
  encrypt: () => Effect.dieMessage("Migrate encrypts nothing"),
  decrypt: () => Effect.dieMessage("Migrate decrypts nothing"),
});

describe.each(ages)("the rows of a file of %s", (age) => {
  it.effect("become what deciding Migrate gives, which may be decided once", () =>
    Effect.gen(function* () {
      const path = tempPath();
      const counts = SampleDatabase.write(path, { age, trades: 60, orders: 12 });
      right(yield* migrate(path));
      const rows = select(
        path,
        "select aggregate_type as owner, event_type as type, event_version as version, payload from events",
      );
      const seen = new Map<unknown, number>();
      for (const { owner, type, version, payload } of rows) {
        const stored = { type: String(type), version: String(version), payload: String(payload) };
        const decided = yield* laws[owner as AggregateName](stored);
        expect(decided).toEqual({ stored: [stored], isRefusedAgain: true });
        seen.set(owner, (seen.get(owner) ?? 0) + 1);
      }
      expect(Object.fromEntries(seen)).toEqual({
        OnChainTrade: counts.trades,
        Position: counts.positions,
        OffchainOrder: counts.orders,
        ...(counts.auth === 0 ? {} : { SchwabAuth: counts.auth }),
      });
    }).pipe(Effect.provide(noCipher)),
  );
});
