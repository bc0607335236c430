import { execFile } from "node:child_process";
import { delimiter, dirname } from "node:path";

/** Runs programs as somebody would who has nothing of this repository. */

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a package manager running this process has set would reach the ones that it starts. */
const isOurs = /^(npm|pnpm)_|^(NODE_OPTIONS|NODE_PATH|NODE_ENV|INIT_CWD|VITEST.*)$/i;
const inherited = Object.entries(process.env).filter(([name]) => !isOurs.test(name));
const env = {
  ...Object.fromEntries(inherited),
  // Of these tests, and not whichever the machine has.
  PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`,
  ...{ NO_COLOR: "1", CI: "1" },
};

/** In a folder. */
export const attempt = (cwd: string, command: string, words: ReadonlyArray<string>) =>
  new Promise<Outcome>((resolve) => {
    execFile(command, words, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });

/** Gives what it prints; throws that where it fails. */
export const run = async (cwd: string, command: string, words: ReadonlyArray<string>) => {
  const { code, stdout, stderr } = await attempt(cwd, command, words);
  if (code === 0) return stdout;
  throw new Error(`${command} ${words.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
};

export const pnpm = (cwd: string, words: ReadonlyArray<string>) =>
  run(cwd, "npx", ["-y", "pnpm@12", "--config.verify-deps-before-run=false", ...words]);
