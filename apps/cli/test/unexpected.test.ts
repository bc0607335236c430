import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bin, bytes, count, folder, lines, run, sql, start } from "./support.ts";
import { unprivileged } from "./unprivileged.ts";

const sample = (path = join(folder(), "legacy.db"), trades = 40) => {
  SampleDatabase.write(path, { trades, journalMode: "delete" });
  return path;
};

/** What prints a line for each of so many trades. */
const longList = async (trades: number): Promise<ReadonlyArray<string>> => {
  const path = sample(undefined, trades);
  const proof = join(folder(), "proof.json");
  await run(["verify-only", "--database-url", path, "--report", proof]);
  sql(path, "update onchain_trades set created_at = '2025-01-01 00:00:00'");
  return ["verify-only", "--database-url", path, "--against", proof];
};

/** The single sentence that ends stderr. */
const sentence = (stderr: string) => lines(stderr).at(-1);

describe("what nobody expected is told in a sentence", { concurrent: true }, () => {
  it("a damaged file", async () => {
    const path = sample();
    const file = openSync(path, "r+");
    writeSync(file, Buffer.alloc(30_000, 0xa5), 0, 30_000, 8_192);
    closeSync(file);
    const before = bytes(path);
    for (const [mode, expected] of [
      ["dry-run", 4],
      ["--force", 4],
      ["verify-only", 3],
    ] as const) {
      const { code, stderr } = await run([mode, "--database-url", path]);
      expect(sentence(stderr)).toMatch(
        /malformed .*The file is damaged; put a backup in its place\.( Nothing was written\.)?$/,
      );
      expect(code).toBe(expected);
    }
    expect(bytes(path)).toBe(before);
  });
});

describe("without permission", { concurrent: true, skip: unprivileged === undefined }, () => {
  const command = unprivileged ?? ["never"];

  it("to write, it says where, and what to do", async () => {
    const path = sample();
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    const before = bytes(path);
    const { code, stderr } = await run(["--force", "--no-backup", "--database-url", path], {
      command,
    });
    expect(sentence(stderr)).toContain(`migrate_to_events: ${path}: `);
    expect(sentence(stderr)).toMatch(/see that you may write to the file and to its folder\.$/);
    expect(code).toBe(1);
    expect(bytes(path)).toBe(before);
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  });

  it("to read, that is wrong usage", async () => {
    const path = sample();
    chmodSync(path, 0o200);
    const { code, stderr } = await run(["dry-run", "--database-url", path], { command });
    expect(sentence(stderr)).toMatch(/legacy\.db" cannot be read: EACCES/);
    expect(code).toBe(2);
  });
});

/** A small disk of its own, which goes with the process: almost full, with a copy of $1 on it. */
const namespace = ["unshare", "--map-root-user", "--mount", "sh", "-ec"] as const;
const disk = folder();
const mount = `mount -t tmpfs -o size=4m tmpfs ${disk}; cd ${disk}`;
const onFullDisk = `${mount}; cp "$1" a.db; head -c 3500k /dev/zero > full; shift
  code=0; "$@" || code=$?; rm full; ls -A; sha256sum < a.db; exit $code`;
const [program, ...first] = [...namespace, mount];
const mounts = spawnSync(program, first, { stdio: "ignore" }).status === 0;

describe.skipIf(!mounts)("on a full disk (needs the right to mount one)", () => {
  it("keeps nothing and says what to do", async () => {
    const path = sample(undefined, 400);
    const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
    const { code, stdout, stderr } = await run(
      ["--force", "--no-backup", "--database-url", "a.db"],
      {
        command: [...namespace, onFullDisk, "sh", path, process.execPath, bin],
      },
    );
    expect(sentence(stderr)).toMatch(/Nothing was written; free some space and run again\.$/);
    expect(lines(stdout)).toEqual(["a.db", `${hash}  -`]);
    expect(code).toBe(1);
  });
});

describe("output that cannot be written", { concurrent: true }, () => {
  const into = (redirection: string, ...words: ReadonlyArray<string>) =>
    run(words, { command: ["bash", "-c", `"$@" ${redirection}`, "bash", process.execPath, bin] });

  it.skipIf(!existsSync("/dev/full"))("is an error of every form of the command", async () => {
    const path = sample();
    const named = ["--database-url", path];
    const all = "could be written there: ENOSPC: no space left on device, write; ";
    for (const words of [["--help"], ["--version"], ["--completions", "bash"], ["ledger"]]) {
      const { code, stderr } = await into("> /dev/full", ...words);
      expect(stderr).toBe(
        `migrate_to_events: Not all that belongs on stdout ${all}nothing was changed.\n`,
      );
      expect(code).toBe(1);
    }
    for (const [words, code, kept] of [
      [["dry-run"], 1, "nothing was changed"],
      [["verify-only"], 3, "nothing was changed"],
      [["--force", "--no-backup"], 1, "all was done and kept already"],
      [["verify-only", "--report", join(folder(), "a.json")], 1, "nothing was changed"],
      [["verify-only", "--report", join(folder(), "a.html")], 1, "nothing was changed"],
      [["rebuild-views"], 1, "all was done and kept already"],
    ] as const) {
      const outcome = await into("> /dev/full", ...words, ...named);
      expect(sentence(outcome.stderr)).toContain(`stdout ${all}${kept}.`);
      expect(outcome.code).toBe(code);
    }
    expect(await into("2> /dev/full", "dry-run", ...named)).toMatchObject({ code: 1 });
  });

  it("is an error where a part of it is written", async () => {
    const words = await longList(400);
    const out = join(folder(), "out");
    const limit = ["bash", "-c", `ulimit -f 8; exec "$@" > ${out}`, "-", process.execPath] as const;
    const { code, stderr } = await run(words, {
      command: [...limit, bin],
    });
    expect(statSync(out).size).toBe(8 * 1024);
    expect(sentence(stderr)).toContain("could be written there: EFBIG");
    expect(code).toBe(3);
  });
});

describe("a reader that stops reading", { concurrent: true }, () => {
  it("does not stop the migration", async () => {
    const path = sample();
    const { child, outcome } = start(["--force", "--database-url", path]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    expect(await outcome).toMatchObject({ code: 0 });
    expect(count(path, "events where aggregate_type = 'OnChainTrade'")).toBe(40);
  });

  it("of a long list does not hang or crash the command", async () => {
    const script = 'set -o pipefail; "$@" | head -1';
    const { code, stdout } = await run(await longList(2_000), {
      command: ["bash", "-c", script, "bash", process.execPath, bin],
    });
    expect(stdout).toBe("changed since: legacy onchain_trades rowid 1\n");
    expect(code).toBe(3);
  });
});
