import { carried, derived, leftOut } from "@ledgerfold/declaration/Fate";
import { integer, only, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { expect, it } from "vitest";
import { sides } from "./Sides.ts";
import { dinner } from "./Trip.ts";

/** A table with a child, a lookup and a column that tells its rows apart, each of which may not fit. */

const number = integer(Schema.Number);
const dinners = Migration.of(dinner, "Cooked").from({
  table: "meals",
  key: "id",
  where: { kind: "dinner" },
  by: "the club",
  columns: {
    id: carried("aggregate_id", number),
    kind: leftOut("tells dinners from lunches"),
    title_id: derived(integer(), "finds the title", "title"),
  },
  rows: {
    papers: Migration.child({
      table: "papers",
      of: "meal_id",
      key: "id",
      where: { ref: "meal" },
      columns: {
        id: carried("id", number),
        ref: derived(text(), "whose paper it is"),
        meal_id: derived(integer(), "whose paper it is"),
        name: carried("name", text()),
        version: leftOut("always the same", only("must be 1", 1n)),
      },
    }),
  },
  beside: {
    titles: Migration.lookup({
      by: "title_id",
      key: "id",
      columns: {
        id: derived(integer(), "is what names a title", "title"),
        title: carried("title", text()),
      },
      rest: "unused",
    }),
  },
  id: ({ row }) => String(row.id),
  event: ({ fields }) => fields,
  view: "Cooked",
});

const words = { command: "club", writer: "the club" };
const migrations = { Dinner: dinners };
const plan = Plan.make({ words, migrations });

const meals = `create table meals (id integer primary key, kind text, title_id integer);
  insert into meals values (1, 'dinner', 1);`;
const papers = `create table papers (id integer primary key, ref text, meal_id integer, name text, version integer);
  insert into papers values (1, 'meal', 1, 'menu', 1), (2, 'meal', 1, 'list', 1);`;
const titles = `create table titles (id integer primary key, title text);
  insert into titles values (1, 'Soup');`;
const asView = (table: string, sql: string) =>
  `${sql.replaceAll(` ${table} `, ` ${table}_0 `)}; create view ${table} as select * from ${table}_0;`;

it.each(["meals", "papers", "titles"])(
  "refuses %s that is a view, and writes nothing",
  async (one) => {
    const file = Object.entries({ meals, papers, titles })
      .map(([table, sql]) => (table === one ? asView(table, sql) : sql))
      .join("");
    const known = Plan.make({ words, migrations, leaveAlone: { [`${one}_0`]: "beneath a view" } });
    const { bad, payloads } = await sides(known, file);
    expect(bad).toContain(`${one} is a view, unlike any table that the club made`);
    expect(payloads).toEqual([]);
  },
);

it("tells all that does not fit in one pass", async () => {
  const leaveAlone = { papers_0: "beneath a view", titles_0: "beneath a view" };
  const { bad, payloads } = await sides(
    Plan.make({ words, migrations, leaveAlone }),
    `create table meals (id integer primary key);
     ${asView("titles", titles)}${asView("papers", papers.replace("ref text, ", "").replaceAll("'meal', ", ""))}`,
  );
  expect(bad).toEqual([
    "meals kind is missing: every version of this table has it",
    "meals title_id is missing: every version of this table has it",
    "titles is a view, unlike any table that the club made",
    "papers is a view, unlike any table that the club made",
    "papers ref is missing: every version of this table has it",
  ]);
  expect(payloads).toEqual([]);
});

it("says that a table is not there whose rows would be parts", async () => {
  const { bad, warnings, payloads, seen } = await sides(plan, meals + titles);
  expect(bad).toEqual([]);
  expect(warnings).toEqual(["This database has no table papers: no row of meals has any there"]);
  expect(payloads).toHaveLength(1);
  expect(seen).toEqual([]);
});

it.each([
  [
    "drop table titles",
    "titles id is missing: rows are looked up there",
    'unreadable: Dinner "titles", legacy: there is no such table, and rows are looked up there',
  ],
  [
    "alter table titles drop column title",
    "titles title is missing: rows are looked up there",
    'unreadable: Dinner "titles", legacy: the table has no column title, and rows are looked up there',
  ],
  [
    "create table other as select kind, title_id from meals; drop table meals; alter table other rename to meals",
    "meals id is missing: every version of this table has it",
    'unreadable: Dinner "papers rowid 1", legacy meal_id: it belongs to no row',
  ],
])("sees on both sides what is gone after %s", async (change, refused, unreadable) => {
  const file = meals + papers + titles;
  expect((await sides(plan, `${file}${change}`)).bad).toContain(refused);
  const { seen } = await sides(plan, file, change);
  expect(seen).toContain(unreadable);
});

it("looks up in a table WITHOUT ROWID", async () => {
  const without = titles.replace("title text)", "title text) without rowid");
  const { bad, seen } = await sides(plan, meals + papers + without);
  expect({ bad, seen }).toEqual({ bad: [], seen: [] });
});

it("sees a cell of a child that is left out because it is always the same", async () => {
  const file = meals + papers + titles;
  const { seen } = await sides(plan, file, "update papers set version = 2 where id = 2");
  expect(seen).toEqual([
    'unreadable: Dinner "1", legacy papers[1].version: must be 1 (the row has INTEGER 2)',
  ]);
});

it("refuses, as it loads, a family left alone that has a declared table", () => {
  const of = (name: string) => () =>
    Plan.make({ words, migrations, leaveAlone: { [name]: "not meant" } });
  const rest = ": name only tables that are no concern of it";
  expect(of("MEA*")).toThrow(
    `MEA* would leave alone meals, which is declared as the table of Dinner${rest}`,
  );
  expect(of("*pers")).toThrow(
    `*pers would leave alone papers, which is declared under papers of Dinner${rest}`,
  );
  expect(of("t*")).toThrow(
    `t* would leave alone titles, which is declared beside the table of Dinner${rest}`,
  );
  expect(of("meals_*")).not.toThrow();
});
