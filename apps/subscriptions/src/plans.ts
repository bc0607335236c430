import * as Added from "@ledgerfold/declaration/Added";
import { carried } from "@ledgerfold/declaration/Fate";
import {
  decimalText,
  flag,
  integer,
  json,
  moment,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import * as Plan from "./Plan.ts";
import { Currency, Money, PlanId } from "./Values.ts";

export const plans = Migration.of(Plan.aggregate, "Migrated").from({
  table: "billing.plans",
  key: "id",
  order: ["created_at"],
  called: "plans",
  by: "the billing service",
  columns: {
    id: carried("aggregate_id", text(PlanId)),
    code: carried("code", text(Schema.NonEmptyString)),
    name: carried("name", text(Schema.NonEmptyString)),
    interval: carried("interval", words({ month: "Month", year: "Year" })),
    amount: carried("price", decimalText(Money, { least: "at least 0" })),
    currency: carried("currency", text(Currency)),
    trial_days: carried("trial_days", integer(Schema.Int.pipe(Schema.nonNegative()))),
    archived: carried("is_archived", flag()),
    features: carried("features", json(Plan.Features)),
    created_at: carried("created_at", moment(Timestamp)),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => row.id,
  event: ({ fields, run }) => ({ ...fields, migrated_at: run.migratedAt }),
  view: "Known",
});
