import { carried, derived } from "@ledgerfold/declaration/Fate";
import * as Added from "@ledgerfold/declaration/Added";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { expect, it } from "vitest";
import { sides } from "./Sides.ts";
import { dinner } from "./Trip.ts";

/** Streams that are named by something else than the key that other tables know their rows by. */

const plan = Plan.make({
  words: { command: "club", writer: "the club" },
  migrations: {
    Dinner: Migration.of(dinner, "Cooked").from({
      table: "dinners",
      key: "id",
      columns: {
        id: derived(integer(), "names the dinner in other tables"),
        year: derived(integer(), "is in the stream's id", "aggregate_id"),
        code: carried("aggregate_id", text()),
        name: carried("title", text(), { into: ["aggregate_id"] }),
      },
      rows: {
        papers: Migration.child({
          table: "papers",
          of: "dinner_id",
          key: "id",
          columns: {
            id: carried("id", integer(Schema.Number)),
            dinner_id: derived(integer(), "whose paper it is"),
            name: carried("name", text()),
          },
        }),
      },
      id: ({ row }) => `${row.code}:${row.name}`,
      event: ({ fields }) => fields,
      view: "Cooked",
    }),
  },
});

const file = `
  create table dinners (id integer primary key, year integer, code text, name text);
  create table papers (id integer primary key, dinner_id integer, name text);
  insert into dinners values (7, 2025, 'D-1', 'Soup'), (8, 2025, 'D-2', 'Soup');
  insert into papers values (1, 8, 'menu')`;

it("are found by the columns that are carried into aggregate_id", async () => {
  const { bad, seen, payloads } = await sides(plan, file);
  expect({ bad, seen }).toEqual({ bad: [], seen: [] });
  expect(payloads[1]).toBe('{"_tag":"Cooked","title":"Soup","papers":[{"id":1,"name":"menu"}]}');
});

it("are others where such a column has changed", async () => {
  const { seen } = await sides(plan, file, "update dinners set code = 'D-3' where id = 7");
  expect(seen).toEqual([
    'missing: Dinner "D-3:Soup", event: the row has no event',
    'extra: Dinner "D-1:Soup", event: no row makes this stream',
  ]);
});

it("are refused where two rows would be one, but for the case of their letters", async () => {
  const named = Plan.make({
    words: { command: "club", writer: "the club" },
    migrations: {
      Dinner: Migration.of(dinner, "Cooked").from({
        table: "dinners",
        key: "code",
        columns: {
          code: carried("aggregate_id", text(undefined, { lower: true })),
          name: carried("title", text()),
        },
        added: { papers: Added.constant([], "none are known") },
        id: ({ row }) => row.code,
        event: ({ fields }) => ({ ...fields, papers: [] }),
        view: "Cooked",
      }),
    },
  });
  const { bad } = await sides(
    named,
    `create table dinners (code text primary key, name text);
     insert into dinners values ('d-1', 'Soup'), ('D-1', 'Stew'), ('d-2', 'Cake')`,
  );
  expect(bad).toEqual([
    'dinners code "D-1" code is TEXT "D-1": must not stand twice: the row with rowid 1 has the same key',
    'dinners code "d-1" code is TEXT "d-1": must not stand twice: the row with rowid 2 has the same key',
  ]);
});
