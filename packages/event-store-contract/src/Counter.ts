import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Effect, Schema } from "effect";

/** The smallest aggregate, whose view needs nothing but its row. */

/** It counts up, or down. */
export const Event = variant("Counted", { by: Schema.Int });
export type Event = typeof Event.Type;

/** Also the view's row. */
export const State = Schema.Struct({ total: Schema.Int });
export type State = typeof State.Type;

/** Folds on from its row alone. */
export const view = View.make<State, Event, typeof State.Encoded>({
  table: "counter_view",
  schema: State,
  initial: { total: 0 },
  evolve: ({ total }, { by }) => ({ total: total + by }),
});

/** The smallest aggregate: it counts. Whatever is commanded happens. */
export const aggregate = Aggregate.make({
  type: "Counter",
  codec: EventCodec.make({
    schema: Event,
    version: "1.0",
    eventType: (tag) => `CounterEvent::${tag}`,
  }),
  state: State,
  stateVersion: 1,
  initial: { total: 0 } as State,
  evolve: ({ total }: State, { by }: Event): State => ({ total: total + by }),
  decide: (_: State, event: Event) => Effect.succeed([event]),
  view,
});

const unit = Schema.optionalWith(Schema.String, { default: () => "one" });
const EventWithUnit = variant("Counted", { by: Schema.Int, unit });
type EventWithUnit = typeof EventWithUnit.Type;
const StateWithUnit = Schema.Struct({ total: Schema.Int, unit });
type StateWithUnit = typeof StateWithUnit.Type;

/** A later version, in which an event and its row say what was counted. */
export const withUnit = Aggregate.make({
  ...aggregate,
  codec: EventCodec.make({
    schema: EventWithUnit,
    version: "1.0",
    eventType: aggregate.codec.eventType,
  }),
  state: StateWithUnit,
  initial: { total: 0, unit: "one" },
  evolve: ({ total }, { by, unit }) => ({ total: total + by, unit }),
  decide: (_, event: EventWithUnit) => Effect.succeed([event]),
  view: View.make<StateWithUnit, EventWithUnit, typeof StateWithUnit.Encoded>({
    table: view.table,
    schema: StateWithUnit,
    initial: { total: 0, unit: "one" },
    evolve: ({ total }, { by, unit }) => ({ total: total + by, unit }),
    earlier: [(row) => ({ total: (row as State).total })],
  }),
});

/** An event of a counter. */
export const counted = (by: number): Event => ({ _tag: "Counted", by });

/** The same, with its view's rows elsewhere: what it appends leaves the usual row behind. */
export const viewedElsewhere = { ...aggregate, view: { ...view, table: "other_counter_view" } };

/** The same under another type, with rows of its own. */
export const ofOthers = {
  ...aggregate,
  type: "Other",
  view: { ...view, table: "view_of_others" },
};

/** The same, with a fold of its own: its rows tell that they were taken and not folded anew. */
export const viewedAs = (total: number) => ({
  ...aggregate,
  view: { ...view, evolve: () => ({ total }) },
});

/** The same, with rows of a shape that the usual view cannot read. */
export const viewedStrangely = {
  ...aggregate,
  view: View.make<string, Event, string>({
    table: view.table,
    schema: Schema.String,
    initial: "",
    evolve: () => "strange",
  }),
};
