import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import {
  decimal,
  integer,
  moment,
  none,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { Effect, Either, Layer, Schema } from "effect";
import { afterAll, expect, it } from "vitest";
import type * as Judgement from "../src/Judgement.ts";
import { verify } from "../src/Verify.ts";

/** A log that some script wrote of a table of payments, and what it did to the data. */

const Event = Schema.Union(
  Schema.TaggedStruct("Imported", {
    payer: Schema.Int,
    state: Schema.Literal("Open", "Paid"),
    amount: Schema.String,
    fee: Schema.NullOr(Schema.String),
    paid_at: Schema.String,
    note: Schema.NullOr(Schema.String),
    legacy_id: Schema.optional(Schema.NullOr(Schema.String)),
  }),
);
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", { amount: Schema.String }),
);
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (_: State, { amount }: Event): State => ({ _tag: "Known", amount });

const aggregate = Aggregate.make({
  type: "Payment",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => tag }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (): Either.Either<ReadonlyArray<Event>> => Either.right([]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "payment_view",
    schema: State,
    initial,
    evolve,
  }),
});

const payments = Migration.of(aggregate, "Imported").from({
  table: "payments",
  key: "id",
  columns: {
    id: carried("aggregate_id", integer()),
    payer: carried("payer", integer(Schema.Int)),
    state: carried("state", words({ open: "Open", paid: "Paid" })),
    amount: carried("amount", decimal()),
    fee: carried("fee", nullable(decimal())),
    paid_at: carried("paid_at", moment()),
    note: carried("note", none("", text())),
    ref: carried("legacy_id", nullable(text())),
    entered: leftOut("when it was typed in"),
  },
  id: ({ row }) => String(row.id),
  event: ({ fields }) => ({ ...fields }),
  view: "Known",
  losses: { fee: { weight: "row", means: "the bank takes it a second time" } },
});
const plan = Plan.make({
  words: { command: "pay", writer: "the office" },
  migrations: { Payment: payments },
});

