import { derived, sometimes } from "@ledgerfold/declaration/Fate";
import { words } from "@ledgerfold/declaration/Kind";
import { print } from "@ledgerfold/declaration/internal/Ledger";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import { not } from "@ledgerfold/declaration/Where";
import { describe, expect, it } from "vitest";
import { dinners, file, plan, planned, trips } from "./Club.ts";
import { sides } from "./Sides.ts";
import { dinner } from "./Trip.ts";

/** Several kinds of rows in one table, of which each definition takes its own. */

it("is carried and verified, each kind to its own aggregate", async () => {
  const { bad, seen, payloads, report } = await sides(plan, file);
  expect({ bad, seen }).toEqual({ bad: [], seen: [] });
  expect(payloads).toEqual([
    '{"_tag":"Planned","title":"Alps","parent":null,"legs":[{"id":3,"title":"Up"},{"id":4,"title":"Down"}],"papers":[{"id":2,"name":"map"},{"id":3,"name":"permit"}]}',
    '{"_tag":"Planned","title":"Peaks","parent":1,"legs":[],"papers":[]}',
    '{"_tag":"Cooked","title":"Soup","papers":[{"id":1,"name":"menu"}]}',
  ]);
  expect(report.tallies).toMatchObject({
    Trip: { rows: 2, same: 2 },
    Dinner: { rows: 1, same: 1 },
  });
});

const noKind = "it is a row of no kind that is declared, or of several";

describe.each<readonly [string, string, ReadonlyArray<string>]>([
  [
    "a row that moved from one kind to the other",
    "update club set kind = 'dinner' where id = 5",
    [
      'extra: Trip "5", event: no row makes this stream',
      'missing: Dinner "5", event: the row has no event',
    ],
  ],
  [
    "a row of no kind",
    "update club set kind = 'Dinner' where id = 2",
    [
      'unreadable: Dinner "papers rowid 1", legacy ref_id: it belongs to no row',
      'extra: Dinner "2", event: no row makes this stream',
      `unreadable: Trip "club rowid 2", legacy kind, of_id: ${noKind}`,
    ],
  ],
  [
    "a row that was deleted",
    "delete from club where id = 5",
    ['extra: Trip "5", event: no row makes this stream'],
  ],
  [
    "a part that was deleted",
    "delete from club where id = 4",
    [
      'different: Trip "1", event legs: is not what the row says (expected 1 row, stored 2 of them)',
    ],
  ],
  [
    "a part that moved to the other kind",
    "update papers set ref_type = 'Trip' where id = 1",
    [
      'unreadable: Trip "papers rowid 1", legacy ref_id: it belongs to no row',
      'different: Dinner "2", event papers: is not what the row says (expected 0 rows, stored 1 of them)',
    ],
  ],
  [
    "a part of no kind",
    "update papers set ref_type = null where id = 1",
    [
      'different: Dinner "2", event papers: is not what the row says (expected 0 rows, stored 1 of them)',
      `unreadable: Trip "papers rowid 1", legacy ref_type: ${noKind}`,
    ],
  ],
  [
    "another parent in the same table",
    "update club set parent_id = 5 where id = 5",
    ['different: Trip "5", event parent: is not what the row says (expected INTEGER 5, stored 1)'],
  ],
])("%s", (_, change, lines) => {
  it("is seen", async () => {
    const { seen } = await sides(plan, file, change);
    expect(seen).toEqual(lines);
  });
});

it("refuses rows that no definition takes, and writes nothing", async () => {
  const { bad, outcome, payloads } = await sides(
    plan,
    `${file}; insert into club values (6, 'Trip', 'x', null, null), (7, null, 'y', null, null), (8, 'trip', 'z', null, 1);
     insert into papers values (9, 'Song', 1, 'words')`,
  );
  const club =
    "must be a row of one kind, and of one only: kind = 'trip' or 'tour', of_id = NULL; or kind = 'leg'; or kind = 'dinner'";
  const ofPapers =
    "must be a row of one kind, and of one only: ref_type = 'Trip'; or ref_type = 'Dinner'";
  expect(bad).toEqual([
    `club id 6 kind is TEXT "Trip": ${club}`,
    `club id 7 kind is NULL: ${club}`,
    `club id 8 kind is TEXT "trip": ${club}`,
    `papers id 9 ref_type is TEXT "Song": ${ofPapers}`,
  ]);
  expect(outcome).toMatchObject({ _tag: "Left", left: { _tag: "BadLegacyData", count: 4 } });
  expect(payloads).toEqual([]);
});

