import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { Effect, Schema } from "effect";

/** Fields of every kind in which a value may hide that JSON has no word for. */
const Note = Schema.Struct({
  price: Schema.Number,
  best: Schema.NullOr(Schema.Number),
  list: Schema.Array(Schema.UndefinedOr(Schema.Number)),
  byName: Schema.Record({ key: Schema.String, value: Schema.Number }),
  anything: Schema.Unknown,
  text: Schema.parseJson(Schema.Struct({ price: Schema.Number })),
});
export type Note = typeof Note.Type;
const Noted = Schema.TaggedStruct("Noted", { ...Note.fields });
export type Noted = typeof Noted.Type;

export const calm: Note = {
  price: 1.5,
  best: null,
  list: [1],
  byName: { a: 1 },
  anything: null,
  text: { price: 1 },
};

/** Its view doubles the last price: of a very large one that is no number any more. */
export const aggregate = Aggregate.make({
  type: "Notes",
  codec: EventCodec.make({ schema: Noted, version: "1.0", eventType: (tag) => `Note::${tag}` }),
  state: Note,
  stateVersion: 1,
  initial: calm,
  evolve: (_: Note, { _tag, ...note }: Noted): Note => note,
  decide: (_: Note, event: Noted) => Effect.succeed([event]),
  view: View.make<{ readonly doubled: number }, Noted, { readonly doubled: number }>({
    table: "notes_view",
    schema: Schema.Struct({ doubled: Schema.Number }),
    initial: { doubled: 0 },
    evolve: (_, { price }) => ({ doubled: price * 2 }),
  }),
});
