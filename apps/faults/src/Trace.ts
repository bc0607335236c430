import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Debian's strace: what a program asks of the disk, and its death at any of that. */

export const isThere = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

/** One thing asked of the disk. */
export interface Call {
  readonly name: string;
  /** Of the file that is open, or those that are named. */
  readonly paths: ReadonlyArray<string>;
  /** Flags and numbers. */
  readonly words: string;
  /** What is written, as far as it was recorded. */
  readonly data: Buffer;
  /** Which of its name it is for the thread that asked: `strace --inject` counts so. */
  readonly nth: number;
}

/** A program and its words. */
export type Command = readonly [string, ...Array<string>];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
}

export const run = async ([file, ...words]: Command): Promise<Ended> => {
  const child = spawn(file, words, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out }));
  });
};

/** What a program asks of the files of a folder, in order; of each write so many bytes. */
export const record = async (
  command: Command,
  names: ReadonlyArray<string>,
  { folder, bytes = 0 }: { readonly folder: string; readonly bytes?: number },
): Promise<Ended & { readonly calls: ReadonlyArray<Call> }> => {
  const file = `${folder}.trace`;
  const asked = ["-f", "-y", "-xx", "-s", `${bytes}`, "-e", `trace=${names.join(",")}`];
  const ended = await run(["strace", ...asked, "-o", file, ...command]);
  const counts = new Map<string, number>();
  const calls = readFileSync(file, "latin1")
    .split("\n")
    .flatMap((line): ReadonlyArray<Call> => {
      const [, thread, name = "", all = ""] = /^(\d+) +(\w+)\((.*)/.exec(line) ?? [];
      if (thread === undefined) return [];
      const nth = (counts.get(`${thread} ${name}`) ?? 0) + 1;
      counts.set(`${thread} ${name}`, nth);
      const texts = [...all.matchAll(text)].map(([, open, given]) => ({ open, given }));
      const isWrite = name === "pwrite64";
      const paths = texts
        .filter(({ open }) => isWrite === (open !== undefined) || !isWrite)
        .map(({ open, given }) => bytesOf(open ?? given).toString())
        .filter((path) => path === folder || path.startsWith(`${folder}/`));
      const data = isWrite ? bytesOf(texts.find(({ given }) => given !== undefined)?.given) : none;
      return paths.length === 0
        ? []
        : [{ name, nth, data, paths, words: all.replaceAll(text, "") }];
    });
  return { ...ended, calls };
};

/** With `-xx` strace writes each byte of an open file's path and of a text as `\x2f`. */
const text = /<((?:\\x[0-9a-f]{2})*)>|"((?:\\x[0-9a-f]{2})*)"/g;
export const none = Buffer.alloc(0);
const bytesOf = (text = "") => Buffer.from(text.replaceAll("\\x", ""), "hex");

/** Runs it, and kills it with SIGKILL in the place of that call. */
export const killed = (
  command: Command,
  { name, nth }: Pick<Call, "name" | "nth">,
): Promise<Ended> =>
  run([
    "strace",
    ...["-f", "-o", "/dev/null", "-e", `trace=${name}`],
    `--inject=${name}:signal=SIGKILL:when=${nth}`,
    ...command,
  ]);