describe("rows that are left where they are", () => {
  const from = Migration.of(dinner, "Cooked").from as unknown as (
    definition: object,
  ) => Migration.Migration;
  const leaving = (...wheres: ReadonlyArray<object>) =>
    Plan.make({
      ...planned,
      migrations: {
        Trip: trips,
        Dinner: from({
          ...dinners.definition,
          leftRows: wheres.map((where) => ({ where, why: "stay in the cupboard" })),
        }) as never,
      },
    });
  const others = { kind: not("trip", "tour", "leg", "dinner") };
  const more = `${file}; insert into club values (6, 'song', 'x', null, null), (7, null, 'y', null, null)`;

  it("are neither bad nor missing, and the rest is as it was", async () => {
    const { bad, seen, payloads } = await sides(leaving(others), more);
    expect({ bad, seen }).toEqual({ bad: [], seen: [] });
    expect(payloads).toHaveLength(3);
    const two = leaving({ kind: "song" }, { kind: null });
    expect(await sides(two, more)).toMatchObject({ bad: [], seen: [], payloads });
  });

  it("are told from those of no kind", async () => {
    const { bad } = await sides(leaving({ kind: "song" }), more);
    expect(bad).toEqual([expect.stringContaining("club id 7 kind is NULL: must be a row of one")]);
    const { seen } = await sides(
      leaving({ kind: "song" }),
      file,
      "update club set kind = null where id = 5",
    );
    expect(seen).toContain(`unreadable: Trip "club rowid 5", legacy kind, of_id: ${noKind}`);
  });

  it("have no event: one that was migrated is seen", async () => {
    const change = "update club set kind = 'song' where id = 5";
    const { seen } = await sides(leaving(others), more, change);
    expect(seen).toEqual(['extra: Trip "5", event: no row makes this stream']);
  });

  it("say in the ledger why", () => {
    const schema = [{ name: "club", columns: ["id", "kind", "title", "parent_id", "of_id"] }];
    const { ledger } = leaving(others);
    const line = [
      "club, kind is not 'trip' or 'tour' or 'leg' or 'dinner'",
      "*",
      "left out: stay in the cupboard",
    ];
    expect(ledger.lines()).toContainEqual(line);
    expect(ledger.linesOf(schema)).toContainEqual(line);
    expect(ledger.judge(schema).undeclared).toEqual([]);
  });

  it("must be others than those that are taken", () => {
    const twice = /club is declared twice, .* and left as "stay in the cupboard"/;
    expect(() => leaving({ kind: "leg" })).toThrow(twice);
    expect(() => leaving({ kind: not("dinner") })).toThrow(twice);
    expect(() => leaving({})).toThrow("club: leftRows names no column");
    expect(() => leaving({ sort: "song" })).toThrow("club: where names sort, which is no column");
  });
});

it("shows in the ledger which rows become what", () => {
  const lines = plan.ledger.lines().filter(([, column]) => column === "title");
  expect(lines).toEqual([
    ["club, kind = 'trip' or 'tour', of_id = NULL", "title", "carried to Trip.title"],
    ["club, kind = 'leg'", "title", "carried to Trip.legs[].title"],
    ["club, kind = 'dinner'", "title", "carried to Dinner.title"],
  ]);
  const schema = [{ name: "club", columns: ["id", "kind", "title", "parent_id", "of_id", "new"] }];
  expect(print(plan.ledger.linesOf(schema))).toContain("| club, kind = 'dinner'");
  expect(plan.ledger.judge(schema).undeclared).toEqual([{ table: "club", column: "new" }]);
});

describe("as the module loads", () => {
  const migrate = (where: object, more: object = {}) => {
    const from = Migration.of(dinner, "Cooked").from as unknown as (
      definition: object,
    ) => Migration.Migration;
    return from({ ...dinners.definition, where, ...more });
  };

  it("refuses kinds that a row may fit twice", () => {
    const plans = (where: object) => () =>
      Plan.make({ ...planned, migrations: { Trip: trips, Dinner: migrate(where) as never } });
    const message =
      'club is declared twice, under legs of Trip and as the table of Dinner: say once what becomes of its rows, or give each a "where" with other cells of one column';
    expect(plans({})).toThrow(message);
    expect(plans({ kind: ["dinner", "leg"] })).toThrow(message);
    expect(plans({ title: "Soup" })).toThrow(message);
    expect(plans({ kind: "dinner" })).not.toThrow();
  });

  it("refuses a where of no column, of no cell, or of a column that may be missing", () => {
    expect(() => migrate({ type: "dinner" })).toThrow(
      "club: where names type, which is no column of club: name one of id, kind, title, parent_id, of_id",
    );
    expect(() => migrate({ kind: [] })).toThrow(
      "club: where names no cell for kind: name one at least",
    );
    const columns = { ...dinners.table.columns, kind: sometimes(derived(words({ a: "b" }), "c")) };
    expect(() => migrate({ kind: "dinner" }, { columns })).toThrow(
      "club.kind tells the rows apart and may be missing: a table must always have it",
    );
  });
});
