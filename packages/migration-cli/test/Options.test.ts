import { execFile, type ExecFileOptions } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import manifest from "../package.json" with { type: "json" };
import * as Options from "../src/Options.ts";
import { migrations } from "./Parcel.ts";

/** What a team gets of `command` that says little more than its migrations. */

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), "options-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "dinners.db");
const db = new DatabaseSync(path);
db.exec(`create table dinners (id integer primary key, title text);
  insert into dinners values (1, 'Soup'), (2, null)`);
db.close();

const main = fileURLToPath(new URL("dinners.ts", import.meta.url));
const run = (program: string, options: ExecFileOptions, ...words: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    execFile(
      process.execPath,
      [program, ...words],
      { ...options, encoding: "utf8" },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
const dinners = (...words: ReadonlyArray<string>) => run(main, {}, ...words);

describe("a program of one table and one decision", () => {
  it("has the version of the package that it stands in", async () => {
    expect((await dinners("--version")).out.trim()).toBe(manifest.version);
  });

  it("has none where it stands in no package", async () => {
    const alone = join(folder, "alone.mjs");
    writeFileSync(alone, `await import(${JSON.stringify(pathToFileURL(main).href)});`);
    expect((await run(alone, {}, "--version")).out.trim()).toBe("0.0.0");
  });

  it("is called again as it was started, or by its name where it is installed", async () => {
    const cwd = join(folder, "my folder");
    mkdirSync(cwd);
    const program = join(cwd, "main.mjs");
    const { href } = pathToFileURL(main);
    writeFileSync(program, `await import(${JSON.stringify(href)});`);
    const words = ["--untitled", "supper", "--database-url", path, "dry-run"];
    const by = async (at: string, more = "") => {
      const env = { ...process.env, PATH: `${process.env.PATH}${more}` };
      const { err } = await run(program, { cwd: at, env }, ...words);
      return /Next, to migrate: (.*) --database-url/.exec(err)?.[1];
    };
    expect(await by(folder)).toBe("node 'my folder/main.mjs'");
    expect(await by(cwd)).toBe("node main.mjs");
    writeFileSync(join(cwd, "dinners_to_events"), "");
    expect(await by(folder, `:${cwd}`)).toBe("dinners_to_events");
  });

  it("tells in its help what it works on and what may be decided", async () => {
    const { out } = await dinners("help");
    expect(out).toContain("dinners_to_events --database-url legacy.db dry-run");
    expect(out).toContain("Turns the rows of the legacy tables of the club into events");
    expect(out).toMatch(/start over: first delete the events and views of\s+dinners/);
    expect(out).toMatch(/--untitled dinner\|supper +what a dinner without a title is called/);
  });

  it("refuses what is not decided, and does what is", async () => {
    const on = ["--database-url", path];
    const refused = await dinners(...on, "dry-run");
    expect(refused.err).toContain("dinners id 2 title");
    expect(refused.err).toContain("must be decided with --untitled dinner|supper");
    expect(refused.code).toBe(4);
    expect((await dinners(...on, "--untitled", "lunch", "dry-run")).code).toBe(2);
    expect((await dinners(...on, "--untitled", "supper", "--force")).code).toBe(0);
    const written = new DatabaseSync(path);
    const [, second] = written.prepare("select payload from events order by rowid").all();
    written.close();
    expect(second?.["payload"]).toContain('"title":"supper"');
    expect((await dinners(...on, "verify-only")).code).toBe(0);
  });
});

describe("a definition", () => {
  const given = { name: "parcels_to_events", writer: "the carrier", migrations };

  it("keeps what is given", () => {
    const own = { version: "3.2.1", of: "x", example: "y.db", aggregates: "the parcels" };
    expect(Options.definition({ ...given, ...own })).toMatchObject(own);
  });

  it("names its aggregates as their rows are called, and counts many", () => {
    const { Parcel } = migrations;
    const of = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, n) => [`Parcel${n}`, Parcel]));
    const named = (length: number) =>
      Options.definition({ ...given, migrations: of(length) as never }).aggregates;
    expect(named(2)).toBe("parcels and parcels");
    expect(named(5)).toBe("the 5 aggregates");
  });

  it("refuses a decision that cannot be an option", () => {
    const one = { values: ["a"], description: "b" } as const;
    const decisions = { backup: one, help: one, "Net Position": one, "net-position": one };
    expect(() => Options.definition({ ...given, decisions })).toThrow(
      [
        "The decision backup would be the option --backup, which is there already: rename it",
        "The decision help would be the option --help, which is there already: rename it",
        'The decision "Net Position" cannot be an option: name it in small letters, as in net-position',
      ].join("\n"),
    );
  });
});
