import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, vi } from "vitest";

/** What the tests share: the real command in a process of its own, on real files. */

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), "ledgerfold-cli-"));
chmodSync(root, 0o755);
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

/** A failed test may leave its process behind; it goes when the tests of the file are done. */
export const keep = <Child extends ChildProcess>(child: Child): Child => {
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
};

/** A new folder, which goes when the tests of the file are done. */
export const folder = (): string => {
  const path = mkdtempSync(join(root, "t-"));
  chmodSync(path, 0o755);
  return path;
};

export const checkout = fileURLToPath(new URL("../../../", import.meta.url));
export const bin = fileURLToPath(new URL("../bin/migrate_to_events.js", import.meta.url));

export interface Outcome {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is run instead of this Node on the command. */
  readonly command?: readonly [string, ...Array<string>];
}

export const environment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: root,
  // A tenth of a second less for each of its many starts.
  NODE_COMPILE_CACHE: compiled,
  ...more,
});

const compiled = fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** Resolves once stdout and stderr together have said this, so many times. */
  readonly says: (text: string, times?: number) => Promise<void>;
}

/** Control characters, stacks and raw objects have no place where no terminal is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const neverSaid = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|^ +at .*:\d+|\[object|_tag|undefined/m;

export const start = (words: ReadonlyArray<string>, options: Options = {}): Running => {
  const [file, ...first] = options.command ?? [process.execPath, bin];
  const child = keep(
    spawn(file, [...first, ...words], {
      cwd: options.cwd ?? root,
      env: environment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  let said = "";
  const hear = (text: string) => {
    said += text;
    child.emit("said");
  };
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
      hear(text);
    });
  }
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      const found = Object.values(texts).find((text) => neverSaid.test(text));
      if (found === undefined) resolve({ code, ...texts });
      else reject(new Error(`not fit for people: ${JSON.stringify(found)}`));
    });
  });
  const says = (text: string, times = 1) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (said.split(text).length > times) resolve();
      };
      child.on("said", look);
      child.on("close", () => reject(new Error(`ended without ${times} of ${text}: ${said}`)));
      look();
    });
  return { child, outcome, says };
};

/** The command, to its end. */
export const run = (words: ReadonlyArray<string>, options: Options = {}): Promise<Outcome> =>
  start(words, options).outcome;

export const lines = (text: string): ReadonlyArray<string> => text.split("\n").slice(0, -1);

/** A copy of the file and of what SQLite keeps beside it, in a folder of its own. */
export const copy = (path: string, to: string = join(folder(), "legacy.db")): string => {
  for (const part of ["", "-wal", "-journal"]) {
    if (statSync(`${path}${part}`, { throwIfNoEntry: false }) !== undefined) {
      copyFileSync(`${path}${part}`, `${to}${part}`);
    }
  }
  return to;
};

/** Does these statements, or tells what the last one selects, through another driver than ours. */
export const sql = (path: string, ...statements: ReadonlyArray<string>) => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    return statements.map((statement) => db.prepare(statement).all()).at(-1) ?? [];
  } finally {
    db.close();
  }
};

/** Works while this process, which is another one, has the file open and did this with it. */
export const whileOpen = async <A>(
  path: string,
  statements: string,
  work: () => Promise<A>,
): Promise<A> => {
  const db = new DatabaseSync(path);
  try {
    db.exec(statements);
    return await work();
  } finally {
    db.close();
  }
};

export const count = (path: string, table: string): number =>
  Number(sql(path, `select count(*) as n from ${table}`)[0]?.n);

export const bytes = (path: string): string => readFileSync(path).toString("latin1");
