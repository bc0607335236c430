import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bin, bytes, copy, count, folder, lines, run, sql, start } from "./support.ts";
import { unprivileged } from "./unprivileged.ts";

const sample = (trades = 40, journalMode: "wal" | "delete" = "delete") => {
  const path = join(folder(), "legacy.db");
  SampleDatabase.write(path, { trades, journalMode });
  return path;
};

/** Runs into a failure of the backup, and insists that nothing was done or left behind. */
const fails = async (
  path: string,
  words: ReadonlyArray<string> = [],
  command?: readonly [string, ...Array<string>],
) => {
  const before = bytes(path);
  const names = readdirSync(dirname(path));
  const { code, stdout, stderr } = await run(["--force", "--database-url", path, ...words], {
    ...(command === undefined ? {} : { command }),
  });
  const sentence = lines(stderr).at(-1);
  expect(sentence).toMatch(/^migrate_to_events: .* Nothing was changed; /);
  expect(stdout).toBe("");
  expect(code).toBe(7);
  expect(bytes(path)).toBe(before);
  expect(readdirSync(dirname(path))).toEqual(names);
  return sentence;
};

describe("a backup that cannot be made stops the run with 7", { concurrent: true }, () => {
  it("where a file has its name, whatever that file is", async () => {
    const path = sample();
    const taken = join(folder(), "taken");
    writeFileSync(taken, "mine");
    const link = join(folder(), "link");
    symlinkSync(join(folder(), "nowhere"), link);
    for (const name of [taken, path]) {
      expect(await fails(path, ["--backup", name])).toContain("this file exists already");
    }
    expect(await fails(path, ["--backup", link])).toContain("EEXIST");
    expect(bytes(taken)).toBe("mine");
    expect(readdirSync(dirname(link))).toEqual(["link"]);
  });

  it("where there is no such folder", async () => {
    const path = sample();
    const missing = join(folder(), "missing", "a.backup");
    expect(await fails(path, ["--backup", missing])).toMatch(/ENOENT.*put the backup elsewhere\.$/);
  });

  it.skipIf(unprivileged === undefined)("where its folder cannot be written to", async () => {
    const path = sample();
    chmodSync(path, 0o666);
    chmodSync(dirname(path), 0o777);
    const closed = join(folder(), "closed");
    mkdirSync(closed, { mode: 0o555 });
    const words = ["--backup", join(closed, "a.backup")];
    expect(await fails(path, words, unprivileged)).toMatch(/EACCES.*put the backup elsewhere\.$/);
    expect(readdirSync(closed)).toEqual([]);
  });

  it("where SQLite finds fault with the database", async () => {
    const path = sample(2_000);
    sql(path, "create table ledgerfold_other (cell)", "insert into ledgerfold_other values (7)");
    sql(path, "create index of_cells on ledgerfold_other (cell)");
    const [page] = sql(path, "select rootpage from sqlite_schema where name = 'of_cells'");
    const [size] = sql(path, "pragma page_size");
    const file = openSync(path, "r+");
    // An index that has no entry any more for a row that is there: all can be read, not all is well.
    const place = (Number(page?.rootpage) - 1) * Number(size?.page_size) + 3;
    writeSync(file, Buffer.alloc(2), 0, 2, place);
    closeSync(file);
    expect(await fails(path)).toMatch(/SQLite finds fault with the file: .*repair it first/);
    expect(await run(["--force", "--no-backup", "--database-url", path])).toMatchObject({
      code: 0,
    });
  });
});

/** A disk of 8 MB with a copy of $1, which stays as it is unless the run changes it. */
const disk = folder();
const mount = `mount -t tmpfs -o size=8m tmpfs ${disk}; cd ${disk}`;
const namespace = ["unshare", "--map-root-user", "--mount", "sh", "-ec"] as const;
const [program, ...first] = [...namespace, mount];
const mounts = spawnSync(program, first, { stdio: "ignore" }).status === 0;
const onDisk = (path: string, full: string) =>
  [
    ...namespace,
    `${mount}; cp "$1" a.db; head -c "$2" /dev/zero > full; before=$(sha256sum < a.db); shift 2
     code=0; "$@" || code=$?; ls -A; test "$before" = "$(sha256sum < a.db)" && exit $code`,
    "sh",
    path,
    full,
    process.execPath,
    bin,
  ] as const;

