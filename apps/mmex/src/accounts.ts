import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import {
  day,
  decimal,
  flag,
  integer,
  none,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Added from "@ledgerfold/declaration/Added";
import { DateTime, Schema } from "effect";
import * as Account from "./Account.ts";
import { AccountId, Money } from "./Transaction.ts";

const secret = leftOut("how to get at the account: it stays where it is");
const loan = leftOut("of loans, of which there are none");

export const accounts = Migration.of(Account.aggregate, "Migrated").from({
  table: "ACCOUNTLIST_V1",
  key: "ACCOUNTID",
  called: "accounts",
  by: "Money Manager Ex",
  columns: {
    ACCOUNTID: carried("aggregate_id", integer(AccountId)),
    ACCOUNTNAME: carried("name", text(Schema.NonEmptyString)),
    ACCOUNTTYPE: carried("type", text()),
    STATUS: carried("is_open", words({ Open: true, Closed: false })),
    NOTES: carried("notes", nullable(none("", text()))),
    INITIALBAL: carried("initial", nullable(decimal(Money))),
    INITIALDATE: carried("initial_day", nullable(none("", day()))),
    FAVORITEACCT: carried("favourite", words({ TRUE: true, FALSE: false })),
    CURRENCYID: carried("currency", integer(Schema.Number)),
    STATEMENTLOCKED: carried("statement.locked", nullable(flag())),
    STATEMENTDATE: carried("statement.day", nullable(none("", day()))),
    MINIMUMBALANCE: carried("statement.minimum", nullable(decimal(Money))),
    ACCOUNTNUM: secret,
    HELDAT: secret,
    WEBSITE: secret,
    CONTACTINFO: secret,
    ACCESSINFO: secret,
    CREDITLIMIT: loan,
    INTERESTRATE: loan,
    PAYMENTDUEDATE: loan,
    MINIMUMPAYMENT: loan,
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => Account.aggregateId(row.ACCOUNTID),
  event: ({ row, fields, run }) => ({
    ...fields,
    statement: {
      locked: row.STATEMENTLOCKED,
      day: row.STATEMENTDATE,
      minimum: row.MINIMUMBALANCE,
    },
    migrated_at: DateTime.unsafeMake(Number(run.migratedAt / 1_000_000n)),
  }),
  view: "Known",
});
