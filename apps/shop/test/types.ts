import * as Added from "@ledgerfold/declaration/Added";
import * as Decision from "@ledgerfold/declaration/Decision";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import * as Fold from "@ledgerfold/declaration/Fold";
import {
  day,
  dayOrTime,
  decimal,
  decimalText,
  flag,
  integer,
  inZone,
  json,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import type { Run } from "@ledgerfold/declaration/Writing";
import { command } from "@ledgerfold/migration-cli";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import { categories } from "../src/categories.ts";
import * as Category from "../src/Category.ts";
import { customers } from "../src/customers.ts";
import * as Order from "../src/Order.ts";
import { CategoryId, CustomerId, Money, OrderId, Sku, Supplier } from "../src/Values.ts";

/**
 * Mistakes that must not compile. After each stands what the last line of the compiler's message
 * says, which types.test.ts holds it to.
 */

// A table whose rows are single streams.

const from = Migration.of(Category.aggregate, "Migrated").from;
const columns = {
  id: carried("aggregate_id", integer(CategoryId)),
  parent_id: carried("parent", nullable(integer(CategoryId))),
  name: carried("name", text(Schema.NonEmptyString)),
  place: carried("place", integer(Schema.Int)),
  hidden: carried("is_hidden", flag()),
};
declare const made: Omit<Extract<Category.Event, { _tag: "Migrated" }>, "_tag">;
const common = { table: "T", key: "id", id: () => "", event: () => made, view: "Known" } as const;
const added = { migrated_at: Added.moment };

from({ ...common, columns, added });

const colour = { ...columns, colour: carried("colour", text()) };
// @ts-expect-error a field that the event does not have
from({ ...common, columns: colour, added });
// says: Type '"colour"' is not assignable to type '"is_hidden" | "migrated_at" | "name" | "parent" | "place"'.

const { hidden: _, ...less } = columns;
// @ts-expect-error a field of the event that nothing is carried to and nothing adds
from({ ...common, columns: less, added });
// says: Property 'is_hidden' is missing

// @ts-expect-error nothing said of what the events have besides
from({ ...common, columns });
// says: Property 'added' is missing

// What is forgotten, beside functions that get what the columns say.

const { table: _t, ...noTable } = { ...common, columns, added };
// @ts-expect-error no name of a table
from({ ...noTable, event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }) });
// says: Property 'table' is missing

const { key: _k, ...noKey } = { ...common, columns, added };
// @ts-expect-error no key
from({ ...noKey, event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }) });
// says: Property 'key' is missing

const { columns: _c, ...noColumns } = { ...common, columns, added };
// @ts-expect-error no columns
from({ ...noColumns, event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }) });
// says: Property 'columns' is missing

// @ts-expect-error the same, where the id is a function of them
from({ ...noColumns, id: ({ row }) => row.id.toString() });
// says: Property 'columns' is missing

const { id: _i, ...noId } = { ...common, columns, added };
// @ts-expect-error no id
from({ ...noId, event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }) });
// says: Property 'id' is missing

const { event: _e, ...noEvent } = { ...common, columns, added };
// @ts-expect-error no event
from({ ...noEvent, id: ({ row }) => row.id.toString() });
// says: Property 'event' is missing

const { view: _v, ...noView } = { ...common, columns, added };
// @ts-expect-error no view
from({ ...noView, event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }) });
// says: Property 'view' is missing

// @ts-expect-error a key that is no column
from({ ...common, key: "number", columns, added });
// says: Type '"number"' is not assignable to type '"hidden" | "id" | "name" | "parent_id" | "place"

// @ts-expect-error an order by what is no column
from({ ...common, order: ["number"], columns, added });
// says: Type '"number"' is not assignable to type '"hidden" | "id" | "name" | "parent_id" | "place"'.

// @ts-expect-error an event without all of its fields
from({ ...common, columns, added, event: ({ fields }) => fields });
// says: Property 'migrated_at' is missing

