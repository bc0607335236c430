import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, count, folder, lines, run, sql, start, whileOpen } from "./support.ts";
import { ctrlC, hasScript, onTerminal } from "./terminal.ts";

const big = join(folder(), "big.db");
const { trades, positions, orders } = SampleDatabase.write(big, { trades: 100_000 });
/** Of a run that goes on for seconds. */
const firstProgress = "OnChainTrade: 250/100000";
const tables = "select name from sqlite_schema order by name";

describe("interrupted in the middle of a migration", { concurrent: true }, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} ends it with 130 and nothing is kept`, async () => {
      const path = copy(big);
      const { child, outcome, says } = start(["--database-url", path, "--force", "--no-backup"]);
      await says(firstProgress);
      child.kill(signal);
      const { code, stdout, stderr } = await outcome;
      expect(lines(stderr).at(-1)).toBe("migrate_to_events: Interrupted; nothing was changed.");
      expect(stdout).toBe("");
      expect(code).toBe(130);
      expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
      expect(bytes(path) === bytes(big)).toBe(true);
    });
  }

  it.skipIf(!hasScript)("Ctrl-C on a terminal does too, and says so on a clean line", async () => {
    const path = copy(big);
    const words = ["--database-url", path, "--force", "--no-backup"];
    const { code, screen } = await onTerminal(words, [[firstProgress, ctrlC]]);
    expect(screen).toMatch(/\r +\rmigrate_to_events: Interrupted; nothing was changed\.\r\n$/);
    expect(code).toBe(130);
    expect(bytes(path) === bytes(big)).toBe(true);
  });

  it("killed, it leaves what a later run ends as if nothing had been", async () => {
    const path = copy(big);
    const { child, outcome, says } = start(["--database-url", path, "--force", "--no-backup"]);
    await says(firstProgress);
    child.kill("SIGKILL");
    expect(await outcome).toMatchObject({ code: null });
    expect(sql(path, tables)).toEqual(sql(big, tables));

    const started = Date.now();
    const { code, stdout, stderr } = await run(["--database-url", path, "--force", "--no-backup"]);
    expect(lines(stdout).at(-1)).toBe(
      `Migration complete: ${trades} trades, ${positions} positions, ${orders} orders migrated`,
    );
    expect(code).toBe(0);

    const progress = stderr.match(/^OnChainTrade: .*$/gm) ?? [];
    expect(progress.length).toBeLessThanOrEqual((Date.now() - started) / 1_000 + 1);
    for (const line of progress) {
      expect(line).toMatch(/^OnChainTrade: \d+\/100000 \(\d+%\)(, (\d+ s|\d+ min) left)?$/);
    }
    expect(progress.some((line) => line.endsWith(" left"))).toBe(true);
  });

  it("a dry run leaves no trace either", async () => {
    const path = copy(big);
    const temporary = folder();
    const { child, outcome, says } = start(["dry-run", "--database-url", path], {
      env: { TMPDIR: temporary },
    });
    await says(firstProgress);
    child.kill("SIGINT");
    expect(await outcome).toMatchObject({ code: 130, stdout: "" });
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(bytes(path) === bytes(big)).toBe(true);
  });
});

const sample = (journalMode: "wal" | "delete", trades = 20) => {
  const path = join(folder(), "legacy.db");
  return { path, ...SampleDatabase.write(path, { trades, journalMode }) };
};

describe("a database that another process holds", { concurrent: true }, () => {
  it("is waited for, then given up with 5", async () => {
    const { path } = sample("wal");
    await whileOpen(path, "begin immediate", async () => {
      const before = bytes(path);
      const started = Date.now();
      const { code, stdout, stderr } = await run(["--database-url", path, "--force"]);
      expect(Date.now() - started).toBeGreaterThan(9_000);
      expect(stderr).toContain(`migrate_to_events: ${path} is held by another process. `);
      expect(stdout).toBe("");
      expect(code).toBe(5);
      expect(bytes(path)).toBe(before);
    });
  });

  it("can be looked at in WAL mode", async () => {
    const { path } = sample("wal");
    const { code } = await whileOpen(path, "begin immediate", () =>
      run(["--database-url", path, "dry-run"]),
    );
    expect(code).toBe(0);
  });

  it("cannot even be looked at under an exclusive lock without WAL", async () => {
    const { path } = sample("delete");
    const { code, stderr } = await whileOpen(path, "begin exclusive", () =>
      run(["--database-url", path, "verify-only"]),
    );
    expect(lines(stderr).at(-1)).toBe(
      `migrate_to_events: ${path} is held by another process. ` +
        "Wait until that is done, or stop it, and try again.",
    );
    expect(code).toBe(5);
  });

  it("is taken once the other one lets it go", async () => {
    const { path } = sample("wal");
    const { outcome } = await whileOpen(path, "begin immediate", async () => {
      const running = start(["--database-url", path, "--force"]);
      await running.says("Run ");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(running.child.exitCode).toBeNull();
      return running;
    });
    expect(await outcome).toMatchObject({ code: 0 });
  });
});

describe("two runs at once", { concurrent: true }, () => {
  it("one works, and the other waits and finds all done", async () => {
    const { path, trades, positions, orders } = sample("wal", 2_000);
    const words = ["--database-url", path, "--force"];
    const both = await Promise.all([run(words), run(words)]);
    const last = both.map(({ stdout }) => stdout.split("\n").at(-2)).sort();
    expect(last).toEqual([
      "Migration complete: 0 trades, 0 positions, 0 orders migrated",
      `Migration complete: ${trades} trades, ${positions} positions, ${orders} orders migrated`,
    ]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(count(path, "events where aggregate_type = 'OnChainTrade'")).toBe(trades);
  });
});
