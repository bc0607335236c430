import { DatabaseSync } from "node:sqlite";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  bytes,
  count,
  day,
  dayOrTime,
  decimal,
  decimalText,
  flag,
  inZone,
  integer,
  json,
  moment,
  none,
  nullable,
  only,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Either, Schema } from "effect";

/** A carrier's parcels: a table with columns of every kind, children of two kinds and a lookup. */

const Place = Schema.Struct({ hall: Schema.String, shelf: Schema.Number });
const Item = Schema.Struct({
  number: Schema.Number,
  name: Schema.String,
  worth: Schema.NullOr(Decimal.Decimal),
  checked_at: Schema.NullOr(Timestamp),
});
const sent = {
  serial: Integer.I64,
  label: Schema.String,
  code: Schema.String,
  weight: Decimal.Decimal,
  price: Decimal.Decimal,
  packed_at: Timestamp,
  sent_at: Schema.String,
  seen_at: Schema.NullOr(Schema.String),
  due: Schema.String,
  returned: Schema.NullOr(Schema.String),
  is_fragile: Schema.Boolean,
  status: Schema.Literal("Open", "Closed"),
  size: Schema.Literal("Small", "Large"),
  seal: Schema.NullOr(Schema.String),
  parent: Schema.NullOr(Schema.Number),
  stops: Schema.Number,
  note: Schema.NullOr(Schema.String),
  insured: Decimal.Decimal,
  toll: Schema.NullOr(Schema.String),
  papers: Schema.Unknown,
  pickup: Schema.NullOr(Schema.String),
  handed_at: Timestamp,
  place: Schema.NullOr(Place),
  currency: Schema.String,
  items: Schema.Array(Item),
  labels: Schema.Array(Schema.Struct({ number: Schema.Number, name: Schema.String })),
  migrated_at: Timestamp,
};
const Event = Schema.Union(
  Schema.TaggedStruct("Sent", sent),
  Schema.TaggedStruct("Lost", { reason: Schema.String }),
);
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", { label: sent.label, weight: sent.weight, items: sent.items }),
);
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (state: State, event: Event): State =>
  event._tag === "Sent"
    ? { _tag: "Known", label: event.label, weight: event.weight, items: event.items }
    : state;

const aggregate = Aggregate.make({
  type: "Parcel",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Parcel.${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: State, { reason }: { readonly _tag: "Lose"; readonly reason: string }) =>
    Either.right([{ _tag: "Lost" as const, reason }]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "parcel_view",
    schema: State,
    initial,
    evolve,
  }),
});

const part = {
  number: carried("number", integer(Schema.Number)),
  parcel_id: derived(integer(), "whose part it is"),
  kind: leftOut("tells items from labels"),
};

