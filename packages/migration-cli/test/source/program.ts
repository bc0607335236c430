import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, expect } from "vitest";

/** The real command in processes of their own, whose copies of a source are in a folder of the test. */

export interface Outcome {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** On both streams, as it came. */
  readonly said: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Once it has said that; fails where it ends without. */
  readonly says: (text: string) => Promise<void>;
}

type Env = Readonly<Record<string, string>>;

/** A program of this folder; all that it makes goes when the tests of the file are done. */
export const make = (name: string) => {
  const root = mkdtempSync(join(tmpdir(), "program-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const script = bundle(name, join(root, `${name}.cjs`));
  const temporary = join(root, "temporary");
  mkdirSync(temporary);
  const children = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  const begin = (env: Env, ...words: ReadonlyArray<string>): Running => {
    const child = spawn(process.execPath, [script, ...words], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: root, SQLITE_TMPDIR: temporary, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        child.emit("said");
      });
    }
    const ended = new Promise<Outcome>((resolve) => {
      child.on("close", (code) => resolve({ code, said }));
    });
    const says = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => said.includes(text) && resolve();
        child.on("said", look);
        child.on("close", () => reject(new Error(`ended without ${text}: ${said}`)));
        look();
      });
    return { child, ended, says };
  };

  /** Whatever it does, it tells no password of a URL that it was given. */
  const run = async (env: Env, ...words: ReadonlyArray<string>): Promise<Outcome> => {
    const outcome = await begin(env, ...words).ended;
    for (const url of Object.values(env)) {
      const { password } = URL.canParse(url) ? new URL(url) : { password: "" };
      if (password === "") continue;
      expect(outcome.said).not.toContain(password);
      expect(outcome.said).not.toContain(decodeURIComponent(password));
    }
    return outcome;
  };

  return {
    begin,
    run,
    /** Where it is, for who starts it in another way. */
    script,
    file: (name: string) => join(root, name),
    temporary,
    /** What of copies is there. */
    copies: () => readdirSync(temporary),
  };
};

/** In one file it starts in a quarter of the time: there are a thousand modules less to load. */
const bundle = (name: string, outfile: string): string => {
  const { resolve } = createRequire(import.meta.url);
  buildSync({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    external: ["pg-native", "pg-cloudflare"],
    logLevel: "silent",
  });
  // Loaded by its name when the first file is opened, from beside the program.
  const modules = join(dirname(outfile), "node_modules");
  mkdirSync(modules);
  symlinkSync(dirname(resolve("better-sqlite3/package.json")), join(modules, "better-sqlite3"));
  return outfile;
};
