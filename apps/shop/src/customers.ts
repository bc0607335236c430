import * as Added from "@ledgerfold/declaration/Added";
import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import { flag, moment, none, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { DateTime, Schema } from "effect";
import * as Customer from "./Customer.ts";
import { uuid } from "./uuid.ts";
import { CustomerId } from "./Values.ts";

export const customers = Migration.of(Customer.aggregate, "Migrated").from({
  table: "customers",
  key: "id",
  order: ["created_at"],
  called: "customers",
  by: "the shop",
  columns: {
    id: carried("aggregate_id", text(CustomerId, uuid)),
    name: carried("name", text(Schema.NonEmptyString)),
    email: carried("email", nullable(text())),
    invited_by: carried("invited_by", nullable(text(CustomerId, uuid))),
    is_company: carried("is_company", flag()),
    newsletter: carried("consent.newsletter", flag()),
    newsletter_since: carried("consent.given_at", nullable(moment(Schema.DateTimeUtc, "seconds"))),
    created_at: carried("created_at", moment(Schema.DateTimeUtc, "seconds")),
    deleted_at: carried("deleted_at", none("", moment(Schema.DateTimeUtc))),
    password_hash: leftOut("a secret: it stays with the login"),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => row.id,
  event: ({ row, fields, run }) => ({
    ...fields,
    consent: { newsletter: row.newsletter, given_at: row.newsletter_since },
    migrated_at: DateTime.unsafeMake(Number(run.migratedAt / 1_000_000n)),
  }),
  view: "Known",
  confirm: {
    deleted_at:
      "the log keeps names and addresses of customers who have left; erase first who is to be forgotten",
  },
});
