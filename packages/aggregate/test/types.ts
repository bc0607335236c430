import { type Context, Effect, Either, Schema } from "effect";
import { expectTypeOf } from "vitest";
import * as Aggregate from "../src/Aggregate.ts";
import * as EventCodec from "../src/EventCodec.ts";
import { events, given, row } from "../src/Scenario.ts";
import * as View from "../src/View.ts";

/** What is inferred, without a cast or a type parameter, and what must not compile. */

const Opened = Schema.TaggedStruct("Opened", { at: Schema.DateFromString });
const Moved = Schema.TaggedStruct("Moved", { by: Schema.Int });
const Event = Schema.Union(Opened, Moved);
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Fresh", {}),
  Schema.TaggedStruct("Open", { total: Schema.Int }),
);
type State = typeof State.Type;
type Command = { readonly _tag: "Open" } | { readonly _tag: "Move"; readonly by: number };

class Fresh extends Schema.TaggedError<Fresh>()("Fresh", {}) {}
class Twice extends Schema.TaggedError<Twice>()("Twice", { total: Schema.Int }) {}
declare const Clock: Context.Tag<"Clock", Date>;

// An aggregate as one writes it first.

const plain = Aggregate.make({
  type: "Door",
  codec: Event,
  state: State,
  initial: { _tag: "Fresh" },
  evolve: (state, event) => {
    expectTypeOf(state).toEqualTypeOf<State>();
    expectTypeOf(event).toEqualTypeOf<Event>();
    if (event._tag === "Opened") return { _tag: "Open", total: 0 };
    return state._tag === "Open" ? { ...state, total: state.total + event.by } : state;
  },
  decide: (state, command: Command) => {
    expectTypeOf(state).toEqualTypeOf<State>();
    if (command._tag === "Open") {
      return state._tag === "Fresh"
        ? [{ _tag: "Opened", at: new Date(0) }]
        : new Twice({ total: state.total });
    }
    return state._tag === "Open" ? [{ ...command, _tag: "Moved" }] : new Fresh();
  },
  view: {
    table: "door_view",
    schema: Schema.Struct({ id: Schema.String, opened: Schema.Date }),
    initial: { id: "", opened: new Date(0) },
    evolve: (row, event, { id, first }) => {
      expectTypeOf(row).toEqualTypeOf<{ readonly id: string; readonly opened: Date }>();
      expectTypeOf(event).toEqualTypeOf<Event>();
      expectTypeOf(first).toEqualTypeOf<Event | undefined>();
      return event._tag === "Opened" ? { id, opened: event.at } : row;
    },
  },
});

expectTypeOf(plain.type).toEqualTypeOf<"Door">();
expectTypeOf<Aggregate.State<typeof plain>>().toEqualTypeOf<State>();
expectTypeOf<Aggregate.Event<typeof plain>>().toEqualTypeOf<Event>();
expectTypeOf<Aggregate.Command<typeof plain>>().toEqualTypeOf<Command>();
expectTypeOf<Aggregate.Refusal<typeof plain>>().toEqualTypeOf<Fresh | Twice>();
expectTypeOf<Aggregate.Services<typeof plain>>().toEqualTypeOf<never>();
expectTypeOf(row(plain, "front", { _tag: "Moved", by: 1 })).toEqualTypeOf<{
  readonly id: string;
  readonly opened: Date;
}>();
expectTypeOf(given(plain).whenSync({ _tag: "Open" })).toEqualTypeOf<
  Either.Either<ReadonlyArray<Event>, Fresh | Twice>
>();
expectTypeOf(given(plain).when({ _tag: "Open" })).toEqualTypeOf<
  Effect.Effect<Either.Either<ReadonlyArray<Event>, Fresh | Twice>>
>();

// Parts of their own, decisions that ask services, and a state that is the view's row.

const common = {
  type: "Gate",
  codec: EventCodec.make({
    schema: Event,
    version: "1.1",
    upcast: { "1.0": ({ payload }) => payload },
  }),
  state: State,
  initial: { _tag: "Fresh" },
  evolve: (state: State) => state,
  view: "gate_view",
} as const;

const asking = Aggregate.make({
  ...common,
  decide: (state, _: Command) =>
    Effect.gen(function* () {
      if (state._tag === "Open") return yield* new Twice({ total: state.total });
      return [{ _tag: "Opened", at: yield* Clock }];
    }),
});
expectTypeOf<Aggregate.Event<typeof asking>>().toEqualTypeOf<Event>();
expectTypeOf<Aggregate.Refusal<typeof asking>>().toEqualTypeOf<Twice>();
expectTypeOf<Aggregate.Services<typeof asking>>().toEqualTypeOf<"Clock">();
expectTypeOf(asking.view).toEqualTypeOf<View.View<State, Event>>();
expectTypeOf(given(asking).when).returns.toEqualTypeOf<
  Effect.Effect<Either.Either<ReadonlyArray<Event>, Twice>, never, "Clock">
>();
// @ts-expect-error it needs a service
given(asking).whenSync({ _tag: "Open" });

const either = Aggregate.make({
  ...common,
  decide: (_, command: Command): Either.Either<ReadonlyArray<Event>, Fresh> =>
    command._tag === "Open" ? Either.right([]) : Either.left(new Fresh()),
});
expectTypeOf<Aggregate.Refusal<typeof either>>().toEqualTypeOf<Fresh>();

const view = View.make({
  table: "gate_view",
  schema: Schema.Struct({ moves: Schema.NumberFromString }),
  initial: { moves: 0 },
  evolve: ({ moves }, event: Event) => ({ moves: event._tag === "Moved" ? moves + 1 : moves }),
});
expectTypeOf(view).toEqualTypeOf<View.View<{ readonly moves: number }, Event>>();

const decide = (_: State, __: Command): ReadonlyArray<Event> => [];
const viewed = Aggregate.make({ ...common, decide, view });
expectTypeOf(viewed.view).toEqualTypeOf<View.View<{ readonly moves: number }, Event>>();

// What must not compile.

// @ts-expect-error a state to begin with that is none
Aggregate.make({ ...common, decide, initial: { _tag: "Ajar" } });

// @ts-expect-error an evolve that gives no state
Aggregate.make({ ...common, decide, evolve: () => ({ _tag: "Ajar" }) });

// @ts-expect-error a decision for an event that there is not
Aggregate.make({ ...common, decide: (_: State, __: Command) => [{ _tag: "Shut" }] });

// @ts-expect-error an event without all of its fields
Aggregate.make({ ...common, decide: (_: State, __: Command) => [{ _tag: "Moved" }] });

// @ts-expect-error events that have no tag
Aggregate.make({ ...common, decide, codec: Schema.Struct({ by: Schema.Int }) });

// @ts-expect-error a view of other events
Aggregate.make({ ...common, decide, view: { ...view, evolve: (row, _: { _tag: "Shut" }) => row } });

// @ts-expect-error a view that begins with what is no row
View.make({ table: "t", schema: Schema.Int, initial: "", evolve: (count, _: Event) => count });

// @ts-expect-error a command that there is not
given(plain).when({ _tag: "Shut" });

// @ts-expect-error a history of what are no events
given(plain, { _tag: "Shut" });

// @ts-expect-error a decision that is none of those expected
expectTypeOf(given(plain).whenSync({ _tag: "Open" })).toEqualTypeOf(events(new Fresh()));
