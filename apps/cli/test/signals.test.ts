import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as TcpProxy from "@ledgerfold/fixtures/TcpProxy";
import { describe, expect, it, onTestFinished } from "vitest";
import { database, query } from "./server.ts";
import { bytes, copy, folder, lines, run, start } from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

/** Ctrl-C once and twice, a terminal that is closed, and a service manager's SIGTERM. */

const legacy = join(folder(), "legacy.db");
SampleDatabase.write(legacy, { trades: 20, journalMode: "delete" });
const big = join(folder(), "big.db");
SampleDatabase.write(big, { trades: 100_000, journalMode: "delete" });

/** Whether it holds nothing, and the next run of it ends like an undisturbed one. */
const isUntouched = async (path: string, like: string) => {
  expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  expect(bytes(path) === bytes(like)).toBe(true);
  const again = await run(["--database-url", path, "--force", "--no-backup"]);
  expect(again.code).toBe(0);
  expect(await run(["--database-url", path, "verify-only"])).toMatchObject({ code: 0 });
};

describe.skipIf(!hasScript)("a terminal", { concurrent: true }, () => {
  /** Closed once this is on it, while the command works on a file. */
  const closedAt = async (path: string, prompt: string, ...words: ReadonlyArray<string>) => {
    const temporary = folder();
    const cwd = folder();
    // The terminal's own shell ends with it; one in it does not, and keeps what the command ends with.
    const inner = `trap "" HUP; "$@"; echo $? > code.new; mv code.new code`;
    const shell = `sh -c '${inner}' sh "$@"; true`;
    await onTerminal(
      ["--database-url", path, "--no-backup", ...words],
      [
        [
          prompt,
          (close) => {
            close();
            return "";
          },
        ],
      ],
      { cwd, shell, env: { TMPDIR: temporary } },
    );
    while (!existsSync(join(cwd, "code"))) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readFileSync(join(cwd, "code"), "utf8")).toBe("130\n");
    expect(readdirSync(temporary)).toEqual([]);
  };

  it("that is closed at a prompt is an interruption", async () => {
    const path = copy(legacy);
    await closedAt(path, "Continue? [y/N]");
    await isUntouched(path, legacy);
  });

  it("that is closed in the midst of a run is one", async () => {
    const path = copy(big);
    await closedAt(path, "OnChainTrade: ", "--force");
    await isUntouched(path, big);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "at whose prompt %s comes, ends with 130",
    async (signal) => {
      const path = copy(legacy);
      const cwd = folder();
      const kill = () => {
        process.kill(Number(readFileSync(join(cwd, "pid"), "utf8")), signal);
        return "";
      };
      const { code, screen } = await onTerminal(
        ["--database-url", path, "--no-backup"],
        [["Continue? [y/N]", kill]],
        { cwd, shell: 'echo $$ > pid; exec "$@"' },
      );
      expect(screen).toContain("migrate_to_events: Interrupted; nothing was changed.");
      expect(code).toBe(130);
      await isUntouched(path, legacy);
    },
  );
});

it("a terminal that is closed, and says so to the end, is an interruption", async () => {
  const path = copy(big);
  const { child, says, outcome } = start(["--database-url", path, "--force", "--no-backup"]);
  await says("OnChainTrade: 250/100000");
  const again = setInterval(() => child.kill("SIGHUP"), 1);
  const { code } = await outcome;
  clearInterval(again);
  expect(child.signalCode).toBe(null);
  expect(code).toBe(130);
});

describe("a run that takes long to end", () => {
  /** In the midst of its transaction on a network that has fallen silent. */
  const silent = async () => {
    const url = await database();
    const proxy = await TcpProxy.start(url);
    onTestFinished(() => proxy.stop());
    const running = start(["--database-url", big, "--force"], {
      env: { EVENT_STORE_URL: proxy.through(url) },
    });
    await running.says("OnChainTrade: 250/100000");
    proxy.silence("up", "down");
    return { url, ...running };
  };
  const told =
    "Still ending in order. Once more ends it at once: nothing is written then either, though half a backup or a temporary copy may be left.";

  it("says after the first Ctrl-C what is true after a second one, which ends it at once", async () => {
    const { url, child, says, outcome } = await silent();
    child.kill("SIGINT");
    await says(told);
    child.kill("SIGINT");
    const { code, stderr } = await outcome;
    expect(child.signalCode).toBe("SIGINT");
    expect(code).toBe(null);
    expect(lines(stderr).at(-1)).toBe(`migrate_to_events: ${told}`);
    const tables = "select tablename from pg_tables where schemaname = 'public'";
    expect(await query(url, tables)).toEqual([]);
  });

  it("takes two that come together for one, as those who started it may pass them on", async () => {
    const { child, outcome } = await silent();
    for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) child.kill(signal);
    const { code, stderr } = await outcome;
    expect(lines(stderr).at(-1)).toBe("migrate_to_events: Interrupted; nothing was changed.");
    expect(code).toBe(130);
  });
});
