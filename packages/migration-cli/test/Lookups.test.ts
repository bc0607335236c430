import * as Added from "@ledgerfold/declaration/Added";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import { integer, none, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { expect, it } from "vitest";
import { laws, none as nothing } from "./laws.ts";
import { sides } from "./Sides.ts";
import { trip } from "./Trip.ts";

/** A row that names a row of another table, of which one word is carried. */

const plan = Plan.make({
  words: { command: "club", writer: "the club" },
  migrations: {
    Trip: Migration.of(trip, "Planned").from({
      table: "trips",
      key: "id",
      columns: {
        id: carried("aggregate_id", integer()),
        kind_id: derived(nullable(none(-1n, integer())), "names its kind", "parent"),
        title: carried("title", text()),
      },
      beside: {
        kinds: Migration.lookup({
          by: "kind_id",
          key: "id",
          columns: {
            id: derived(integer(), "names a kind", "parent"),
            parent: carried("parent", nullable(integer(Schema.Number))),
          },
          rest: "there is no more",
        }),
      },
      id: ({ row }) => String(row.id),
      added: { legs: Added.constant([], "none yet"), papers: Added.constant([], "none yet") },
      event: ({ fields }) => ({ ...fields, legs: [], papers: [] }),
      view: "Planned",
    }),
  },
});

const file = (kind: string) => `
  create table trips (id integer primary key, kind_id, title text);
  create table kinds (id integer, parent integer);
  insert into kinds values (1, 7), (2, null);
  insert into trips values (1, ${kind}, 'Alps')`;

it.each(["1", "2", "null", "-1"])("is carried where it is named by %s", async (kind) => {
  const { bad, seen } = await sides(plan, file(kind));
  expect({ bad, seen }).toEqual({ bad: [], seen: [] });
});

it("is refused where it names no row", async () => {
  const { bad } = await sides(plan, file("9"));
  expect(bad).toEqual(["trips id 1 kind_id is INTEGER 9: must be the id of a row of kinds"]);
});

it("is a difference where its row has gone", async () => {
  const { bad, seen } = await sides(plan, file("2"), "delete from kinds where id = 2");
  expect(bad).toEqual([]);
  expect(seen).toEqual([
    'unreadable: Trip "1", legacy kind_id: it names no row of kinds (the row has INTEGER 2)',
  ]);
});

it("keeps all laws", { timeout: 600_000 }, async () => {
  const more = "insert into trips values (2, 2, 'Peaks'), (3, null, 'Lakes'), (4, -1, 'Caves')";
  const { tried, broken } = await laws(plan, `${file("1")}; ${more}`);
  expect(broken).toEqual(nothing);
  expect(tried.seen).toBeGreaterThan(1_500);
  expect(tried).toMatchObject({ exact: 10, alike: 0, untold: 0 });
});
