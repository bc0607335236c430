import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { derived } from "@ledgerfold/declaration/Fate";
import { integer } from "@ledgerfold/declaration/Kind";
import * as Ledger from "@ledgerfold/declaration/internal/Ledger";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as Rule from "@ledgerfold/verifier/Rule";
import { Effect } from "effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Laws from "../src/Laws.ts";
import * as Club from "./Club.ts";
import * as Gigs from "./gigs/plan.ts";
import { laws, none } from "./laws.ts";
import * as Parcel from "./Parcel.ts";
import * as Seats from "./seats/plan.ts";

const { plan } = Parcel;
const folder = mkdtempSync(join(tmpdir(), "laws-"));
const path = join(folder, "parcels.db");
beforeAll(() => Parcel.write(path, 15));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made = (name: string, sql: string) => {
  const file = join(folder, name);
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
  return file;
};

const timeout = 600_000;

it("sees every change of a cell or a field that means something", { timeout }, async () => {
  const before = readFileSync(path);
  const { unseen, toldApart, ...counts } = await Effect.runPromise(
    Laws.mutations({ plan, path, rows: 2 }),
  );
  expect({ unseen, toldApart }).toEqual({ unseen: [], toldApart: [] });
  expect(counts.seen).toBeGreaterThan(3_500);
  expect(counts.withoutMeaning).toBeGreaterThan(40);
  expect(counts.leftOut).toBeGreaterThan(40);
  expect(readFileSync(path).equals(before)).toBe(true);
});

it("gets every carried cell back from the events", async () => {
  const { lost, ...counts } = await Effect.runPromise(Laws.recovery({ plan, path }));
  expect(lost).toEqual([]);
  expect(counts.exact).toBeGreaterThan(350);
  // Numbers, moments, lower case, JSON, words and what stands for nothing.
  expect(counts.alike).toBeGreaterThan(80);
  expect(counts.untold).toBe(0);
});

describe("the laws hold", () => {
  it.each([
    ["with rowids", "", 10],
    ["WITHOUT ROWID", "without rowid", 60],
  ])("of tables %s", { timeout }, async (_, without, refused) => {
    const { tried, broken } = await laws(Seats.plan, Seats.tables(without));
    expect(broken).toEqual(none);
    expect(tried.seen).toBeGreaterThan(3_400);
    // A key of a table WITHOUT ROWID is neither NULL nor there twice.
    expect(tried.refused).toBeGreaterThan(refused);
    expect(tried).toMatchObject({ exact: 28, alike: 0, untold: 0, agreeing: 8 });
  });

  it("of a table with several kinds of rows", { timeout }, async () => {
    const { tried, broken } = await laws(Club.plan, Club.file);
    expect(broken).toEqual(none);
    expect(tried.seen).toBeGreaterThan(2_500);
    expect(tried).toMatchObject({ exact: 18, alike: 0, untold: 0, agreeing: 11 });
  });
});

describe("a plan that is wrong", () => {
  const file = join(folder, "lower.db");
  beforeAll(() => {
    Parcel.write(file, 4);
    const db = new DatabaseSync(file);
    db.exec("update parcels set code = lower(code)");
    db.close();
  });
  const { Parcel: right } = Parcel.migrations;
  const wrong = (changed: Partial<typeof right.definition>) =>
    Plan.make({
      words: plan.words,
      migrations: { Parcel: { ...right, definition: { ...right.definition, ...changed } } },
      leaveAlone: { drivers: "of another department" },
    });
  const mutated = (plan: Plan.Plan) =>
    Effect.runPromise(Laws.mutations({ plan, path: file, rows: 2 }));
  it("is told by what nobody sees", { timeout }, async () => {
    // A rule that takes any note for any other.
    const blind = { ...Rule.optionalText("note"), legacy: () => null, stored: () => null };
    const { unseen, toldApart } = await mutated(wrong({ rules: { note: blind } }));
    const notes = unseen.filter(({ column }) => column === "payload.note");
    // Every other value that is tried, in both events.
    expect(notes.map(({ table }) => table)).toEqual(Array(33).fill("events"));
    expect(toldApart).toEqual([]);
  });

  it("is told by what it takes for another value", { timeout }, async () => {
    // A rule that looks at a column that its field is not of.
    const strict = Rule.text("label");
    const label = {
      ...strict,
      legacy: (row: Parameters<typeof strict.legacy>[0]) =>
        /[A-Z]/.test(String(row.code)) ? "another" : strict.legacy(row, {}),
    };
    const { unseen, toldApart } = await mutated(wrong({ rules: { label } }));
    expect(unseen).toEqual([]);
    expect(toldApart.map(({ table, column, to }) => [table, column, to]).sort()).toEqual([
      ["parcels", "code", 'TEXT "AB1"'],
      ["parcels", "code", 'TEXT "AB4"'],
    ]);
  });

  it("is told by the cells that do not come back", async () => {
    const event = (given: Parameters<typeof right.definition.event>[0]) => ({
      ...right.definition.event(given),
      note: null,
    });
    const any = { ...Rule.optionalText("note"), legacy: () => undefined };
    const plan = wrong({ event, rules: { note: any } });
    const { lost } = await Effect.runPromise(Laws.recovery({ plan, path: file }));
    expect(lost.map(({ column, cell, back }) => [column, cell, back])).toEqual(
      [2, 3, 4].map((n) => ["note", `TEXT "note ${n}"`, 'TEXT ""']),
    );
  });

  it("is told before anything is changed, where its copy does not verify", async () => {
    const other = wrong({ rules: { note: Rule.text("label") } });
    const tried = Effect.runPromise(Effect.flip(Laws.mutations({ plan: other, path: file })));
    expect(await tried).toMatchObject({ _tag: "NotClean", differences: 4 });
  });
});

it("holds of a file whose tables and views have the names of a log's", { timeout }, async () => {
  const path = made(
    "gigs.db",
    `create table events (id integer primary key, title text, payload text);
      insert into events values (1, 'Spring', 'p'), (2, 'Autumn', null);
      create table snapshots (taken text);
      create view gig_view as select title from events`,
  );
  const plan = Gigs.planOf({ Gig: Gigs.gigs }, { snapshots: "photographs" });
  const { unseen, toldApart, seen } = await Effect.runPromise(
    Laws.mutations({ plan, path, rows: 2 }),
  );
  expect({ unseen, toldApart }).toEqual({ unseen: [], toldApart: [] });
  expect(seen).toBeGreaterThan(300);
  const { lost, exact } = await Effect.runPromise(Laws.recovery({ plan, path }));
  expect({ lost, exact }).toEqual({ lost: [], exact: 4 });
});

describe("what rules read", () => {
  it("is what the fates say", () => {
    const { agreeing, ...broken } = Effect.runSync(Laws.traces({ plan }));
    expect(broken).toEqual({ unread: [], unsaid: [], unexplained: [] });
    expect(agreeing).toBe(33);
  });

  it("is held against fates that say more, or less", () => {
    const [table] = plan.tables;
    if (table === undefined) throw new Error("there is one");
    const { serial, ...others } = table.columns;
    const columns = { ...others, driver: derived(integer(), "who signs", "label") };
    const ledger = Ledger.make([{ ...table, columns }], {}, plan.words);
    const { unread, unsaid } = Effect.runSync(Laws.traces({ plan: { ...plan, ledger } }));
    expect(serial?.fate).toBe("carried");
    expect(unread).toEqual([{ column: "parcels.driver", field: "Parcel.label" }]);
    expect(unsaid).toEqual([{ column: "parcels.serial", field: "Parcel.serial" }]);
  });
});
