import { carried, derived } from "@ledgerfold/declaration/Fate";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { describe, expect, it } from "vitest";
import { sides } from "./Sides.ts";
import { dinner } from "./Trip.ts";

/** Rows of one table that belong to rows of another by a name, which columns compare in their own way. */

const plan = Plan.make({
  words: { command: "club", writer: "the club" },
  migrations: {
    Dinner: Migration.of(dinner, "Cooked").from({
      table: "dinners",
      key: "name",
      columns: { name: carried("title", text(), { into: ["aggregate_id"] }) },
      rows: {
        papers: Migration.child({
          table: "papers",
          of: "dinner",
          key: "id",
          columns: {
            id: carried("id", integer(Schema.Number)),
            dinner: derived(text(), "whose paper it is"),
            name: carried("name", text()),
          },
        }),
      },
      id: ({ row }) => row.name,
      event: ({ fields }) => fields,
      view: "Cooked",
    }),
  },
});

const file = (parent: string, child: string, names: ReadonlyArray<string>) => `
  create table dinners (name ${parent});
  create table papers (id integer primary key, dinner ${child}, name text);
  insert into dinners values ${names.map((name) => `('${name}')`).join()};
  insert into papers values (1, 'soup', 'menu')`;
const cooked = (title: string, papers: ReadonlyArray<string>) =>
  `{"_tag":"Cooked","title":"${title}","papers":[${papers.map((name) => `{"id":1,"name":"${name}"}`)}]}`;

describe("a child whose row has its name in other letters", () => {
  it("belongs to it where the row's column says so", async () => {
    const nocase = file("text primary key collate nocase", "text", ["Soup"]);
    const { bad, seen, payloads } = await sides(plan, nocase);
    expect({ bad, seen, payloads }).toEqual({
      bad: [],
      seen: [],
      payloads: [cooked("Soup", ["menu"])],
    });
  });

  it("belongs to none where only its own column would say so", async () => {
    const { bad } = await sides(plan, file("text primary key", "text collate nocase", ["Soup"]));
    expect(bad).toEqual([
      'papers id 1 dinner is TEXT "soup": must be the name of a row of dinners: it would be lost',
    ]);
  });

  it("is seen by the verifier where it has come to belong to none", async () => {
    const exact = file("text primary key", "text collate nocase", ["soup"]);
    const { bad, seen } = await sides(plan, exact, "update papers set dinner = 'Soup'");
    expect(bad).toEqual([]);
    expect(seen).toEqual([
      'unreadable: Dinner "papers rowid 1", legacy dinner: it belongs to no row',
      'different: Dinner "soup", event papers: is not what the row says (expected 0 rows, stored 1 of them)',
    ]);
  });
});

it("is named by the row that it belongs to, too, as its key may be another's", async () => {
  const two = `${file("text primary key", "text", ["soup", "fish"])};
    update papers set id = 2`.replace("id integer primary key", "id integer");
  const nameless = "insert into papers values (2, 'fish', '')";
  const { bad } = await sides(plan, `${two}; ${nameless}`);
  expect(bad).toEqual([
    'papers dinner "fish", id 2 name is TEXT "": must be TEXT that is not empty',
  ]);
});

it("is refused where it belongs to two rows, on both sides", async () => {
  const { bad } = await sides(plan, file("text collate nocase", "text", ["soup", "Soup"]));
  expect(bad).toEqual([
    'papers id 1 dinner is TEXT "soup": must be the name of one row of dinners: 2 compare equal to it',
  ]);
  const one = file("text collate nocase", "text", ["soup"]);
  const { seen } = await sides(plan, one, "insert into dinners values ('Soup')");
  expect(seen).toContain(
    'unreadable: Dinner "papers rowid 1", legacy dinner: it belongs to 2 rows',
  );
});
