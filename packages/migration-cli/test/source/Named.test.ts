import { DatabaseSync } from "node:sqlite";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import { Effect } from "effect";
import { expect, it } from "vitest";
import * as Catalog from "../../src/source/Catalog.ts";
import * as Wanted from "../../src/source/Wanted.ts";
import { meals } from "./named.ts";
import * as Program from "./program.ts";
import { database, query, start } from "./server.ts";

/** Columns that are left out and named beside their fates: the same events of a file and of a server. */

const { run, file } = Program.make("namedProgram");

const made = (moment: string) => [
  `create table meals (id bigint primary key, title text, place bigint, gone ${moment}, hall text,
     changed ${moment}, page bigint, room_id bigint, secret text)`,
  "create table courses (nr bigint, meal_id bigint, gone bigint, dish text)",
  "create table rooms (id bigint primary key, name text)",
  "insert into rooms values (7, 'Hall'), (8, 'Yard')",
  `insert into meals values
     (1, 'Soup', 20, null, null, '2025-01-01 10:00:00', 1, 7, 'x'), (2, 'Fish', 10, null, null, null, 2, 8, 'y'),
     (3, 'Cake', 5, '2025-01-02 10:00:00', 'old', null, 3, 9, 'z')`,
  `insert into courses values
     (30, 1, null, 'third'), (10, 1, null, 'first'), (20, 1, null, 'second'), (5, 1, 1, 'struck')`,
];
const changes = (later: string) => [
  `update meals set title = 'Stew', changed = ${later} where id = 1`,
  "insert into meals values (9, 'Rice', 1, null, null, null, 9, 7, 'w')",
];
const still = "the row's changed is after the migration: the club still writes";
const perhaps = "the row's id is above all that were migrated: the club may still write";

const events = (log: string) => {
  const db = new DatabaseSync(log, { readOnly: true });
  const found = db.prepare("select aggregate_id, payload from events order by position").all();
  db.close();
  return found.map(({ aggregate_id: id, payload }) => {
    const { migrated_at: _, ...fields } = JSON.parse(String(payload));
    return { id, ...fields };
  });
};

const works = async (env: Readonly<Record<string, string>>, log: string) => {
  const first = await run(env, "--force");
  expect(first.code, first.said).toBe(0);
  expect(events(log)).toEqual([
    { id: "2", _tag: "Served", title: "Fish", room: "Yard", courses: [] },
    {
      ...{ id: "1", _tag: "Served", title: "Soup", room: "Hall" },
      courses: [{ dish: "first" }, { dish: "second" }, { dish: "third" }],
    },
  ]);
  const verified = await run(env, "verify-only");
  expect(verified.code, verified.said).toBe(0);
};

const goesOn = async (env: Readonly<Record<string, string>>) => {
  const { said, code } = await run(env, "verify-only");
  expect(said).toMatch(new RegExp(`^different: Meal "1", event title: .*; ${still}$`, "m"));
  expect(said).toMatch(new RegExp(`^missing: Meal "9", event: .*; ${perhaps}$`, "m"));
  expect(code).toBe(3);
};

/** Of the meals: no more of what is left out. */
const copied = (url: string) =>
  Effect.gen(function* () {
    const source = yield* PostgresDatabase.make({ url, prepare: false });
    const relations = yield* source.use(Catalog.read);
    const words = { command: "meals_to_events", writer: "the club" };
    const { wanted } = Wanted.find(Plan.make({ words, migrations: { Meal: meals } }), relations);
    return [...(wanted.find(({ name }) => name === "meals")?.columns.keys() ?? [])];
  }).pipe(Effect.scoped, Effect.runPromise);

it("in a file", async () => {
  const [path, log] = [file("meals.db"), file("meals-log.db")];
  const db = new DatabaseSync(path);
  for (const statement of made("text")) db.exec(statement);
  const env = { DATABASE_URL: path, EVENT_STORE_URL: `sqlite:${log}` };
  await works(env, log);
  for (const statement of changes("datetime('now', '+60 seconds')")) db.exec(statement);
  db.close();
  await goesOn(env);
});

it("in PostgreSQL", async () => {
  const url = await database(await start(18), ...made("timestamptz"));
  const log = file("server-log.db");
  const env = { LEGACY_URL: url, EVENT_STORE_URL: `sqlite:${log}` };
  await works(env, log);
  expect(await copied(url)).toEqual([
    "id",
    "title",
    "place",
    "gone",
    "hall",
    "changed",
    "page",
    "room_id",
  ]);
  await query(url, changes("now() + interval '60 seconds'").join(";\n"));
  await goesOn(env);
});
