import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Schema } from "effect";

/** Two kinds of things that a club kept in one table: trips with their legs, and dinners. */

const Papers = Schema.Array(Schema.Struct({ id: Schema.Number, name: Schema.String }));
const Planned = Schema.TaggedStruct("Planned", {
  title: Schema.String,
  parent: Schema.NullOr(Schema.Number),
  legs: Schema.Array(Schema.Struct({ id: Schema.Number, title: Schema.String })),
  papers: Papers,
});
const Cooked = Schema.TaggedStruct("Cooked", { title: Schema.String, papers: Papers });

/** An aggregate of one event, which is its state and its view too. */
export const make = <E extends { readonly _tag: string }, I>(
  type: string,
  schema: Schema.Schema<E, I>,
) => {
  const Unknown = Schema.TaggedStruct("Unknown", {});
  const State = Schema.Union(schema, Unknown);
  type State = E | typeof Unknown.Type;
  const initial: State = { _tag: "Unknown" };
  const evolve = (_: State, event: E): State => event;
  return {
    type,
    codec: EventCodec.make({ schema, version: "1.0", eventType: (tag) => `${type}.${tag}` }),
    state: State,
    stateVersion: 1,
    initial,
    evolve,
    decide: () => {
      throw new Error("nobody decides here");
    },
    view: View.make<State, E, typeof State.Encoded>({
      table: `${type.toLowerCase()}_view`,
      schema: State,
      initial,
      evolve,
    }),
  };
};

export const trip = Aggregate.make({ ...make("Trip", Planned), type: "Trip" as const });
export const dinner = Aggregate.make({ ...make("Dinner", Cooked), type: "Dinner" as const });
