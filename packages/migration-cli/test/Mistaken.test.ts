import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import * as Plan from "@ledgerfold/declaration/Plan";
import { afterAll, describe, expect, it, vi } from "vitest";
import * as Options from "../src/Options.ts";
import { migrations } from "./Parcel.ts";

vi.setConfig({ testTimeout: 120_000 });

/** What a team is told whose definition is wrong, by the command in a process of its own. */

const folder = mkdtempSync(join(tmpdir(), "mistaken-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = fileURLToPath(new URL("mistaken.ts", import.meta.url));
const run = (mistake: string, ...words: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly err: string }>((resolve) => {
    const env = { ...process.env, MISTAKE: mistake };
    execFile(process.execPath, [program, ...words], { env }, (error, _, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), err }),
    );
  });

const made = (name: string) => {
  const path = join(folder, `${name}.db`);
  const db = new DatabaseSync(path);
  db.exec("create table dinners (id integer primary key, title text)");
  db.exec("insert into dinners values (1, 'Soup'), (2, 'Fish')");
  db.close();
  return path;
};

describe("a definition", () => {
  it("without a view is refused in a sentence, without the stack of whoever found it", async () => {
    const { code, err } = await run("view", "help");
    expect(err).toContain("dinners: the definition has no view: say one");
    expect(err).not.toMatch(/^ +at /m);
    expect(code).not.toBe(0);
  });

  it("of a table that is left alone too is wrong usage", async () => {
    expect(await run("twice", "--database-url", made("twice"), "dry-run")).toEqual({
      code: 2,
      err: 'dinners_to_events: dinners is declared twice, as the table of Dinner and left alone as "not meant": say once what becomes of its rows\n',
    });
  });

  it("whose id is not what its columns say is named by the verification, with an id of each", async () => {
    const path = made("id");
    expect(await run("id", "--database-url", path, "--force")).toMatchObject({ code: 0 });
    const { code, err } = await run("id", "--database-url", path, "verify-only");
    expect(err).toContain(
      'Verification found 4 differences; each is listed above. Every row of Dinner is without a stream, and as many streams are without a row: the verifier makes ids such as "1" of the columns, and the definition\'s id makes others, such as "D-1".',
    );
    expect(code).toBe(3);
    const one = new DatabaseSync(path);
    one.exec("delete from dinners where id = 2");
    one.close();
    const other = await run("id", "--database-url", path, "verify-only");
    expect(other.err).not.toContain("Every row");
  });
});

it("a plan that is made already is a command of its words and migrations", async () => {
  const plan = Plan.make({
    words: { command: "parcels_to_events", writer: "the carrier" },
    migrations,
    leaveAlone: { depots: "where they are" },
  });
  const definition = Options.definition({ plan, example: "parcels.db" });
  const { name, writer, aggregates, example } = definition;
  expect({ name, writer, aggregates, example }).toEqual({
    name: "parcels_to_events",
    writer: "the carrier",
    aggregates: "parcels",
    example: "parcels.db",
  });
  expect(await definition.plan()).toBe(plan);
});