describe.skipIf(!mounts)("too little space (needs the right to mount a disk)", () => {
  const path = sample(400);
  const elsewhere = join(folder(), "a.backup");
  const cases: ReadonlyArray<readonly [string, string, ReadonlyArray<string>, RegExp]> = [
    ["for both", "7400k", [], /the backup and the run may need \d\.\d MB/],
    ["for the run alone", "7400k", ["--backup", elsewhere], /the run may need 0\.\d MB/],
  ];
  for (const [what, full, words, said] of cases) {
    it(`${what} stops with 7 before anything is touched`, async () => {
      const { code, stdout, stderr } = await run(["--force", "--database-url", "a.db", ...words], {
        command: onDisk(path, full),
      });
      expect(lines(stderr).at(-1)).toMatch(said);
      expect(lines(stderr).at(-1)).toMatch(/ MB free, and .* Nothing was changed; free some space/);
      expect(lines(stdout)).toEqual(["a.db", "full"]);
      expect(code).toBe(7);
    });
  }

  it("for the backup alone does too", async () => {
    const { code, stdout, stderr } = await run(
      ["--force", "--database-url", path, "--backup", "a.backup"],
      { command: onDisk(path, "7800k"), cwd: folder() },
    );
    expect(lines(stderr).at(-1)).toMatch(/the backup may need 0\.\d MB/);
    expect(lines(stdout)).toEqual(["a.db", "full"]);
    expect(code).toBe(7);
  });

  it("enough for both is enough", async () => {
    const { stdout } = await run(["--force", "--database-url", "a.db"], {
      command: onDisk(path, "100k"),
    });
    expect(stdout).toContain("Migration complete: 400 trades");
  });
});

/** So large that a signal comes while it is copied. */
const ballast = (path: string) => {
  sql(path, "create table ledgerfold_ballast (cells blob)");
  sql(path, "insert into ledgerfold_ballast values (zeroblob(200000000))");
};

describe("ended in the middle of the backup", { concurrent: true }, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`by ${signal}, it leaves nothing behind`, async () => {
      const path = sample(20, signal === "SIGINT" ? "wal" : "delete");
      ballast(path);
      const before = statSync(path);
      const { child, outcome, says } = start(["--force", "--database-url", path]);
      await says("Backup: ");
      child.kill(signal);
      const { code, stdout, stderr } = await outcome;
      expect(lines(stderr).at(-1)).toBe("migrate_to_events: Interrupted; nothing was changed.");
      expect(stderr).not.toContain("Backed up");
      expect(stdout).toBe("");
      expect(code).toBe(130);
      expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
      expect(statSync(path).mtimeMs).toBe(before.mtimeMs);
    });
  }

  it("by SIGKILL, it leaves what is no backup by its name, and the next run removes it", async () => {
    const path = sample(20);
    ballast(path);
    const { child, outcome, says } = start(["--force", "--database-url", path]);
    await says("Backup: ");
    child.kill("SIGKILL");
    expect(await outcome).toMatchObject({ code: null });
    const left = readdirSync(dirname(path)).filter((name) => name !== "legacy.db");
    expect(left.length).toBeGreaterThan(0);
    for (const name of left) {
      expect(name).toMatch(/\.backup\.[0-9a-f]{8}\.partial(-journal|-lock)?$/);
      expect(statSync(join(dirname(path), name)).mode & 0o777).toBe(0o600);
    }
    // Of a version that held no lock, of another file, and of nobody's making.
    const earlier = `legacy.db.20260131T235959.000Z.backup.0123abcd.partial`;
    const others = ["other.db.20260131T235959.000Z.backup.0123abcd.partial", "my.partial"];
    for (const name of [earlier, ...others]) writeFileSync(join(dirname(path), name), "");
    const { code, stderr } = await run(["--force", "--database-url", path]);
    expect(code).toBe(0);
    expect(stderr.match(/^Warning: .*half a backup.*$/gm)).toEqual([
      expect.stringContaining(`"${join(dirname(path), earlier)}"`),
    ]);
    const [backup = "", ...more] = readdirSync(dirname(path)).filter((name) =>
      name.endsWith(".backup"),
    );
    expect(more).toEqual([]);
    expect(readdirSync(dirname(path)).sort()).toEqual(
      ["legacy.db", backup, earlier, ...others].sort(),
    );
    expect(count(copy(join(dirname(path), backup)), "onchain_trades")).toBe(20);
  });
});
