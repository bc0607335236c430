import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  day,
  decimalText,
  flag,
  inZone,
  integer,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Either, Schema } from "effect";

/** A billing service whose tables are in PostgreSQL: invoices with lines, and the names of plans. */

const Event = Schema.TaggedStruct("Issued", {
  customer: Schema.String,
  total: Schema.String,
  paid: Schema.Boolean,
  status: Schema.Literal("Draft", "Sent"),
  issued_on: Schema.NullOr(Schema.String),
  created_at: Schema.String,
  updated_at: Schema.NullOr(Schema.String),
  notes: Schema.NullOr(Schema.String),
  plan: Schema.NullOr(Schema.String),
  lines: Schema.Array(Schema.Struct({ id: Schema.Number, amount: Schema.String })),
});
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", { customer: Schema.String, total: Schema.String }),
);
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (_: State, { customer, total }: Event): State => ({
  _tag: "Known",
  customer,
  total,
});

const aggregate = Aggregate.make({
  type: "Invoice",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Invoice.${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (): Either.Either<ReadonlyArray<Event>> => Either.right([]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "invoice_view",
    schema: State,
    initial,
    evolve,
  }),
});

export const invoices = Migration.of(aggregate, "Issued").from({
  table: "billing.invoices",
  key: "id",
  called: "invoices",
  confirm: { notes: "what was noted of customers stays in the log" },
  columns: {
    id: carried("aggregate_id", text()),
    customer: carried("customer", text()),
    total: carried("total", decimalText()),
    paid: carried("paid", flag()),
    status: carried("status", words({ draft: "Draft", sent: "Sent" })),
    issuedOn: carried("issued_on", nullable(day())),
    created_at: carried("created_at", moment()),
    updated_at: carried("updated_at", nullable(inZone("Europe/Berlin", moment()))),
    notes: carried("notes", nullable(anyText())),
    plan_id: derived(nullable(integer()), "which plan it is of", "plan"),
    tags: leftOut("labels that nobody reads"),
  },
  rows: {
    lines: Migration.child({
      table: "billing.Lines",
      of: "invoice_id",
      key: "id",
      columns: {
        id: carried("id", integer(Schema.Number)),
        invoice_id: derived(text(), "whose line it is"),
        amount: carried("amount", decimalText()),
      },
    }),
  },
  beside: {
    plans: Migration.lookup({
      by: "plan_id",
      key: "id",
      columns: {
        id: derived(integer(), "which is named", "plan"),
        name: carried("plan", nullable(text())),
      },
      rest: "prices, which the application goes on to keep",
    }),
  },
  id: ({ row }) => row.id,
  event: ({ fields }) => fields,
  view: "Known",
});