const number = { ...columns, name: carried("name", integer(Schema.Int)) };
// @ts-expect-error a column of another type than the field
from({ ...common, columns: number, added, event: ({ fields }) => ({ ...made, ...fields }) });
// says: Type 'number' is not assignable to type 'string'.

const away = { ...columns, note: leftOut("nobody reads it") };
// @ts-expect-error a column that is left out, in the event
from({ ...common, columns: away, added, event: ({ row }) => ({ ...made, name: row.note }) });
// says: Property 'note' does not exist

const few = { tag: "Known", fields: { name: "name" } } as const;
// @ts-expect-error a view that lacks a field of the model
from({ ...common, columns, added, view: few });
// says: Type '{ readonly name: "name"; }' is missing the following properties

// @ts-expect-error a view of a tag that the model does not have
from({ ...common, columns, added, view: "Closed" });
// says: Type '"Closed"' is not assignable to type '"Known" | "Unknown"

const known = { _tag: Fold.constant("Known"), name: Fold.set("name") };
const moved = { parent: Fold.set("parent") };

from({ ...common, columns, added, fold: { events: { Migrated: known, Moved: moved }, row: {} } });

// @ts-expect-error an event that the fold forgets
from({ ...common, columns, added, fold: { events: { Migrated: known }, row: {} } });
// says: Property 'Moved' is missing

const misread = { Migrated: known, Moved: { parent: Fold.set("place") } };
// @ts-expect-error a field that the event of the fold does not have
from({ ...common, columns, added, fold: { events: misread, row: {} } });
// says: Type '"place"' is not assignable to type 'Paths<"parent">'.

const row = { colour: "colour" };
// @ts-expect-error a field that the first event does not have, in what a row must say
from({ ...common, columns, added, fold: { events: { Migrated: known, Moved: moved }, row } });
// says: Type '{ colour: string; }' has no properties in common

// @ts-expect-error a tag that is no event's
Migration.of(Category.aggregate, "Opened");
// says: Argument of type '"Opened"' is not assignable to parameter of type '"Migrated" | "Moved"'.

const misnamed = { Categories: categories, Customer: customers };
// @ts-expect-error a migration under another name than its aggregate's
Plan.make({ words: { command: "c", writer: "w" }, migrations: misnamed });
// says: Type '"Category"' is not assignable to type '"Categories"'.

// @ts-expect-error the same of a command
command({ name: "c", writer: "w", migrations: misnamed });
// says: Type '"Category"' is not assignable to type '"Categories"'.

const named = { Category: categories, Customer: customers };
const nothing = { values: [], description: "" } as const;
// @ts-expect-error a decision with nothing to choose
command({ name: "c", writer: "w", migrations: named, decisions: { nothing } });
// says: Source has 0 element(s) but target requires 1.

const decisions = Decision.make({ refunds: { values: ["keep", "drop"], description: "" } });
declare const run: Run;
// @ts-expect-error a decision that is not stated
Decision.of(run, decisions).refund;
// says: Property 'refund' does not exist

// @ts-expect-error a value that the option does not take
Decision.of(run, decisions).refunds === "burn";
// says: This comparison appears to be unintentional

// Kinds.

// @ts-expect-error a schema that does not read what the log would hold
decimal(Schema.Number);
// says: Type 'number' is not assignable to type 'string'.

// @ts-expect-error a word that the schema does not have
words({ open: "open" }, Schema.Literal("Open", "Closed"));
// says: Type '"open"' is not assignable to type '"Closed" | "Open"'. Did you mean '"Open"'?

// @ts-expect-error a schema that does not read the text that the log would hold
decimalText(Schema.Number);
// says: Type 'number' is not assignable to type 'string'.

// @ts-expect-error decimals of text with a lower end that there is not
decimalText(Money, { least: "above 1" });
// says: Type '"above 1"' is not assignable to type 'Least | undefined'. Did you mean '"above 0"'?

