import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Either, Schema } from "effect";

/** A band's gigs, in a table that it calls `events`. */

const Played = Schema.TaggedStruct("Played", { title: Schema.String });
type Played = typeof Played.Type;
const initial: Played = { _tag: "Played", title: "" };
const evolve = (_: Played, event: Played): Played => event;

const aggregate = Aggregate.make({
  type: "Gig",
  codec: EventCodec.make({ schema: Played, version: "1.0", eventType: (tag) => `Gig.${tag}` }),
  state: Played,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: Played, command: Played) => Either.right([command]),
  view: View.make<Played, Played, typeof Played.Encoded>({
    table: "gig_view",
    schema: Played,
    initial,
    evolve,
  }),
});

export const gigs = Migration.of(aggregate, "Played").from({
  table: "events",
  key: "id",
  columns: {
    id: carried("aggregate_id", integer()),
    title: carried("title", text()),
    payload: leftOut("what was said of it"),
  },
  id: ({ row }) => String(row.id),
  event: ({ fields }) => fields,
  view: "Played",
});

export const planOf = (
  migrations: Readonly<Record<string, typeof gigs>>,
  leaveAlone: Readonly<Record<string, string>> = {},
) => Plan.make({ words: { command: "gigs", writer: "the band" }, migrations, leaveAlone });
