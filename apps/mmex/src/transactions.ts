import * as Integer from "@ledgerfold/scalars/Integer";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  dayOrTime,
  decimal,
  integer,
  moment,
  none,
  nullable,
  only,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Added from "@ledgerfold/declaration/Added";
import * as Transaction from "./Transaction.ts";

const { AccountId, Money } = Transaction;
const category = nullable(none(-1n, integer(Integer.I64)));

export const transactions = Migration.of(Transaction.aggregate, "Migrated").from({
  table: "CHECKINGACCOUNT_V1",
  key: "TRANSID",
  order: ["TRANSDATE"],
  called: "transactions",
  by: "Money Manager Ex",
  writtenAt: ["LASTUPDATEDTIME"],
  columns: {
    TRANSID: carried("aggregate_id", integer(Transaction.TransactionId)),
    ACCOUNTID: carried("account", integer(AccountId)),
    TOACCOUNTID: carried("to_account", nullable(none(-1n, integer(AccountId)))),
    PAYEEID: carried("payee", none(-1n, integer(Integer.I64))),
    TRANSCODE: carried(
      "kind",
      words({ Withdrawal: "Withdrawal", Deposit: "Deposit", Transfer: "Transfer" }),
    ),
    TRANSAMOUNT: carried("amount", decimal(Money, { least: "at least 0" })),
    TOTRANSAMOUNT: carried("to_amount", nullable(decimal(Money))),
    STATUS: carried(
      "status",
      words(
        { "": "None", R: "Reconciled", V: "Void", F: "FollowUp", D: "Duplicate" },
        Transaction.Status,
      ),
    ),
    TRANSACTIONNUMBER: carried("number", nullable(anyText())),
    NOTES: carried("notes", nullable(anyText())),
    CATEGID: carried("category", category, { words: "-1 where the splits have theirs" }),
    TRANSDATE: carried("date", dayOrTime()),
    LASTUPDATEDTIME: carried("updated_at", nullable(none("", moment(Timestamp)))),
    DELETEDTIME: carried("deleted_at", nullable(none("", moment(Timestamp))), {
      words: "of what lies in the bin",
    }),
    FOLLOWUPID: leftOut(
      "no version has used it",
      only("must be -1 or NULL: nothing is known of others", -1n, null),
    ),
  },
  rows: {
    splits: Migration.child({
      table: "SPLITTRANSACTIONS_V1",
      of: "TRANSID",
      key: "SPLITTRANSID",
      columns: {
        SPLITTRANSID: carried("id", integer(Integer.I64)),
        TRANSID: derived(integer(), "whose split it is"),
        CATEGID: carried("category", category),
        SPLITTRANSAMOUNT: carried("amount", nullable(decimal(Money))),
        NOTES: carried("notes", nullable(anyText())),
      },
    }),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => Transaction.aggregateId(row.TRANSID),
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
});