// @ts-expect-error decimals of text with an option of texts
decimalText(Money, { lower: true });
// says: Object literal may only specify known properties, and 'lower' does not exist

const digits = { ...columns, place: carried("place", decimalText()) };
// @ts-expect-error decimals of text for a field that is a number
from({ ...common, columns: digits, added, event: ({ fields }) => ({ ...made, ...fields }) });
// says: Type 'string' is not assignable to type 'number'.

const anything = { ...columns, name: carried("name", json()) };
// @ts-expect-error any JSON for a field that is text
from({ ...common, columns: anything, added, event: ({ fields }) => ({ ...made, ...fields }) });
// says: Type 'null' is not assignable to type 'string'.

const listed = { ...columns, name: carried("name", json(Schema.Array(Schema.String))) };
// @ts-expect-error JSON of a schema whose values the field does not have
from({ ...common, columns: listed, added, event: ({ fields }) => ({ ...made, ...fields }) });
// says: Type 'readonly string[]' is not assignable to type 'string'.

// @ts-expect-error JSON of what is no schema
json("object");
// says: Argument of type 'string' is not assignable to parameter of type 'Schema<unknown, unknown, never>'.

// @ts-expect-error a schema that does not read the text of a day or a time
dayOrTime(Schema.Number);
// says: Type 'number' is not assignable to type 'string'.

// @ts-expect-error days or times that are numbers
dayOrTime(undefined, "seconds");
// says: Expected 0-1 arguments, but got 2.

inZone("Europe/Berlin", nullable(moment(Timestamp)));
nullable(inZone("UTC", dayOrTime()));

// @ts-expect-error a zone of text
inZone("Europe/Berlin", text());
// says: Type '"no time"' is not assignable to type '"a time"'.

// @ts-expect-error a zone of days
inZone("Europe/Berlin", nullable(day()));
// says: Type '"no time"' is not assignable to type '"a time"'.

// @ts-expect-error a zone of numbers
inZone("Europe/Berlin", integer(CategoryId));
// says: Type '"no time"' is not assignable to type '"a time"'.

// @ts-expect-error a zone that is a number of minutes
inZone(60, moment());
// says: Argument of type 'number' is not assignable to parameter of type 'string'.

// @ts-expect-error a plan's zone that is one
Plan.make({ words: { command: "c", writer: "w" }, migrations: {}, zone: 60 });
// says: Type 'number' is not assignable to type 'string'.

// Kinds of rows.

from({ ...common, columns, added, where: { hidden: [0n, null], name: "x" } });

// @ts-expect-error rows that are told apart by a column that is not declared
from({ ...common, columns, added, where: { kind: "leg" } });
// says: Object literal may only specify known properties, and 'kind' does not exist

// @ts-expect-error rows that are told apart by what no cell holds
from({ ...common, columns, added, where: { hidden: true } });
// says: Type 'true' is not assignable to type 'Cells | undefined'.

// @ts-expect-error the same in a list
from({ ...common, columns, added, where: { hidden: [0n, new Date()] } });
// says: Type 'Date' is not assignable to type 'Constant'.

// Parts, what is looked up, and what a team's functions give.

const parent = Migration.of(Order.aggregate, "Migrated").from;
declare const whole: Omit<Extract<Order.Event, { _tag: "Migrated" }>, "_tag">;
const given = { table: "T", key: "id", id: () => "", event: () => whole, view: "Known" } as const;
const own = {
  id: carried("aggregate_id", integer(OrderId)),
  customer: carried("customer", text(CustomerId)),
  status: carried("status", words({ new: "New" }, Order.Status)),
  payment: carried("payment", words({ open: "Open" })),
  total: carried("total", decimal(Money)),
  gift: carried("is_gift", flag()),
  note: carried("note", nullable(text())),
  coupon: carried("coupon", nullable(text())),
  day: carried("deliver_on", nullable(text())),
  placed: carried("placed_at", moment(Timestamp)),
  deleted: carried("deleted_at", nullable(moment(Timestamp))),
};
const part = {
  of: derived(integer(), "whose it is"),
  position: carried("position", integer(Schema.Int)),
  supplier: carried("supplier", text(Supplier)),
  sku: carried("sku", text(Sku)),
  quantity: carried("quantity", integer(Schema.Int)),
  price: carried("price", decimal(Money)),
  discount: carried("discount", nullable(decimal(Money))),
};
const lines = Migration.child({ table: "L", of: "of", key: "position", columns: part });
const moments = { migrated_at: Added.moment };

