import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import { integer, nullable, only, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { expect, it } from "vitest";
import { laws, none } from "./laws.ts";
import { trip } from "./Trip.ts";

/** Tables and columns have any name that SQLite takes between quotes. */

const plan = Plan.make({
  words: { command: "club", writer: "the club" },
  migrations: {
    Trip: Migration.of(trip, "Planned").from({
      table: 'all "trips".old',
      key: "trip.id",
      order: ["select"],
      where: { "is.trip": 1n },
      columns: {
        "trip.id": carried("aggregate_id", integer()),
        select: carried("title", text()),
        "über.kind": derived(nullable(integer()), "names its kind", "parent"),
        "is.trip": leftOut("says that it is a trip", only("must be 1", 1n)),
      },
      rows: {
        legs: Migration.child({
          table: "from.to",
          of: "of.trip",
          key: "no. 1",
          columns: {
            "of.trip": derived(integer(), "whose leg it is"),
            "no. 1": carried("id", integer(Schema.Number)),
            "to.'where'": carried("title", text()),
          },
        }),
      },
      beside: {
        "a.kind": Migration.lookup({
          by: "über.kind",
          key: "kind.id",
          columns: {
            "kind.id": derived(integer(), "names a kind", "parent"),
            "its.parent": carried("parent", nullable(integer(Schema.Number))),
          },
          rest: "there is no more",
        }),
      },
      added: { papers: Added.constant([], "none yet") },
      id: ({ row }) => String(row["trip.id"]),
      event: ({ fields }) => ({ ...fields, papers: [] }),
      view: "Planned",
    }),
  },
});

const file = `
  create table 'all "trips".old' ("trip.id" integer primary key, "select" text, "über.kind", "is.trip");
  create table "from.to" ("of.trip" integer, "no. 1" integer, "to.'where'" text);
  create table "a.kind" ("kind.id" integer, "its.parent" integer);
  insert into "a.kind" values (1, 7), (2, null);
  insert into 'all "trips".old' values (1, 'Peaks', 2, 1), (2, 'Alps', 1, 1), (3, 'Lakes', null, 1);
  insert into "from.to" values (1, 2, 'Chur'), (1, 1, 'Bern'), (3, 1, 'Como')`;

it("keep all laws, whatever they are called", { timeout: 600_000 }, async () => {
  const { tried, broken } = await laws(plan, file);
  expect(broken).toEqual(none);
  expect(tried.seen).toBeGreaterThan(1_500);
  expect(tried).toMatchObject({ exact: 14, alike: 0, untold: 0 });
});