const folder = mkdtempSync(join(tmpdir(), "payments-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const rows = [
  [1, 7, "open", 12.3456, 0.5, "2025-10-01 10:00:00.25", "rent", "A 1", "2025-10-03 08:00:00"],
  [2, 8, "paid", 100.5, null, "2025-10-02 23:30:00", "", null, "2025-10-04 08:00:00"],
  [
    3,
    9,
    "paid",
    0.1234567890123456,
    2,
    "2025-10-03 09:15:00.5",
    "Books",
    "C 3",
    "2025-10-05 08:00:00",
  ],
] as const;

const right = [
  {
    payer: 7,
    state: "Open",
    amount: "12.3456",
    fee: "0.5",
    paid_at: "2025-10-01T10:00:00.250Z",
    note: "rent",
    legacy_id: "A 1",
  },
  {
    payer: 8,
    state: "Paid",
    amount: "100.5",
    fee: null,
    paid_at: "2025-10-02T23:30:00Z",
    note: null,
    legacy_id: null,
  },
  {
    payer: 9,
    state: "Paid",
    amount: "0.1234567890123456",
    fee: "2",
    paid_at: "2025-10-03T09:15:00.500Z",
    note: "Books",
    legacy_id: "C 3",
  },
] as const;
type Fields = { -readonly [F in keyof (typeof right)[number]]?: unknown };

/** The judgement of a log whose events and views are right but for the change. */
const judged = async (change: (fields: Fields, id: number) => Fields | undefined, more = "") => {
  const path = join(folder, `${++files}.db`);
  const setup = Effect.flatMap(EventStore, (store) => store.setup([aggregate]));
  const layer = Layer.provideMerge(
    Store.layerDatabase,
    SqliteDatabase.layer({ path, synchronous: "normal" }),
  );
  const db = new DatabaseSync(path);
  db.exec(
    "create table payments (id integer primary key, payer integer, state, amount real, fee real, paid_at, note, ref, entered)",
  );
  await Effect.runPromise(Effect.provide(setup, layer));
  const row = db.prepare("insert into payments values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const event = db.prepare(
    `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
     values ('Payment', ?, 1, 'Imported', '1.0', ?, '{"run_id":"r","legacy_table":"payments"}')`,
  );
  const view = db.prepare("insert into payment_view (view_id, version, payload) values (?, 1, ?)");
  for (const [at, cells] of rows.entries()) {
    const id = at + 1;
    row.run(...cells);
    const fields = change({ ...right[at] }, id);
    if (fields === undefined) continue;
    event.run(String(id), JSON.stringify({ _tag: "Imported", ...fields }));
    view.run(String(id), JSON.stringify({ _tag: "Known", amount: fields.amount }));
  }
  db.exec(more);
  db.close();
  const { judgement } = await verify(plan, {
    onDifferences: () => Effect.void,
    onProgress: () => Effect.void,
  }).pipe(Effect.provide(layer), Effect.runPromise);
  return judgement;
};

const short = ({ side, field, weight, how, rows, off }: Judgement.Entry) =>
  [`${rows} ${side} ${field}: ${how}`, weight, ...(off === null ? [] : [off])].join(" | ");

const ofField =
  (field: keyof Fields, value: (was: string, id: number) => unknown) =>
  (fields: Fields, id: number) => ({
    ...fields,
    [field]: value(String(fields[field]), id),
  });
const only = (one: number, field: keyof Fields, value: unknown) => (fields: Fields, id: number) =>
  id === one ? { ...fields, [field]: value } : fields;

it("is nothing of a log that says what the rows say", async () => {
  expect(await judged((fields) => fields)).toEqual([]);
});

type Case = readonly [
  what: string,
  change: Parameters<typeof judged>[0],
  expected: ReadonlyArray<string>,
  more?: string,
];
const cases: ReadonlyArray<Case> = [
  [
    "a row without a stream",
    (fields, id) => (id === 2 ? undefined : fields),
    ["1 event null: the row has no event | row"],
  ],
  [
    "a stream without a row",
    (fields) => fields,
    ["1 event null: no row makes this stream | row"],
    "delete from payments where id = 1",
  ],
  ["the wrong payer", only(2, "payer", 77), ["1 event payer: another value | who"]],
  ["one payer for all", ofField("payer", () => 3), ["3 event payer: always 3 | who"]],
  ["a constant word", ofField("state", () => "Paid"), ["1 event state: another value | who"]],
  [
    "rounded decimals",
    ofField("amount", (was) => String(Math.round(Number(was) * 100) / 100)),
    ["2 event amount: cut to 2 places | decimal | 0.0009432109876544"],
  ],
  [
    "digits of a double",
    only(3, "amount", "0.123456789012346"),
    ["1 event amount: cut to about 15 digits | decimal | 0.0000000000000004"],
  ],
  [
    "cents for euros",
    only(1, "amount", "1234.56"),
    ["1 event amount: times 100 | decimal | 1222.2144"],
  ],
  [
    "another sign",
    only(1, "amount", "-12.3456"),
    ["1 event amount: with the other sign | decimal | -24.6912"],
  ],
  [
    "a double's own digits",
    only(2, "amount", "100.50000000000001"),
    ["1 event amount: cut to about 17 digits | decimal | 0.00000000000001"],
  ],
  [
    "zeros at the end",
    only(2, "amount", "100.50"),
    ["1 event amount: the same, written otherwise | metadata | 0"],
  ],
  [
    "another column",
    ofField("amount", (_, id) => (id === 1 ? "0.5" : id === 3 ? "2" : "100.5")),
    ["2 event amount: fee taken for it | decimal | -9.9690567890123456"],
  ],
  [
    "a column that is left out",
    ofField("paid_at", (_, id) => `2025-10-0${id + 2}T08:00:00Z`),
    ["3 event paid_at: entered taken for it | moment"],
  ],
  [
    "seconds",
    ofField("paid_at", (was) => was.replace(/\.\d+/, "")),
    ["2 event paid_at: cut to whole s | moment"],
  ],
  [
    "another zone",
    ofField("paid_at", (was) => new Date(Date.parse(was) + 7_200_000).toISOString()),
    ["3 event paid_at: +2 h, as in another zone | moment"],
  ],
  ["no fee", ofField("fee", () => null), ["2 event fee: dropped to null | row"]],
  [
    "a fee that nobody takes",
    only(2, "fee", "0"),
    ["1 event fee: something where the row has nothing | row"],
  ],
  ["text that is cut", only(1, "note", "re"), ["1 event note: shortened | text"]],
  ["text in other case", only(3, "note", "books"), ["1 event note: in other case | text"]],
  ["a note that is lost", only(1, "note", null), ["1 event note: dropped to null | dropped"]],
  [
    "what only we write",
    ({ legacy_id: _, ...fields }) => fields,
    [
      "2 event legacy_id: not there | added",
      "1 event legacy_id: not there, and nothing to say | added",
    ],
  ],
  ["what nobody can read", only(1, "amount", 5), ["1 event amount: must be decimal text | row"]],
  [
    "fields of its own",
    (fields, id) => ({ ...fields, [`of ${id}`]: 1 }),
    ["3 event *: is a field that is never written | added"],
  ],
  [
    "other metadata",
    (fields) => fields,
    [
      "3 event metadata.legacy_table: is not what the row calls for | metadata",
      "3 event metadata.run_id: does not name a run | metadata",
    ],
    "update events set metadata = '{}'",
  ],
  [
    "the spaces of another language's JSON",
    only(2, "note", "paid"),
    [
      "1 event note: something where the row has nothing | text",
      "3 event payload: is JSON with spaces or escapes, which is never written | metadata",
      "3 event metadata: is JSON with spaces or escapes, which is never written | metadata",
    ],
    `update events set payload = replace(payload, '":', '": '), metadata = replace(metadata, '":', '": ')`,
  ],
  [
    "no views",
    (fields) => fields,
    ["3 view null: the stream has no view row | view"],
    "delete from payment_view",
  ],
];

it.each(
  cases.map(([what, change, expected, more = ""]) => [what, change, expected, more] as const),
)("of a log with %s", async (_, change, expected, more) => {
  expect((await judged(change, more)).map(short)).toEqual(expected);
});

it("says what the definition says of a loss, and gives one example", async () => {
  const [entry] = await judged(ofField("fee", () => null));
  expect(entry).toMatchObject({
    means: "the bank takes it a second time",
    example: { id: "1", field: "fee", legacy: "REAL 0.5", stored: "null" },
  });
});

it("has the gravest first", async () => {
  const judgement = await judged(
    ({ legacy_id: _, ...fields }, id) => ({
      ...fields,
      payer: 1,
      amount: "1",
      fee: null,
      paid_at: "2025-01-01T00:00:00Z",
      note: id === 3 ? null : "x",
    }),
    "update events set metadata = '{}'; delete from payment_view; delete from payments where id = 2",
  );
  expect(judgement.map(({ weight }) => weight)).toEqual([
    "row",
    "row",
    "who",
    "decimal",
    "dropped",
    "moment",
    "text",
    "added",
    "metadata",
    "metadata",
    "view",
  ]);
});
