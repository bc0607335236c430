import { carried, derived } from "@ledgerfold/declaration/Fate";
import * as Added from "@ledgerfold/declaration/Added";
import { integer, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { Schema } from "effect";
import { describe, expect, it } from "vitest";
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

describe("of two rows", () => {
  const guests = (key: "code" | "id", options = {}) =>
    Plan.make({
      words: { command: "club", writer: "the club" },
      migrations: {
        Dinner: Migration.of(dinner, "Cooked").from({
          table: "dinners",
          key,
          order: ["id"],
          columns: {
            id: derived(integer(), "the order"),
            code: carried("aggregate_id", text(undefined, options)),
            name: carried("title", text()),
          },
          added: { papers: Added.constant([], "none are known") },
          id: ({ row }) => row.code,
          event: ({ fields }) => ({ ...fields, papers: [] }),
          view: "Cooked",
        }),
      },
    });
  const rows = (...more: ReadonlyArray<string>) => `
    create table dinners (id integer primary key, code text, name text);
    with recursive n (n) as (values (1) union all select n + 1 from n where n < 1000)
      insert into dinners select n, 'd-' || n, 'Soup' from n;
    insert into dinners values ${more.join()}`;
  const byCase = guests("code", { lower: true });

  it.each([
    ["that are not the key", guests("id"), "(1001, 'd-3', 'Soup')", "id 1001", "d-3", "id 3"],
    [
      "that are not the key, next to each other",
      guests("id"),
      "(1001, 'x', 'A'), (1002, 'x', 'B')",
      "id 1002",
      "x",
      "id 1001",
    ],
    ["that differ in case", byCase, "(1001, 'D-3', 'Soup')", 'code "D-3"', "d-3", 'code "d-3"'],
    [
      "that differ in case beyond ASCII",
      byCase,
      "(0, 'É', 'Soup'), (1001, 'é', 'Soup')",
      'code "é"',
      "é",
      'code "É"',
    ],
  ])(
    "with ids %s, the second is refused, whatever it says and wherever it stands",
    async (_, plan, more, second, id, first) => {
      const { bad, payloads } = await sides(plan, rows(more));
      expect(bad).toEqual([
        `dinners ${second} must not make the stream "${id}": the row with ${first} makes it`,
      ]);
      expect(payloads).toEqual([]);
    },
  );

  it("with one id, both are named in a log that has the one", async () => {
    const twin = "insert into dinners values (1001, 'É', 'Soup')";
    const { bad, seen } = await sides(byCase, rows("(0, 'é', 'Soup')"), twin);
    expect(bad).toEqual([]);
    expect(seen).toEqual([
      'unreadable: Dinner "\\u{e9}", legacy: another row makes the same stream (the row has code TEXT "\\u{e9}", the other code TEXT "\\u{c9}")',
      'unreadable: Dinner "\\u{e9}", legacy: another row makes the same stream (the row has code TEXT "\\u{c9}", the other code TEXT "\\u{e9}")',
    ]);
  });
});

it("are kept apart where a colon in a cell makes one id of two keys", async () => {
  const plan = Plan.make({
    words: { command: "club", writer: "the club" },
    migrations: {
      Dinner: Migration.of(dinner, "Cooked").from({
        table: "dinners",
        key: ["code", "name"],
        columns: {
          code: carried("aggregate_id", text()),
          name: carried("aggregate_id", text()),
          title: carried("title", text()),
        },
        added: { papers: Added.constant([], "none are known") },
        id: ({ row }) => `${row.code}:${row.name}`,
        event: ({ fields }) => ({ ...fields, papers: [] }),
        view: "Cooked",
      }),
    },
  });
  const { bad } = await sides(
    plan,
    `create table dinners (code text, name text, title text, primary key (code, name));
     insert into dinners values ('a', 'b', 'Soup'), ('a', 'b:c', 'Soup'), ('a:b', 'c', 'Soup')`,
  );
  expect(bad).toEqual([
    'dinners code "a:b", name "c" must not make the stream "a:b:c": the row with code "a", name "b:c" makes it',
  ]);
});
