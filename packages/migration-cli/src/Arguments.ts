import { Either } from "effect";
import type { Definition } from "./Definition.ts";
import { UsageError } from "./UsageError.ts";

/**
 * The words of the command line as the parser wants them: it takes the options of the command only
 * before its subcommand, where people write them anywhere, and what it does not understand about an
 * option it mistakes for a subcommand. `words` are without the runtime and the script.
 */
export const arrange = (
  words: ReadonlyArray<string>,
  { name: command, decisions }: Pick<Definition, "name" | "decisions">,
): Either.Either<ReadonlyArray<string>, UsageError> => {
  const refuse = (message: string) =>
    Either.left(new UsageError({ message: `${message} See ${command} --help.` }));
  const kinds = new Map([
    ...ours,
    ...Object.entries(decisions).map(([name, { values }]) => [`--${name}`, values] as const),
  ]);
  const options = new Map<string, ReadonlyArray<string>>();
  const subcommands: Array<string> = [];
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place] as string;
    if (!word.startsWith("-")) {
      if (!subcommandNames.includes(word)) return refuse(`There is no subcommand "${word}".`);
      subcommands.push(word);
      continue;
    }
    const [name, given] = split(word);
    const kind = kinds.get(name);
    if (kind === undefined) return refuse(`There is no option ${name}.`);
    if (options.has(name) && !repeatable.has(name)) return refuse(`${name} is given twice.`);
    if (kind === "flag") {
      if (given !== undefined) return refuse(`${name} takes no value.`);
      options.set(name, [name]);
      continue;
    }
    if (given === undefined) place += 1;
    const value = given ?? words[place];
    if (value === undefined || value === "") return refuse(`${name} needs a value.`);
    if (kind !== "text" && !kind.includes(value)) {
      return refuse(`${name} must be ${list(kind)}, not ${JSON.stringify(value)}.`);
    }
    options.set(name, [...(options.get(name) ?? []), name, value]);
  }
  if (subcommands.length > 1) {
    return refuse(`Give one subcommand, not ${subcommands.join(" and ")}.`);
  }
  // Whoever asks for help wants nothing else done, and the parser knows it only when it comes alone.
  const asked = ["--help", "-h", "--version"].find((name) => options.has(name));
  return Either.right([
    ...(asked === undefined ? [...options.values()].flat() : [asked]),
    ...subcommands,
  ]);
};

const subcommandNames: ReadonlyArray<string> = [
  "dry-run",
  "verify-only",
  "rebuild-views",
  "ledger",
];

/** A flag, an option with any text as its value, or one with one of these values. */
type Kind = "flag" | "text" | ReadonlyArray<string>;

const ours: ReadonlyArray<readonly [string, Kind]> = [
  ["--force", "flag"],
  ["--clean", "flag"],
  ["--strict", "flag"],
  ["--report", "text"],
  ["--against", "text"],
  ["--leave-out", "text"],
  ["--backup", "text"],
  ["--no-backup", "flag"],
  ["--help", "flag"],
  ["-h", "flag"],
  ["--version", "flag"],
  ["--database-url", "text"],
  ["--event-store-url", "text"],
  ["--completions", ["sh", "bash", "fish", "zsh"]],
  ["--log-level", ["all", "trace", "debug", "info", "warning", "error", "fatal", "none"]],
];

/** The options that may be given more than once. */
const repeatable: ReadonlySet<string> = new Set(["--leave-out"]);

const split = (word: string): readonly [name: string, given: string | undefined] => {
  const end = word.indexOf("=");
  return end < 0 ? [word, undefined] : [word.slice(0, end), word.slice(end + 1)];
};

const list = (words: ReadonlyArray<string>): string =>
  `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
