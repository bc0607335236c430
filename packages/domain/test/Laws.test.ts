import { readdirSync } from "node:fs";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { EventCodec } from "@ledgerfold/aggregate/EventCodec";
import * as Json from "@ledgerfold/aggregate/internal/Json";
import * as View from "@ledgerfold/aggregate/View";
import { describe, expect, it } from "@effect/vitest";
import { Arbitrary, Either, FastCheck, Schema } from "effect";
import * as OffchainOrder from "../src/OffchainOrder.ts";
import * as OnChainTrade from "../src/OnChainTrade.ts";
import * as Position from "../src/Position.ts";
import * as SchwabAuth from "../src/SchwabAuth.ts";
import { ExecutionId, LogIndex, Ticker, TxHash } from "../src/Values.ts";
import type { AggregateType } from "./Aggregates.ts";

/** What holds for every aggregate, whatever its events are and in whatever order they came. */

const arbitraryTrade = FastCheck.tuple(Arbitrary.make(TxHash), Arbitrary.make(LogIndex));

/** Few different orders, so that events are often about the same one. */
const fewOrders = (event: Position.Event): Position.Event => {
  const one = (id: ExecutionId) => (id % 3n) as ExecutionId;
  if (event._tag === "Migrated" && event.pending_execution_id !== null) {
    return { ...event, pending_execution_id: one(event.pending_execution_id) };
  }
  return "execution_id" in event ? { ...event, execution_id: one(event.execution_id) } : event;
};

const laws: { readonly [Type in AggregateType]: () => void } = {
  OnChainTrade: () =>
    suite(OnChainTrade.aggregate, {
      events: Arbitrary.make(OnChainTrade.Event),
      ids: arbitraryTrade.map(([hash, index]) => OnChainTrade.aggregateId(hash, index)),
    }),
  Position: () =>
    suite(Position.aggregate, {
      events: Arbitrary.make(Position.Event).map(fewOrders),
      ids: Arbitrary.make(Ticker).map(Position.aggregateId),
    }),
  OffchainOrder: () =>
    suite(OffchainOrder.aggregate, {
      events: Arbitrary.make(OffchainOrder.Event),
      ids: Arbitrary.make(ExecutionId).map(OffchainOrder.aggregateId),
    }),
  SchwabAuth: () =>
    suite(SchwabAuth.aggregate, {
      events: Arbitrary.make(SchwabAuth.Event),
      ids: FastCheck.constant(SchwabAuth.aggregateId),
    }),
};

describe.each(Object.entries(laws))("%s", (_, check) => check());

it("no aggregate is left out", async () => {
  const files = readdirSync(`${import.meta.dirname}/../src`).filter((name) => name.endsWith(".ts"));
  const modules = await Promise.all(
    files.map((name) => import(/* @vite-ignore */ `../src/${name}`)),
  );
  const types = modules.flatMap((module) => ("aggregate" in module ? [module.aggregate.type] : []));
  expect(types.sort()).toEqual(Object.keys(laws).sort());
});

function suite<State, Event extends { readonly _tag: string }, Model>(
  aggregate: {
    readonly codec: EventCodec<Event>;
    readonly state: Schema.Schema<State, unknown>;
    readonly initial: State;
    readonly evolve: (state: State, event: Event) => State;
    readonly view: View.View<Model, Event>;
  },
  arbitrary: {
    readonly events: FastCheck.Arbitrary<Event>;
    readonly ids: FastCheck.Arbitrary<string>;
  },
) {
  const { codec, initial, view } = aggregate;
  const histories = FastCheck.array(arbitrary.events, { minLength: 1, maxLength: 12 });
  const ids = FastCheck.oneof(arbitrary.ids, FastCheck.string());
  const states = stored(aggregate.state);
  const models = stored(view.schema);
  const origin = (id: string, [first]: ReadonlyArray<Event>) => ({ id, first: first as Event });

  it.prop("an event is read as it was written", [arbitrary.events], ([event]) => {
    const written = codec.encode(event);
    const read = Either.getOrThrow(codec.decode(written));
    expect(Schema.equivalence(codec.schema)(read, event)).toBe(true);
    expect(codec.encode(read)).toEqual(written);
  });

  it.prop("a state is read as it was written", [aggregate.state], ([state]) => {
    expect(states.same(states.throughText(state), state)).toBe(true);
  });

  it.prop("a view is read as it was written", [view.schema], ([model]) => {
    expect(models.same(models.throughText(model), model)).toBe(true);
  });

  it.prop(
    "fold of snapshot and tail is fold of all",
    [histories, FastCheck.nat(12)],
    ([events, cut]) => {
      const snapshot = states.throughText(Aggregate.fold(aggregate, initial, events.slice(0, cut)));
      const resumed = Aggregate.fold(aggregate, snapshot, events.slice(cut));
      expect(states.same(resumed, Aggregate.fold(aggregate, initial, events))).toBe(true);
    },
  );

  it.prop("any history folds to a state that can be stored", [histories], ([events]) => {
    const state = Aggregate.fold(aggregate, initial, events);
    expect(states.same(states.throughText(state), state)).toBe(true);
  });

  it.prop(
    "any history under any id folds to a row that can be stored",
    [histories, ids],
    ([events, id]) => {
      const model = View.fold(view, view.initial, events, origin(id, events));
      expect(models.same(models.throughText(model), model)).toBe(true);
    },
  );

  it.prop(
    "rows folded one by one are rows folded at once",
    [histories, arbitrary.ids],
    ([events, id]) => {
      const there = origin(id, events);
      const oneByOne = events.reduce((model, event, at) => {
        const isGiven = at === 0 || view.needsFirst(event);
        const first = isGiven ? there.first : undefined;
        return models.throughText(view.evolve(model, event, { id, first }));
      }, view.initial);
      expect(models.same(oneByOne, View.fold(view, view.initial, events, there))).toBe(true);
    },
  );
}

/** A value as JSON text and back, the way stores hold snapshots and rows. */
function stored<A>(schema: Schema.Schema<A, unknown>) {
  const encode = Schema.encodeSync(schema);
  const decode = Schema.decodeUnknownSync(schema);
  const throughText = (value: A) => decode(Json.parse(Json.stringify(encode(value))));
  return { throughText, same: Schema.equivalence(schema) };
}
