import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { rows, tables } from "./billing.ts";
import * as Program from "./program.ts";
import { database, query, start, versions } from "./server.ts";

/** What the question before a run says of rows in PostgreSQL, on a pseudo terminal of `script`. */

const { script, file, temporary, copies } = Program.make("billingProgram");
const terminal = "script";
const hasScript = spawnSync(terminal, ["--version"]).status === 0;

const answered = (url: string, log: Readonly<Record<string, string>>, input: string) => {
  const words = ["--quiet", "--return", "-c", `"${process.execPath}" "${script}"`, "/dev/null"];
  const env = { PATH: process.env.PATH, HOME: file("."), SQLITE_TMPDIR: temporary };
  const { status, stdout } = spawnSync(terminal, words, {
    encoding: "utf8",
    input,
    env: { ...env, LEGACY_URL: url, ...log },
  });
  return { code: status, said: stdout };
};

const said =
  "notes is set in 66 rows of billing.invoices: what was noted of customers stays in the log. ";

describe.skipIf(!hasScript).each(versions)("PostgreSQL %i", (version) => {
  let server = "";
  beforeAll(async () => {
    server = await start(version);
  });

  it("says in how many rows a column is set, of a log in the same database", async () => {
    const url = await database(server, ...tables, ...rows);
    const same = { EVENT_STORE_URL: url };
    const declined = answered(url, same, "n\n");
    expect(declined.said).toContain(`${said}Create database backup before proceeding! Continue?`);
    expect(declined.code).toBe(8);
    expect(await query(url, "select to_regclass('events')::text as log")).toEqual([{ log: null }]);
    const confirmed = answered(url, same, "y\n");
    expect(confirmed.said).toContain("Migration complete: 200 Invoice migrated");
    expect(confirmed.code).toBe(0);
    expect(copies()).toEqual([]);
  });

  it("says it of a log in a file, and nothing where no row has anything", async () => {
    const url = await database(server, ...tables, ...rows);
    const log = { EVENT_STORE_URL: `sqlite:${file(`log-${version}.db`)}` };
    const declined = answered(url, log, "n\n");
    expect(declined.said).toContain(`${said}The log`);
    expect(declined.code).toBe(8);
    await query(url, "update billing.invoices set notes = null");
    const none = answered(url, log, "n\n");
    expect(none.said).toContain("Continue? [y/N]");
    expect(none.said).not.toContain("notes is set");
    expect(none.code).toBe(8);
    expect(copies()).toEqual([]);
  });
});
