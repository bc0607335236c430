import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import { anyText, integer, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Either, Schema } from "effect";

/** A theatre's seats, with those who sat there and the halls: no table has rowids. */

const Guest = Schema.Struct({ night: Schema.Number, name: Schema.String });
const Built = Schema.TaggedStruct("Built", {
  hall: Schema.String,
  number: Schema.Number,
  plate: Schema.String,
  note: Schema.NullOr(Schema.String),
  floor: Schema.Number,
  guests: Schema.Array(Guest),
});
type Built = typeof Built.Type;
const initial: Built = {
  ...{ _tag: "Built", hall: "", number: 0, plate: "", note: null, floor: 0, guests: [] },
};
const evolve = (_: Built, event: Built): Built => event;

const aggregate = Aggregate.make({
  type: "Seat",
  codec: EventCodec.make({ schema: Built, version: "1.0", eventType: (tag) => `Seat.${tag}` }),
  state: Built,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: Built, command: Built) => Either.right([command]),
  view: View.make<Built, Built, typeof Built.Encoded>({
    table: "seat_view",
    schema: Built,
    initial,
    evolve,
  }),
});

export const seats = Migration.of(aggregate, "Built").from({
  table: "seats",
  key: "plate",
  order: ["hall", "number"],
  columns: {
    hall: carried("hall", text()),
    number: carried("number", integer(Schema.Number)),
    plate: carried("plate", text()),
    note: carried("note", nullable(anyText())),
  },
  rows: {
    guests: Migration.child({
      table: "guests",
      of: "plate",
      key: "night",
      columns: {
        plate: derived(text(), "whose guest it is"),
        night: carried("night", integer(Schema.Number)),
        name: carried("name", text()),
      },
    }),
  },
  beside: {
    halls: Migration.lookup({
      by: "hall",
      key: "hall",
      columns: {
        hall: derived(text(), "is what names a hall", "hall"),
        floor: carried("floor", integer(Schema.Number)),
      },
      rest: "how a hall looks",
    }),
  },
  id: ({ row }) => row.plate,
  event: ({ fields }) => fields,
  view: "Built",
});