const parcels = Migration.of(aggregate, "Sent").from({
  table: "parcels",
  key: "id",
  order: ["packed"],
  called: "parcels",
  columns: {
    id: carried("aggregate_id", integer(Schema.Number)),
    serial: carried("serial", integer(Integer.I64)),
    label: carried("label", anyText()),
    code: carried("code", text(undefined, { matching: /^[A-Za-z]{2}\d+$/, lower: true })),
    weight: carried("weight", decimal(Decimal.Decimal, { least: "above 0" })),
    price_cents: carried("price", decimal(Decimal.Decimal, { places: 2 })),
    packed: carried("packed_at", moment(Timestamp)),
    sent_s: carried("sent_at", moment(undefined, "seconds")),
    seen_ms: carried("seen_at", nullable(none(0n, moment(undefined, "milliseconds")))),
    due: carried("due", day()),
    returned: carried("returned", nullable(day(undefined, "digits"))),
    fragile: carried("is_fragile", flag()),
    status: carried("status", words({ open: "Open", shut: "Closed", closed: "Closed" })),
    size: carried(
      "size",
      words([
        [1n, "Small"],
        [2n, "Large"],
      ]),
    ),
    seal: carried("seal", nullable(bytes())),
    parent: carried("parent", nullable(none(-1n, integer(Schema.Number)))),
    stops: carried("stops", count(Schema.Number)),
    note: carried("note", nullable(none("", text()))),
    insured: carried("insured", decimalText(Decimal.Decimal)),
    toll: carried(
      "toll",
      nullable(decimalText(undefined, { places: 3, least: "at least 0", numbers: true })),
    ),
    papers: carried("papers", nullable(json())),
    pickup: carried("pickup", nullable(dayOrTime())),
    handed: carried("handed_at", inZone("Europe/Berlin", moment(Timestamp))),
    hall: carried("place.hall", nullable(text())),
    shelf: carried("place.shelf", nullable(integer(Schema.Number))),
    currency_id: derived(integer(), "finds the currency", "currency"),
    version: leftOut("no version has used it", only("must be 1 or NULL", 1n, null)),
    driver: leftOut("who drove it: nobody's concern here"),
  },
  rows: {
    items: Migration.child({
      table: "items",
      of: "parcel_id",
      key: "number",
      where: { kind: ["item", 1n] },
      columns: {
        ...part,
        name: carried("name", text()),
        worth_cents: carried("worth", nullable(decimal(Decimal.Decimal, { places: 2 }))),
        checked: carried("checked_at", nullable(moment(Timestamp))),
      },
    }),
    labels: Migration.child({
      table: "items",
      of: "parcel_id",
      key: "number",
      where: { kind: [null, "label"] },
      columns: {
        ...part,
        name: carried("name", text()),
        worth_cents: leftOut("of items"),
        checked: leftOut("of items"),
      },
    }),
  },
  beside: {
    currencies: Migration.lookup({
      by: "currency_id",
      key: "id",
      columns: {
        id: derived(integer(), "is what names a currency", "currency"),
        code: carried("currency", text()),
      },
      rest: "how a currency is shown",
    }),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => String(row.id),
  event: ({ row, fields, run }) => ({
    ...fields,
    place: row.hall === null || row.shelf === null ? null : { hall: row.hall, shelf: row.shelf },
    migrated_at: run.migratedAt,
  }),
  view: "Known",
});

export const migrations = { Parcel: parcels };

export const plan = Plan.make({
  words: { command: "parcels_to_events", writer: "the carrier" },
  migrations,
  leaveAlone: { drivers: "of another department" },
});

/** The columns have no types, so that a cell may hold anything. */
export const write = (path: string, parcels: number): void => {
  const db = new DatabaseSync(path);
  const columns = Object.keys(plan.migrations.Parcel.table.columns);
  db.exec(`create table parcels (${columns.join(", ")});
    create table items (number, parcel_id, kind, name, worth_cents, checked);
    create table currencies (id, code, sign);
    insert into currencies values (1, 'EUR', '€'), (2, 'CHF', 'Fr'), (3, 'SEK', 'kr');
    create table drivers (name); begin`);
  const parcel = db.prepare(`insert into parcels values (${columns.map(() => "?").join()})`);
  const item = db.prepare("insert into items values (?, ?, ?, ?, ?, ?)");
  const moments = [
    "2025-09-24 13:31:07",
    "2024-02-29T23:59:59.000000001Z",
    "1969-12-31T23:59:59.5+02:00",
    "2025-12-31T23:30:00.123-01:00",
  ];
  const insured = ["0", "-0.000000000001", "1250.50", "12345678901234567890.123456789"];
  const papers = [
    `{"kind": "customs", "fees": [1.50, 1e2, ${2n ** 64n}], "": {"b": null, "a": "\\u00fc"}}`,
    "null",
    null,
    '["x", {"paid": true, "x": "x"}, -0.0]',
  ];
  const pickups = [
    "2025-10-01",
    "2025-10-01 12:34:56.5",
    "2025-10-01T12:34:56Z",
    "2025-10-01 00:00:00-03:30",
  ];
  const kinds = ["item", 1n, "label", null];
  let items = 0;
  for (let n = 1; n <= parcels; n += 1) {
    parcel.run(
      ...[
        BigInt(n),
        2n ** 53n + BigInt(2 * n + 1),
        n % 4 === 0 ? "" : `Box ${n} "für" \u{1f4e6}`,
        `${n % 2 === 0 ? "ab" : "AB"}${n}`,
      ],
      n % 7 === 0 ? 1e-7 : n % 3 === 0 ? BigInt(n) : n / 8 + 0.1,
      ...[n % 5 === 0 ? -n - 0.5 : BigInt(n * 1_000 + 7)],
      ...[
        moments[n % 4] ?? "",
        BigInt(1_700_000_000 + n),
        n % 6 === 0 ? 0n : BigInt(1_700_000_000_123 + n),
      ],
      ...[`2025-10-${10 + (n % 20)}`, n % 3 === 0 ? null : BigInt(20_240_210 + (n % 20))],
      ...[BigInt(n % 2), ["open", "shut", "closed"][n % 3] ?? "", BigInt(1 + (n % 2))],
      ...[
        n % 4 === 0 ? null : new Uint8Array([n, 0, 255, n % 7]),
        n % 3 === 0 ? -1n : n % 3 === 1 ? null : BigInt(n - 1),
      ],
      ...[BigInt(n % 9), n % 5 === 0 ? null : n % 5 === 1 ? "" : `note ${n}`],
      ...[insured[n % 4] ?? "", [null, n / 8, BigInt(n), `${n}.250`][n % 4] ?? null],
      ...[papers[n % 4] ?? null, n % 5 === 0 ? null : (pickups[n % 4] ?? null)],
      ...[`2025-01-${10 + (n % 20)} 12:00:00`],
      ...(n % 3 === 0 ? [null, null] : [`hall ${n % 4}`, BigInt(n)]),
      ...[BigInt(1 + (n % 3)), n % 2 === 0 ? 1n : null, `driver ${n}`],
    );
    for (let part = 0; part < n % 4; part += 1) {
      items += 1;
      item.run(
        ...[BigInt(items), BigInt(n), kinds[(items >> 1) % 4] ?? null],
        ...[`item ${part}`, part === 1 ? null : BigInt(items * 125)],
        part === 0 ? null : (moments[items % 4] ?? null),
      );
    }
  }
  db.exec("commit");
  db.close();
};
