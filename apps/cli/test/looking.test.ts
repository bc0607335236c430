import { chmodSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, copy, folder, type Options, run, whileOpen } from "./support.ts";
import { unprivileged } from "./unprivileged.ts";

const sample = (journalMode: "wal" | "delete" = "wal"): string => {
  const path = join(folder(), "legacy.db");
  SampleDatabase.write(path, { trades: 30, journalMode });
  return path;
};

/** All that looking could change; a WAL's index is shared memory of those who have it open. */
const traces = (path: string) => {
  const place = dirname(path);
  return readdirSync(place).map((name) => {
    if (name.endsWith("-shm")) return name;
    const { mtimeNs, size, mode, ino } = statSync(join(place, name), { bigint: true });
    return { name, mtimeNs, size, mode, ino, bytes: bytes(join(place, name)) };
  });
};

const ways = {
  "dry-run": (trades: number) => [0, `Migration complete: ${trades} trades, `],
  "verify-only": (trades: number) => [3, `OnChainTrade: ${trades} rows, 0 same, `],
} as const;

/** Leaves no trace, beside the file or elsewhere. */
const look = async (
  way: keyof typeof ways,
  path: string,
  trades: number,
  { named = path, ...options }: Options & { readonly named?: string } = {},
) => {
  const TMPDIR = folder();
  chmodSync(TMPDIR, 0o777);
  const before = traces(path);
  const [code, said] = ways[way](trades);
  const outcome = await run([way, "--database-url", named], { ...options, env: { TMPDIR } });
  expect(outcome.stdout, outcome.stderr).toContain(said);
  expect(outcome.code).toBe(code);
  expect(traces(path)).toEqual(before);
  expect(readdirSync(TMPDIR)).toEqual([]);
};

const twoMore = `insert into onchain_trades (tx_hash, log_index, symbol, amount, direction,
  price_usdc, created_at) select tx_hash, log_index + 500, symbol, 1, 'BUY', 1, created_at
  from onchain_trades limit 2`;

describe("looking leaves no trace", { concurrent: true }, () => {
  for (const way of ["dry-run", "verify-only"] as const) {
    it(`in WAL mode, closed cleanly: ${way}`, async () => {
      const path = sample();
      await look(way, path, 30);
      expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
    });

    it(`of a copy whose WAL nobody has recovered yet, which is read too: ${way}`, async () => {
      const path = sample();
      const copied = await whileOpen(path, twoMore, async () => copy(path));
      expect(readdirSync(dirname(copied))).toEqual(["legacy.db", "legacy.db-wal"]);
      await look(way, copied, 32);
    });
  }

  it("while another process has it open and writes into its WAL", async () => {
    const path = sample();
    await whileOpen(path, twoMore, () => look("verify-only", path, 32));
  });

  it("with a hot journal, which takes back what it has to", async () => {
    const path = sample("delete");
    const before = bytes(path);
    const spill = `pragma cache_size = 1; begin; ${twoMore};
      update onchain_trades set symbol = 'changed' || id; update event_queue set event_data = id`;
    const copied = await whileOpen(path, spill, async () => copy(path));
    expect(readdirSync(dirname(copied))).toEqual(["legacy.db", "legacy.db-journal"]);
    expect(bytes(copied) === before).toBe(false);
    await look("dry-run", copied, 30);
  });

  for (const part of ["-wal", "-shm"]) {
    it(`in WAL mode with an empty ${part} left beside it`, async () => {
      const path = sample();
      writeFileSync(`${path}${part}`, "");
      await look("dry-run", path, 30);
    });
  }

  it("while another process is in the middle of a transaction", async () => {
    const path = sample();
    await whileOpen(path, `begin immediate; ${twoMore}`, () => look("dry-run", path, 30));
  });

  it("with a rollback journal, closed cleanly", async () => {
    const path = sample("delete");
    await look("dry-run", path, 30);
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  });

  it("through a symbolic link", async () => {
    const path = sample();
    const link = join(folder(), "link.db");
    symlinkSync(path, link);
    await look("verify-only", path, 30, { named: link });
    expect(readdirSync(dirname(link))).toEqual(["link.db"]);
  });
});

const permissions = { concurrent: true, skip: unprivileged === undefined };
const command = unprivileged ?? ["never"];

describe("looking needs no permission to write, and leaves no trace", permissions, () => {
  const cases = [
    ["wal", "file", "dry-run"],
    ["wal", "folder", "verify-only"],
    ["delete", "folder", "dry-run"],
  ] as const;
  for (const [mode, what, way] of cases) {
    it(`of a read-only ${what} (${mode}, ${way})`, async () => {
      const path = sample(mode);
      chmodSync(path, 0o444);
      if (what === "folder") chmodSync(dirname(path), 0o555);
      await look(way, path, 30, { command });
    });
  }

  it("of a read-only file with a hot journal, and a run is told who has to take it back", async () => {
    const path = sample("delete");
    const spill = `pragma cache_size = 1; begin; ${twoMore};
      update onchain_trades set symbol = 'changed' || id; update event_queue set event_data = id`;
    const copied = await whileOpen(path, spill, async () => copy(path));
    for (const name of readdirSync(dirname(copied))) chmodSync(join(dirname(copied), name), 0o444);
    await look("dry-run", copied, 30, { command });
    const before = traces(copied);
    const TMPDIR = folder();
    chmodSync(TMPDIR, 0o777);
    const words = ["--force", "--database-url", copied];
    const { code, stderr } = await run(words, { command, env: { TMPDIR } });
    expect(code).toBe(1);
    expect(stderr).toContain("by somebody who may write to the file and to its folder");
    expect(traces(copied)).toEqual(before);
  });

  it("where no temporary file can be made, which is said with the folder", async () => {
    const path = sample();
    const copied = await whileOpen(path, twoMore, async () => copy(path));
    const [gone, closed, used] = [join(folder(), "gone"), folder(), folder()];
    chmodSync(closed, 0o555);
    chmodSync(used, 0o777);
    for (const TMPDIR of [gone, closed]) {
      const words = ["dry-run", "--database-url", copied];
      const { code, stderr } = await run(words, { command, env: { TMPDIR } });
      expect(code).toBe(1);
      expect(stderr).toContain(`No temporary file can be made in ${TMPDIR}: `);
      expect(stderr).toContain("name another folder in SQLITE_TMPDIR");
      const env = { TMPDIR, SQLITE_TMPDIR: used };
      expect(await run(words, { command, env })).toMatchObject({ code: 0 });
      expect(readdirSync(used)).toEqual([]);
    }
  });

  it("of a read-only folder with a WAL that nobody has recovered yet", async () => {
    const path = sample();
    const copied = await whileOpen(path, twoMore, async () => copy(path));
    for (const name of readdirSync(dirname(copied))) chmodSync(join(dirname(copied), name), 0o444);
    chmodSync(dirname(copied), 0o555);
    await look("dry-run", copied, 32, { command });
  });
});
