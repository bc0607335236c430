import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, folder, lines, run, sql, start, whileOpen } from "./support.ts";

/** A file that another process holds for a while, or for longer than the patience. */

const of = (journalMode: "wal" | "delete") => {
  const path = join(folder(), "legacy.db");
  SampleDatabase.write(path, { trades: 20, journalMode });
  return path;
};
const made = { wal: of("wal"), delete: of("delete") };

const trying = "Trying again in ";
const tries = (text: string) => text.match(/^Trying again in .*$/gm) ?? [];

describe("a file that another process holds", { concurrent: true }, () => {
  it("is tried for again, each time said, until it is let go, and all is as ever", async () => {
    const path = copy(made.wal);
    const running = await whileOpen(path, "begin immediate", async () => {
      const running = start(["--database-url", path, "--force"]);
      await running.says(trying, 4);
      return running;
    });
    const { code, stdout, stderr } = await running.outcome;
    const said = tries(stderr);
    expect(said.length).toBeGreaterThanOrEqual(4);
    for (const line of said) {
      expect(line).toMatch(
        /^Trying again in \d\.\d s: \S+legacy\.db is held by another process\.$/,
      );
    }
    expect(code).toBe(0);
    const undisturbed = await run(["--database-url", copy(made.wal), "--force"]);
    expect(stdout).toBe(undisturbed.stdout);
    expect(await run(["--database-url", path, "verify-only"])).toMatchObject({ code: 0 });
  });

  it("is given up after the patience, with nothing written", async () => {
    const path = copy(made.wal);
    await whileOpen(path, "begin immediate", async () => {
      const before = bytes(path);
      const { code, stdout, stderr } = await run([
        ...["--database-url", path, "--force", "--patience", "1"],
      ]);
      const pauses = tries(stderr).map((line) => Number(/[\d.]+/.exec(line)?.[0]));
      expect(pauses.length).toBeGreaterThan(0);
      // As they are said, to a tenth of a second.
      const sum = pauses.reduce((all, pause) => all + pause, 0);
      expect(sum).toBeLessThanOrEqual(1 + 0.05 * pauses.length);
      expect(lines(stderr).at(-1)).toBe(
        `migrate_to_events: ${path} is held by another process. Wait until that is done, or stop it, and try again. Nothing was written.`,
      );
      expect(stdout).toBe("");
      expect(code).toBe(5);
      expect(bytes(path)).toBe(before);
    });
  });

  it("is not tried for again without any patience", async () => {
    const path = copy(made.delete);
    await whileOpen(path, "begin exclusive", async () => {
      for (const words of [
        ["--force"],
        ["dry-run"],
        ["verify-only"],
        ["status"],
        ["rollback", "--force"],
      ]) {
        const { code, stderr } = await run(["--database-url", path, "--patience", "0", ...words]);
        expect(lines(stderr).at(-1)).toContain("is held by another process. ");
        expect(tries(stderr)).toEqual([]);
        expect(code).toBe(5);
      }
    });
  });

  it("can be committed to once its last reader is done", async () => {
    const path = copy(made.delete);
    const reader = new DatabaseSync(path);
    reader.exec("begin");
    reader.prepare("select count(*) from onchain_trades").all();
    const running = start(["--database-url", path, "--force", "--no-backup"]);
    await running.says(trying, 2);
    expect(sql(path, "select name from sqlite_schema where name = 'events'")).toEqual([]);
    reader.close();
    const { code, stderr } = await running.outcome;
    expect(tries(stderr).length).toBeGreaterThanOrEqual(2);
    expect(code).toBe(0);
    expect(await run(["--database-url", path, "verify-only"])).toMatchObject({ code: 0 });
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`is waited for no longer after ${signal}`, async () => {
      const path = copy(made.wal);
      const temporary = folder();
      await whileOpen(path, "begin immediate", async () => {
        const before = bytes(path);
        const running = start(["--database-url", path, "--force", "--patience", "86400"], {
          env: { TMPDIR: temporary },
        });
        await running.says(trying, 2);
        running.child.kill(signal);
        const { code, stdout, stderr } = await running.outcome;
        expect(lines(stderr).at(-1)).toBe("migrate_to_events: Interrupted; nothing was changed.");
        expect(stdout).toBe("");
        expect(code).toBe(130);
        expect(bytes(path)).toBe(before);
        expect(readdirSync(temporary)).toEqual([]);
      });
      expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
      expect(await run(["--database-url", path, "--force"])).toMatchObject({ code: 0 });
    });
  }
});
