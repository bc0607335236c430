import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Effect, Schema } from "effect";

/** An aggregate with all that a store may be asked for. */

const Integer = Schema.transform(
  Schema.Union(Schema.Int, Schema.BigIntFromSelf),
  Schema.BigIntFromSelf,
  { strict: true, decode: (integer) => BigInt(integer), encode: (integer) => integer },
);

/** Of an account: `Closed` is stored as bare text. */
export const Event = Schema.Union(
  variant("Opened", { owner: Schema.String }),
  variant("Moved", { cents: Integer, note: Schema.String }),
  unit("Closed"),
);
export type Event = typeof Event.Type;

const State = Schema.Struct({ cents: Integer, moves: Schema.Int, closed: Schema.Boolean });
type State = typeof State.Type;

const Line = Schema.Struct({ id: Schema.String, owner: Schema.String, cents: Integer });
type Line = typeof Line.Type;

const OlderMoved = variant("Moved", { amount: Schema.Int });
type OlderMoved = typeof OlderMoved.Type;
const isOlderMoved = Schema.is(Schema.encodedSchema(OlderMoved));

/**
 * An account whose money is counted in integers of any size, whose view needs the stream's first event,
 * and whose movements had another shape in version 0.9. Whatever is commanded happens.
 */
export const aggregate = Aggregate.make({
  type: "Account",
  codec: EventCodec.make({
    schema: Event,
    version: "1.0",
    eventType: (tag) => `AccountEvent::${tag}`,
    upcast: {
      "0.9": ({ payload }) =>
        isOlderMoved(payload) ? { Moved: { cents: payload.Moved.amount, note: "" } } : payload,
    },
  }),
  state: State,
  stateVersion: 1,
  initial: { cents: 0n, moves: 0, closed: false } as State,
  evolve: (state: State, event: Event): State => {
    if (event._tag === "Closed") return { ...state, closed: true };
    return event._tag === "Moved"
      ? { ...state, cents: state.cents + event.cents, moves: state.moves + 1 }
      : state;
  },
  decide: (_: State, event: Event) => Effect.succeed([event]),
  view: View.make<Line, Event, typeof Line.Encoded>({
    table: "account_view",
    schema: Line,
    initial: { id: "", owner: "", cents: 0n },
    needsFirst: () => true,
    evolve: (line, event, { id, first }) => ({
      id,
      owner: first?._tag === "Opened" ? first.owner : "nobody",
      cents: line.cents + (event._tag === "Moved" ? event.cents : 0n),
    }),
  }),
});

/** The account as its 0.9 wrote it. */
export const older = {
  ...aggregate,
  codec: EventCodec.make({
    schema: OlderMoved,
    version: "0.9",
    eventType: (tag) => `AccountEvent::${tag}`,
  }),
  evolve: (state: State, _: OlderMoved) => state,
  view: { ...aggregate.view, table: "older_account_view", evolve: (line: Line) => line },
};

/** The first event of an account. */
export const opened = (owner: string): Event => ({ _tag: "Opened", owner });
/** Cents that came, or went where they are negative. */
export const moved = (cents: bigint, note = ""): Event => ({ _tag: "Moved", cents, note });
/** The last event of an account. */
export const closed: Event = { _tag: "Closed" };
