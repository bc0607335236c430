import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import { anyText, integer, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
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
    hall: carried("hall", text(), { into: ["floor"] }),
    number: carried("number", integer(Schema.Number)),
    plate: carried("plate", text(), { into: ["aggregate_id"] }),
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
        hall: derived(text(), "is what names a hall", "floor"),
        floor: carried("floor", integer(Schema.Number)),
      },
      rest: "how a hall looks",
    }),
  },
  id: ({ row }) => row.plate,
  event: ({ fields }) => fields,
  view: "Built",
});

export const plan = Plan.make({
  words: { command: "seats", writer: "the theatre" },
  migrations: { Seat: seats },
});

/** The same tables, with rowids or WITHOUT. Rows are put in no order, and texts refer in any case. */
export const tables = (without: string) => `
  create table seats (hall text, number integer, plate text not null unique collate nocase, note,
    primary key (hall, number desc)) ${without};
  create table guests (night int, plate varchar(9) collate nocase, name text, primary key (plate, night)) ${without};
  create table halls (hall text primary key, floor numeric) ${without};
  insert into halls values ('West', 2), ('East', '10'), ('Süd', -1);
  insert into seats values ('West', 2, 'w-2', null), ('West', 10, 'W-10', 'by the door'),
    ('East', 1, 'E-1', ''), ('Süd', 7, 'Sitz 7 ü', '7');
  insert into guests values (2, 'e-1', 'Bo'), (1, 'W-2', 'Ann'), (11, 'e-1', 'Cy'), (1, 'E-1', '007')`;
