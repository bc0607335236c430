import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sides } from "./Sides.ts";
import { plan, tables } from "./seats/plan.ts";

/** Tables WITHOUT ROWID are migrated, verified and proven like any others. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const withoutRowid = tables("without rowid");

describe("of a file", () => {
  it("the same events come as if its tables had rowids", async () => {
    const [one, other] = [await sides(plan, tables("")), await sides(plan, withoutRowid)];
    expect([other.bad, other.seen]).toEqual([[], []]);
    expect(other.report.tallies).toMatchObject({ Seat: { rows: 4, same: 4 } });
    expect(other.payloads).toHaveLength(4);
    expect(other.payloads).toEqual(one.payloads);
    expect(other.payloads[0]).toContain(
      '"floor":10,"guests":[{"night":1,"name":"007"},{"night":2,"name":"Bo"},{"night":11,"name":"Cy"}]',
    );
  });

  it.each([
    ["update seats set note = 'x' where plate = 'w-2'", /^different: Seat "w-2".*note/],
    ["update guests set name = 'x' where name = 'Bo'", /^different: Seat "E-1".*guests/],
    ["delete from guests where name = 'Ann'", /^different: Seat "w-2".*guests/],
    ["update halls set floor = 3 where hall = 'West'", /^different: Seat "w-2".*floor/],
    ["insert into seats values ('East', 2, 'E-2', null)", /^missing: Seat "E-2"/],
    ["delete from seats where plate = 'Sitz 7 ü'", /^extra: Seat "Sitz 7/],
    ["insert into guests values (1, 'X-1', 'Flo')", /guests rowid 3.*it belongs to no row/],
  ])("%s is found", async (change, line) => {
    const { bad, seen } = await sides(plan, withoutRowid, change);
    expect(bad).toEqual([]);
    expect(seen.filter((one) => line.test(one))).not.toEqual([]);
  });

  it("what cannot be carried is refused by its key", async () => {
    const { bad, payloads } = await sides(
      plan,
      `${withoutRowid}; update seats set note = x'ff' where number = 1;
        insert into guests values (1, 'X-1', 'Flo')`,
    );
    expect(bad).toEqual([
      expect.stringMatching(
        /^guests night 1 plate is TEXT "X-1": must be the plate of a row of seats/,
      ),
      expect.stringMatching(/^seats plate "E-1" note is BLOB x'ff'/),
    ]);
    expect(payloads).toEqual([]);
  });

  it("in a STRICT table and in UTF-16, cells are as they are", async () => {
    const { bad, seen, payloads } = await sides(
      plan,
      `pragma encoding = 'UTF-16be'; ${tables("strict, without rowid").replace("note,", "note any,").replaceAll("varchar(9)", "text").replaceAll("numeric", "int")}`,
    );
    expect([bad, seen]).toEqual([[], []]);
    expect(payloads[1]).toContain('"plate":"Sitz 7 ü","note":"7"');
  });
});

describe("of the command", () => {
  const folder = mkdtempSync(join(tmpdir(), "without-rowid-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const main = fileURLToPath(new URL("seats/main.ts", import.meta.url));
  const rederive = fileURLToPath(new URL("../../../docs/rederive.py", import.meta.url));
  const run = (program: string, ...words: ReadonlyArray<string>) =>
    new Promise<{ readonly code: number; readonly said: string }>((resolve) => {
      execFile(program, words, { cwd: folder }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), said: `${out}${err}` }),
      );
    });
  const seats = (file: string, ...words: ReadonlyArray<string>) =>
    run(process.execPath, main, "--database-url", at(file), ...words);
  const change = (file: string, sql: string) => {
    const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    db.exec(sql);
    db.close();
  };
  let migrated = "";

  beforeAll(async () => {
    change(at("seats.db"), withoutRowid);
    const first = await seats("seats.db", "--force", "--no-backup");
    expect(first, first.said).toMatchObject({ code: 0 });
    migrated = first.said;
    const proven = await seats("seats.db", "verify-only", "--report", "proof.json");
    expect(proven, proven.said).toMatchObject({ code: 0 });
  });

  it("a second run adds nothing, and looking changes nothing", async () => {
    expect(migrated).toMatch(/Seat: .*4/);
    const file = () => readFileSync(at("seats.db"));
    const before = file();
    for (const words of [["dry-run"], ["verify-only"]]) {
      expect((await seats("seats.db", ...words)).code).toBe(0);
      expect(file().equals(before)).toBe(true);
    }
    copyFileSync(at("seats.db"), at("again.db"));
    expect((await seats("again.db", "--force", "--no-backup")).code).toBe(0);
    const db = new DatabaseSync(at("again.db"), { readOnly: true });
    expect(db.prepare("select count(*) as n from events").get()).toEqual({ n: 4 });
    db.close();
  });

  it("the proof is of format 2, knows rows by their keys, and can be derived again", async () => {
    const report = JSON.parse(readFileSync(at("proof.json"), "utf8"));
    expect([report.version, report.summary.version]).toEqual([2, 2]);
    expect(
      report.proof.map(({ table, key }: { table: string; key: unknown }) => [table, key]),
    ).toEqual([
      ["seats", ["hall", "number"]],
      ["guests", ["plate", "night"]],
      ["halls", ["hall"]],
      ["events", "rowid"],
      ["seat_view", "view_id"],
    ]);
    expect(report.unproven).toEqual([]);
    const { code, said } = await run("python3", rederive, at("seats.db"), at("proof.json"));
    expect(said).toContain("legacy seats: 4 rows, root ");
    expect(code).toBe(0);
    copyFileSync(at("seats.db"), at("other.db"));
    change(at("other.db"), "update guests set name = 'Al' where name = 'Ann'");
    expect((await run("python3", rederive, at("other.db"), at("proof.json"))).said).toContain(
      "rederive: guests: the row ['W-2', ['integer', '1']] is another one",
    );
  });

  it("--against finds each changed row by its key", async () => {
    copyFileSync(at("seats.db"), at("changed.db"));
    change(
      at("changed.db"),
      `update seats set note = 'x' where number = 10;
        insert into seats values ('East', 2, 'E-2', null);
        update guests set name = 'x' where name = 'Cy';
        delete from guests where name = 'Ann';
        update halls set floor = 3 where hall = 'West'`,
    );
    const { said } = await seats("changed.db", "verify-only", "--against", "proof.json");
    expect(said.split("\n").flatMap((one) => /\w+ since: .*/.exec(one) ?? [])).toEqual([
      'added since: legacy seats hall "East", number 2',
      'changed since: legacy seats hall "West", number 10',
      'missing since: legacy guests plate "W-2", night 1',
      'changed since: legacy guests plate "e-1", night 11',
      'changed since: legacy halls hall "West"',
    ]);
    expect(said).toContain("legacy guests: 2 of 4 rows unchanged since");
  });

  it("--against says that nothing has changed, even if the tables have rowids now", async () => {
    const same = /legacy seats: 4 of 4 rows unchanged since .*, the root is the same/;
    const { code, said } = await seats("seats.db", "verify-only", "--against", "proof.json");
    expect(said).toMatch(same);
    expect(code).toBe(0);
    copyFileSync(at("seats.db"), at("rowids.db"));
    change(
      at("rowids.db"),
      `alter table seats rename to old;
        create table seats (hall text, number integer, plate text collate nocase, note);
        insert into seats select * from old order by note; drop table old`,
    );
    const later = await seats("rowids.db", "verify-only", "--against", "proof.json");
    expect(later.said).toMatch(same);
    expect(later.code).toBe(0);
  });

  it("a report of format 1 finds no rowids where they are gone", async () => {
    change(at("with.db"), tables(""));
    await seats("with.db", "--force", "--no-backup");
    await seats("with.db", "verify-only", "--report", "one.json");
    expect(JSON.parse(readFileSync(at("one.json"), "utf8")).version).toBe(1);
    change(
      at("with.db"),
      `alter table halls rename to old;
        create table halls (hall text primary key, floor numeric) without rowid;
        insert into halls select * from old; drop table old`,
    );
    const { code, said } = await seats("with.db", "verify-only", "--against", "one.json");
    expect(said).toContain("changed since: legacy halls: it has no rowids any more");
    expect(code).toBe(3);
  });
});
