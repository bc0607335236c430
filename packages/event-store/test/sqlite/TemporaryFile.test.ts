import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, afterEach, expect, it, vi } from "@effect/vitest";
import Sqlite from "better-sqlite3";
import { Effect, Exit } from "effect";
import * as TemporaryFile from "../../src/sqlite/TemporaryFile.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder = "";
const children = new Set<ChildProcess>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "temporary-"));
  vi.stubEnv("SQLITE_TMPDIR", folder);
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const programPath = fileURLToPath(new URL("temporaryFileProgram.ts", import.meta.url));
const program = (...words: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [programPath, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  return child;
};

/** Another process that has such a file, with rows and what SQLite keeps beside it. */
const other = async () => {
  const child = program();
  const [path] = await once(child.stdout, "data");
  return { child, path: String(path).trim() };
};

const files = () => readdirSync(folder).sort();

it.effect("is for its owner alone, and goes however its scope ends", () =>
  Effect.gen(function* () {
    for (const end of [Effect.void, Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
      const exit = yield* TemporaryFile.make("copy").pipe(
        Effect.tap((path) => {
          expect(path.startsWith(join(folder, `ledgerfold-copy-${process.pid}-`))).toBe(true);
          expect(statSync(path).mode & 0o777).toBe(0o600);
          const db = new Sqlite(path);
          db.pragma("journal_mode = wal");
          db.exec("create table a (b)");
          expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
          db.close();
          writeFileSync(`${path}-journal`, "");
        }),
        Effect.zipRight(end),
        Effect.scoped,
        Effect.exit,
      );
      expect(Exit.isSuccess(exit)).toBe(end === Effect.void);
      expect(files()).toEqual([]);
    }
  }),
);

it("is left to its owner while that lives, and goes with the next one after it was killed", async () => {
  const [first, second] = [await other(), await other()];
  expect([first.path, second.path].map((path) => existsSync(path))).toEqual([true, true]);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  expect(existsSync(`${first.path}-wal`)).toBe(true);
  const others = await Effect.runPromise(
    Effect.scoped(Effect.map(TemporaryFile.make("elsewhere"), () => files())),
  );
  expect(others.some((name) => first.path.endsWith(name))).toBe(true);
  await Effect.runPromise(
    Effect.scoped(Effect.zipRight(TemporaryFile.make("copy"), TemporaryFile.make("copy"))),
  );
  const name = second.path.slice(folder.length + 1).replace(/\.db$/, "");
  expect(files()).toEqual([".db", ".db-shm", ".db-wal", ".lock"].map((part) => `${name}${part}`));
});

it("is made again where another took its lock for a dead one's", async () => {
  // Whoever makes one takes the locks that nobody holds, and removes what they are of.
  const started = [program("150"), program("150")];
  let isRunning = true;
  const ended = Promise.all(started.map((child) => once(child, "exit"))).then((codes) => {
    isRunning = false;
    return codes.map(([code]) => code);
  });
  while (isRunning) {
    await Effect.runPromise(
      Effect.scoped(
        Effect.tap(TemporaryFile.make("copy"), async (path) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          expect([path, path.replace(/db$/, "lock")].map((one) => existsSync(one))).toEqual([
            true,
            true,
          ]);
        }),
      ),
    );
  }
  expect(await ended).toEqual([0, 0]);
  expect(files()).toEqual([]);
});

it.effect("is refused where there is no such folder, or no room", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(TemporaryFile.insistOnRoom("the copy", 2 ** 60));
    expect(error.message).toMatch(
      /MB free, and the copy may need 1152921504606\.8 MB\. Nothing was changed; free some space, or name another folder in SQLITE_TMPDIR\.$/,
    );
    yield* TemporaryFile.insistOnRoom("the copy", 1);
    vi.stubEnv("SQLITE_TMPDIR", join(folder, "none"));
    const failed = yield* Effect.flip(Effect.scoped(TemporaryFile.make("copy")));
    expect(failed.message).toContain("No temporary file can be made in");
  }),
);

it("is refused where SQLite can lock no file, and leaves none", async () => {
  // It opens no path that is so long; the system does.
  const deep = join(folder, ...Array.from({ length: 4 }, () => "a".repeat(200)));
  mkdirSync(deep, { recursive: true });
  vi.stubEnv("SQLITE_TMPDIR", deep);
  // In another process, as one that tries without an end hears nothing.
  const tried = spawnSync(process.execPath, [programPath, "1"], {
    timeout: 60_000,
    encoding: "utf8",
  });
  expect(tried.stderr).toContain(": no lock can be taken on a file such as ");
  expect(readdirSync(deep)).toEqual([]);
});