parent({ ...given, columns: own, rows: { lines }, added: moments });

const days = { ...own, placed: carried("placed_at", dayOrTime()) };
const dated = { ...given, columns: days, rows: { lines }, added: moments };
// @ts-expect-error a day or a time for a field that is a moment
parent({ ...dated, event: ({ fields }) => ({ ...whole, ...fields }) });
// says: Type '`${number}-${number}-${number}`' is not assignable to type 'bigint'.

const colours = { ...part, colour: carried("colour", text()) };
const coloured = Migration.child({ table: "L", of: "of", key: "position", columns: colours });
// @ts-expect-error a field that a part does not have
parent({ ...given, columns: own, rows: { lines: coloured }, added: moments });
// says: Type '"colour"' is not assignable to type '"discount" | "position" | "price" | "quantity" | "sku" | "supplier"'.

// @ts-expect-error parts under a field that the event does not have
parent({ ...given, columns: own, rows: { lines, parts: lines }, added: moments });
// says: Property '"parts belong under a list of the event"' is missing

// @ts-expect-error parts under a field that is no list
parent({ ...given, columns: own, rows: { lines, note: lines }, added: moments });
// says: Property '"parts belong under a list of the event"' is missing

// @ts-expect-error parts whose key is no column of theirs
Migration.child({ table: "L", of: "of", key: "number", columns: part });
// says: Type '"number"' is not assignable to type '"discount" | "of" | "position" | "price" | "quantity" | "sku" | "supplier"'.

const only = { table: "L", of: "of", key: "position", columns: part } as const;
Migration.child({ ...only, where: { supplier: ["kiln", "tessuto"] } });

// @ts-expect-error parts that are told apart by a column that is not declared
Migration.child({ ...only, where: { kind: "part" } });
// says: Object literal may only specify known properties, and 'kind' does not exist

// @ts-expect-error parts that are told apart by what no cell holds
Migration.child({ ...only, where: { position: {} } });
// says: Type '{}' is not assignable to type 'undefined'.

// @ts-expect-error parts without the column that says whose they are
Migration.child({ table: "L", key: "position", columns: part });
// says: Property 'of' is missing

const names = { id: derived(integer(), "is named"), name: carried("nickname", text()) };
const looked = { N: Migration.lookup({ by: "status", key: "id", columns: names, rest: "unused" }) };
// @ts-expect-error what is looked up for a field that the event does not have
parent({ ...given, columns: own, rows: { lines }, beside: looked, added: moments });
// says: Type '"nickname"' is not assignable to type '"coupon" | "customer" | "deleted_at" | "deliver_on" | "is_gift"

const progress = { _tag: "Progress", aggregate: "Order", done: 0, total: 0 } as const;
const tell = () => ({ summary: () => [progress] });
// @ts-expect-error an entry that is the writer's own to write
parent({ ...given, columns: own, rows: { lines }, added: moments, tell });
// says: Property 'message' is missing

const show = () => "";
const same = { stored: () => null, written: () => null, showLegacy: show, showStored: show };
const rules = { note: { legacy: () => 1, ...same } };
// @ts-expect-error a rule that reads what cannot be compared
parent({ ...given, columns: own, rows: { lines }, added: moments, rules });
// says: Type 'number' is not assignable to type 'Read<Value | undefined>'.
