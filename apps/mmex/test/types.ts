import { carried, derived } from "@ledgerfold/declaration/Fate";
import { decimal, integer, moment, nullable, text, words } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as Added from "@ledgerfold/declaration/Added";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import * as Account from "../src/Account.ts";
import { accounts } from "../src/accounts.ts";
import * as Transaction from "../src/Transaction.ts";
import { transactions } from "../src/transactions.ts";

const { Money } = Transaction;

/** What does not compile. */

const from = Migration.of(Account.aggregate, "Migrated").from;
const columns = {
  name: carried("name", text()),
  type: carried("type", text()),
  open: carried("is_open", words({ Open: true, Closed: false })),
  initial: carried("initial", decimal(Money)),
  day: carried("initial_day", text()),
  favourite: carried("favourite", words({ TRUE: true, FALSE: false })),
  currency: carried("currency", integer(Schema.Number)),
  notes: carried("notes", text()),
  statement: derived(text(), "not taken apart here", "statement"),
};
declare const made: Omit<Extract<Account.Event, { _tag: "Migrated" }>, "_tag">;
declare const statement: typeof Added.moment;
const common = { table: "T", key: "name", id: () => "", event: () => made, view: "Known" } as const;
const added = { migrated_at: Added.moment, statement };

from({ ...common, columns, added });

const colour = { ...columns, colour: carried("colour", text()) };
// @ts-expect-error a field that the event does not have
from({ ...common, columns: colour, added });

const less = { migrated_at: Added.moment };
// @ts-expect-error a field of the event that nothing is carried to and nothing adds
from({ ...common, columns, added: less });

// @ts-expect-error a key that is no column
from({ ...common, key: "number", columns, added });

// @ts-expect-error an event without all of its fields
from({ ...common, columns, added, event: ({ fields }) => fields });

const number = { ...columns, type: carried("type", integer()) };
// @ts-expect-error a column of another type than the field
from({ ...common, columns: number, added, event: ({ fields }) => ({ ...made, ...fields }) });

const few = { tag: "Known", fields: { name: "name" } } as const;
// @ts-expect-error a view that lacks a field of the model
from({ ...common, columns, added, view: few });

// @ts-expect-error a view of a tag that the model does not have
from({ ...common, columns, added, view: "Closed" });

// @ts-expect-error a tag that is no event's
Migration.of(Account.aggregate, "Opened");

const misnamed = { Acount: accounts, Transaction: transactions };
// @ts-expect-error a migration under another name than its aggregate's
Plan.make({ words: { command: "c", writer: "w" }, migrations: misnamed });

// @ts-expect-error a schema that does not read what the log would hold
decimal(Schema.Number);

// @ts-expect-error a word that the schema does not have
words({ Open: "open" }, Schema.Literal("Open", "Closed"));

// Parts, what is looked up, and what a team's functions give.

const parent = Migration.of(Transaction.aggregate, "Migrated").from;
declare const whole: Omit<Extract<Transaction.Event, { _tag: "Migrated" }>, "_tag">;
const given = { table: "T", key: "id", id: () => "", event: () => whole, view: "Known" } as const;
const own = {
  id: carried("aggregate_id", integer(Transaction.TransactionId)),
  account: carried("account", integer(Transaction.AccountId)),
  to: carried("to_account", nullable(integer(Transaction.AccountId))),
  payee: carried("payee", nullable(integer(Integer.I64))),
  kind: carried("kind", words({ D: "Deposit" })),
  amount: carried("amount", decimal(Money)),
  toAmount: carried("to_amount", nullable(decimal(Money))),
  status: carried("status", words({ "": "None" }, Transaction.Status)),
  number: carried("number", nullable(text())),
  notes: carried("notes", nullable(text())),
  category: carried("category", nullable(integer(Integer.I64))),
  date: carried("date", text()),
  updated: carried("updated_at", nullable(moment(Timestamp))),
  deleted: carried("deleted_at", nullable(moment(Timestamp))),
};
const part = {
  id: carried("id", integer(Integer.I64)),
  of: derived(integer(), "whose it is"),
  category: carried("category", nullable(integer(Integer.I64))),
  amount: carried("amount", nullable(decimal(Money))),
  notes: carried("notes", nullable(text())),
};
const splits = Migration.child({ table: "S", of: "of", key: "id", columns: part });
const moments = { migrated_at: Added.moment };

parent({ ...given, columns: own, rows: { splits }, added: moments });

const colours = { ...part, colour: carried("colour", text()) };
const coloured = Migration.child({ table: "S", of: "of", key: "id", columns: colours });
// @ts-expect-error a field that a part does not have
parent({ ...given, columns: own, rows: { splits: coloured }, added: moments });

// @ts-expect-error parts under a field that the event does not have
parent({ ...given, columns: own, rows: { splits, parts: splits }, added: moments });

// @ts-expect-error parts under a field that is no list
parent({ ...given, columns: own, rows: { splits, notes: splits }, added: moments });

// @ts-expect-error parts whose key is no column of theirs
Migration.child({ table: "S", of: "of", key: "number", columns: part });

const names = { id: derived(integer(), "is named"), name: carried("nickname", text()) };
const looked = { N: Migration.lookup({ by: "payee", key: "id", columns: names, rest: "unused" }) };
// @ts-expect-error what is looked up for a field that the event does not have
parent({ ...given, columns: own, rows: { splits }, beside: looked, added: moments });

const progress = { _tag: "Progress", aggregate: "Transaction", done: 0, total: 0 } as const;
const tell = () => ({ summary: () => [progress] });
// @ts-expect-error an entry that is the writer's own to write
parent({ ...given, columns: own, rows: { splits }, added: moments, tell });

const show = () => "";
const same = { stored: () => null, written: () => null, showLegacy: show, showStored: show };
const rules = { notes: { legacy: () => 1, ...same } };
// @ts-expect-error a rule that reads what cannot be compared
parent({ ...given, columns: own, rows: { splits }, added: moments, rules });
