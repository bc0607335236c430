import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import { integer, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { dinner, trip } from "./Trip.ts";

/** A club's one table with several kinds of rows, of which each definition takes its own. */

const number = integer(Schema.Number);
const kind = leftOut("tells dinners from trips");
const papers = (of: string) =>
  Migration.child({
    table: "papers",
    of: "ref_id",
    key: "id",
    where: { ref_type: of },
    columns: {
      id: carried("id", number),
      ref_type: derived(text(), "whose paper it is"),
      ref_id: derived(integer(), "whose paper it is"),
      name: carried("name", text()),
    },
  });

export const trips = Migration.of(trip, "Planned").from({
  table: "club",
  key: "id",
  where: { kind: ["trip", "tour"], of_id: null },
  columns: {
    id: carried("aggregate_id", number),
    kind,
    title: carried("title", text()),
    parent_id: carried("parent", nullable(number)),
    of_id: leftOut("whose leg it is"),
  },
  rows: {
    legs: Migration.child({
      table: "club",
      of: "of_id",
      key: "id",
      where: { kind: "leg" },
      columns: {
        id: carried("id", number),
        kind,
        title: carried("title", text()),
        parent_id: leftOut("of trips"),
        of_id: derived(integer(), "whose leg it is"),
      },
    }),
    papers: papers("Trip"),
  },
  id: ({ row }) => String(row.id),
  event: ({ fields }) => fields,
  view: "Planned",
});

export const dinners = Migration.of(dinner, "Cooked").from({
  table: "club",
  key: "id",
  where: { kind: "dinner" },
  columns: {
    id: carried("aggregate_id", number),
    kind,
    title: carried("title", text()),
    parent_id: leftOut("of trips"),
    of_id: leftOut("of legs"),
  },
  rows: { papers: papers("Dinner") },
  id: ({ row }) => String(row.id),
  event: ({ fields }) => fields,
  view: "Cooked",
});

export const planned = { words: { command: "club", writer: "the club" } };
export const plan = Plan.make({ ...planned, migrations: { Trip: trips, Dinner: dinners } });

export const file = `create table club (id integer primary key, kind text collate nocase, title text, parent_id integer, of_id integer);
  insert into club values (1, 'trip', 'Alps', null, null), (2, 'dinner', 'Soup', null, null),
    (3, 'leg', 'Up', null, 1), (4, 'leg', 'Down', null, 1), (5, 'tour', 'Peaks', 1, null);
  create table papers (id integer primary key, ref_type text, ref_id integer, name text);
  insert into papers values (1, 'Dinner', 2, 'menu'), (2, 'Trip', 1, 'map'), (3, 'Trip', 1, 'permit')`;
