import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Effect, Either } from "effect";
import { UsageError } from "./UsageError.ts";

/** A SQLite file, and what a URL lets be done with it: read, written, or made as well. */
export interface Named {
  readonly path: string;
  readonly mode: Mode;
}

const modes = ["ro", "rw", "rwc"] as const;
export type Mode = (typeof modes)[number];

/**
 * The SQLite file that `--database-url` or DATABASE_URL names, or another `option`: a plain path, or
 * one behind `sqlite:`, `sqlite://` or `file:`, where %20 is a space and parameters may follow a `?`.
 */
export const named = (
  url: string,
  base: string,
  option = "--database-url",
): Either.Either<Named, UsageError> => {
  const [, scheme, rest] = /^(sqlite|file):(?:\/\/(?:localhost(?=\/))?)?(.*)$/is.exec(url) ?? [];
  const [, other] =
    /^([a-z][a-z0-9+.-]*):\/\//i.exec(scheme === undefined ? url : (rest ?? "")) ?? [];
  if (other !== undefined) {
    // Without the rest, which may hold a password.
    return refuse(`${option} must name a SQLite file, and ${other}:// does not.`);
  }
  if (scheme !== undefined && /^[^/?]*:[^/?]*@/.test(rest ?? "")) {
    return refuse(`${option} must name a SQLite file, which has no user and no password.`);
  }
  if (scheme === undefined) return fileAt(url, "rwc", base, option);
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(rest ?? "") ?? [];
  return Either.flatMap(decode(path), (decoded) =>
    Either.flatMap(modeOf(query, option), (mode) => fileAt(decoded, mode, base, option)),
  );
};

const fileAt = (path: string, mode: Mode, base: string, option: string) =>
  path === "" || path === ":memory:"
    ? refuse(`${option} must name a file${option === "--database-url" ? " that exists" : ""}.`)
    : Either.right({ path: resolve(base, path), mode });

/** What the parameters say that SQLite and SQLx know: each is followed, or else refused. */
const modeOf = (query: string, option: string): Either.Either<Mode, UsageError> => {
  const parameters = [...new URLSearchParams(query)];
  let mode: Mode = "rwc";
  for (const [at, [name, value]] of parameters.entries()) {
    const not = (why: string) => refuse(`${option} has ${show(`${name}=${value}`)}, and ${why}.`);
    if (parameters.findIndex(([one]) => one === name) < at) {
      return not(`${show(name)} stands there before: say it once`);
    }
    if (name === "mode") {
      const found = modes.find((one) => one === value);
      if (found === undefined) return not(`a mode is ro, rw or rwc here`);
      mode = found;
    } else if (!Object.hasOwn(otherwise, name)) {
      return not("this command knows no such parameter: leave it out");
    } else if (!otherwise[name]?.includes(value)) {
      return not(`this command can only do otherwise: leave it out`);
    }
  }
  return Either.right(mode);
};

/** How a file is opened whatever is asked: with locks, on a cache of one's own, minding changes. */
const otherwise: Readonly<Record<string, ReadonlyArray<string>>> = {
  immutable: ["0", "false", "no", "off"],
  nolock: ["0", "false", "no", "off"],
  cache: ["private"],
  psow: ["1", "true", "yes", "on"],
  vfs: [],
};

/** The URL of the same file for a command that writes to it. */
export const writable = (url: string): string =>
  /^(sqlite|file):/i.test(url) ? url.replace(/([?&]mode=)ro(?=&|$)/, "$1rw") : url;

/** Whether a URL names a database in PostgreSQL, on a host or by a socket. */
export const isServer = (url: string): boolean => /^(postgres(ql)?:\/\/|socket:\/)/i.test(url);

/** Where a relative path starts: a script of the workspace runs in its root, not where it was typed. */
export const baseFolder = (env: NodeJS.ProcessEnv, cwd: string): string => {
  const { INIT_CWD: typedIn, npm_package_json: manifest } = env;
  return typedIn !== undefined && manifest !== undefined && dirname(manifest) === cwd
    ? typedIn
    : cwd;
};

/** Where a relative path of this process starts. */
export const base = () => baseFolder(process.env, process.cwd());

/** The path itself, once there is a SQLite database (or an empty file, which is an empty one). */
export const existing = (path: string): Effect.Effect<string, UsageError> =>
  Effect.suspend(() => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return refuse(`There is no file ${show(path)}.`);
    if (!found.isFile()) return refuse(`${show(path)} is not a file.`);
    return found.size === 0 || startsWith(path, "SQLite format 3\0") || isBegun(path)
      ? Effect.succeed(path)
      : refuse(`${show(path)} is not a SQLite database.`);
  }).pipe(
    Effect.catchAllDefect((defect) => refuse(`${show(path)} cannot be read: ${reasonOf(defect)}.`)),
  );

/** What the system says, without the path, which it quotes as it is. */
export const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message.replace(/, \w+ '.*$/s, "") : String(cause);

const refuse = (message: string) => Either.left(new UsageError({ message }));

/** A URL whose beginning is mistyped is a path, too, and may hold a password. */
export const show = (text: string) =>
  JSON.stringify(text.replace(/:.*@/s, ":…@").replace(/(password=)[^&]*/gi, "$1…"));

const decode = (text: string): Either.Either<string, UsageError> =>
  Either.try({
    try: () => decodeURIComponent(text),
    catch: () => new UsageError({ message: `${show(text)} has a % that is no escape.` }),
  });

/**
 * Whether it is being written for the first time: SQLite fills in the first page last, and what others
 * may see of the rest is its journal's to say.
 */
const isBegun = (path: string): boolean =>
  existsSync(`${path}-journal`) && startsWith(path, "\0".repeat(16));

const startsWith = (path: string, text: string): boolean => {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(text.length);
    readSync(file, bytes, 0, text.length, 0);
    return bytes.toString("latin1") === text;
  } finally {
    closeSync(file);
  }
};
