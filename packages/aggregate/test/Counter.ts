import { Either, Schema } from "effect";
import * as Aggregate from "../src/Aggregate.ts";
import * as EventCodec from "../src/EventCodec.ts";
import { unit, variant } from "../src/ExternallyTagged.ts";
import * as View from "../src/View.ts";

/** The smallest aggregate that has everything: a counter that opens once and counts up. */

export const Event = Schema.Union(
  variant("Opened", { name: Schema.String }),
  variant("Counted", { by: Schema.Int }),
);
export type Event = typeof Event.Type;

export const Command = Schema.Union(
  Schema.TaggedStruct("Open", { name: Schema.String }),
  Schema.TaggedStruct("Count", { by: Schema.Int }),
);
export type Command = typeof Command.Type;

export class AlreadyOpen extends Schema.TaggedError<AlreadyOpen>()("AlreadyOpen", {}) {}
export class Closed extends Schema.TaggedError<Closed>()("Closed", { by: Schema.Int }) {}

const State = Schema.Union(unit("Closed"), variant("Open", { total: Schema.Int }));
type State = typeof State.Type;

/** Each count with the name that the first event gave. */
const Line = Schema.Struct({ id: Schema.String, name: Schema.String, counts: Schema.Int });
type Line = typeof Line.Type;

export const view = View.make<Line, Event, typeof Line.Encoded>({
  table: "counter_view",
  schema: Line,
  initial: { id: "", name: "", counts: 0 },
  needsFirst: () => true,
  evolve: (line, event, { id, first }) => ({
    id,
    name: first?._tag === "Opened" ? first.name : line.name,
    counts: line.counts + (event._tag === "Counted" ? 1 : 0),
  }),
});

export const aggregate = Aggregate.make({
  type: "Counter",
  codec: EventCodec.make({
    schema: Event,
    version: "1.0",
    eventType: (tag) => `CounterEvent::${tag}`,
  }),
  state: State,
  stateVersion: 1,
  initial: { _tag: "Closed" } as State,
  evolve: (state: State, event: Event): State => {
    if (event._tag === "Opened") return { _tag: "Open", total: 0 };
    return state._tag === "Open" ? { _tag: "Open", total: state.total + event.by } : state;
  },
  decide: (
    state: State,
    command: Command,
  ): Either.Either<ReadonlyArray<Event>, AlreadyOpen | Closed> => {
    if (command._tag === "Open") {
      return state._tag === "Closed"
        ? Either.right([{ ...command, _tag: "Opened" }])
        : Either.left(new AlreadyOpen());
    }
    return state._tag === "Open"
      ? Either.right([{ ...command, _tag: "Counted" }])
      : Either.left(new Closed({ by: command.by }));
  },
  view,
});
