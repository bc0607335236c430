import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import { integer, type Kind, moment, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Schema } from "effect";
import { expect, it } from "vitest";
import { sides } from "./Sides.ts";
import { make } from "./Trip.ts";

/** A column that says when its row was written shows that it was after the migration. */

const Served = Schema.TaggedStruct("Served", {
  title: Schema.String,
  migrated_at: Schema.String,
});
const meal = Aggregate.make({ ...make("Meal", Served), type: "Meal" as const });

const planOf = (kind: Kind<unknown>) =>
  Plan.make({
    words: { command: "club", writer: "the club" },
    migrations: {
      Meal: Migration.of(meal, "Served").from({
        table: "meals",
        key: "id",
        writtenAt: ["changed"],
        columns: {
          id: carried("aggregate_id", integer()),
          name: carried("title", text()),
          changed: derived(kind, "when the club wrote the row"),
        },
        added: { migrated_at: Added.moment },
        id: ({ row }) => String(row.id),
        event: ({ fields, run }) => ({ ...fields, migrated_at: Timestamp.format(run.migratedAt) }),
        view: "Served",
      }),
    },
  });

it.each([
  ["seconds", moment(undefined, "seconds"), "1759320000", "unixepoch() + 60"],
  ["milliseconds", moment(undefined, "milliseconds"), "1759320000000", "(unixepoch() + 60) * 1000"],
  ["text", moment(), "'2025-10-01 12:00:00'", "datetime('now', '+60 seconds')"],
] as const)("in %s", async (_, kind, before, after) => {
  const file = `
    create table meals (id integer primary key, name text, changed);
    insert into meals values (7, 'Soup', ${before})`;
  const { seen } = await sides(
    planOf(kind),
    file,
    `update meals set name = 'Stew', changed = ${after};
     insert into meals values (8, 'Cake', ${after})`,
  );
  const still = "the row's changed is after the migration: the application still writes";
  expect(seen).toEqual([
    `different: Meal "7", event title: is not what the row says (expected TEXT "Stew", stored "Soup"); ${still}`,
    `missing: Meal "8", event: the row has no event; ${still}`,
  ]);
});
