import { Either } from "effect";
import type { Definition } from "./Definition.ts";
import { meant } from "./Meant.ts";
import * as OptionTable from "./OptionTable.ts";
import { series } from "./Prose.ts";
import * as Shown from "./Shown.ts";
import * as Subcommand from "./Subcommand.ts";
import { UsageError } from "./UsageError.ts";

/**
 * The words of the command line in the order that the parser wants, or why they make no sense. The
 * parser takes the options of a subcommand only behind it, where people write them anywhere, and what
 * it does not understand of an option it mistakes for a subcommand. `words` are without the runtime
 * and the script.
 */
export const arrange = (
  words: ReadonlyArray<string>,
  definition: Definition,
): Either.Either<ReadonlyArray<string>, UsageError> =>
  Either.gen(function* () {
    const refuse = (message: string) =>
      new UsageError({ message: `${message} See ${definition.name} --help.` });
    const { options, subcommands, operands } = yield* Either.mapLeft(
      sort(words, definition),
      refuse,
    );
    const given = (name: string) => options.get(name) ?? [];
    const isHelp = options.has("--help") || options.has("-h") || subcommands.includes("help");
    const topics = subcommands.filter((word) => word !== "help");
    const [topic] = topics;
    if (topics.length > 1) {
      return yield* Either.left(refuse(`Give one subcommand, not ${topics.join(" and ")}.`));
    }
    // Whoever asks for these wants nothing else done.
    if (isHelp) return ["help", ...topics];
    if (options.has("--version")) return ["--version"];
    if (options.has("--completions")) return ["completions", ...given("--completions").slice(1)];
    if (topic === Subcommand.exitCodes) {
      return yield* Either.left(refuse(`${topic} is no subcommand. Did you mean help ${topic}?`));
    }
    const command = Subcommand.names.find((name) => name === topic) ?? "migrate";
    const [operand] = operands;
    if (operand !== undefined && command !== Subcommand.withOperand) {
      return yield* Either.left(refuse(unknown(operand)));
    }
    const strange = notTaken(command, options, definition);
    if (strange !== undefined) return yield* Either.left(refuse(strange));
    const level = given("--log-level");
    options.delete("--log-level");
    return [...level, ...topics, ...[...options.values()].flat(), ...operands];
  });

interface Sorted {
  /** Each as the words that it is given in, in the order of the first ones. */
  readonly options: Map<string, ReadonlyArray<string>>;
  readonly subcommands: ReadonlyArray<string>;
  /** What is no subcommand and may be meant for one; one at most. */
  readonly operands: ReadonlyArray<string>;
}

const sort = (
  words: ReadonlyArray<string>,
  definition: Definition,
): Either.Either<Sorted, string> => {
  const known = OptionTable.words(definition);
  const options = new Map<string, ReadonlyArray<string>>();
  const subcommands: Array<string> = [];
  const operands: Array<string> = [];
  const mayHaveOperand = words.includes(Subcommand.withOperand);
  const refuse = (message: string) => Either.left(message);
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place] as string;
    if (!word.startsWith("-")) {
      if (!Subcommand.words.includes(word)) {
        if (!mayHaveOperand || operands.length > 0) return refuse(unknown(word));
        operands.push(word);
        continue;
      }
      subcommands.push(word);
      continue;
    }
    const [name, given] = split(word);
    const option = known.get(name);
    if (option === undefined) {
      return refuse(`There is no option ${cut(name)}.${correction(name, [...known.keys()])}`);
    }
    if (options.has(name) && option.kind !== "repeated") return refuse(`${name} is given twice.`);
    if (option.kind === "flag") {
      if (given !== undefined) return refuse(`${name} takes no value.`);
      options.set(name, [name]);
      continue;
    }
    if (given === undefined) place += 1;
    const value = given ?? words[place];
    if (value === undefined || value === "") return refuse(`${name} needs a value.`);
    if (option.kind === "choice" && !option.values.includes(value)) {
      const values = series(option.values, "or");
      return refuse(`${name} must be ${values}, not ${shown(value)}.`);
    }
    options.set(name, [...(options.get(name) ?? []), ...pair(name, value)]);
  }
  return Either.right({ options, subcommands, operands });
};

const unknown = (word: string): string =>
  `There is no subcommand ${shown(word)}.${correction(word, Subcommand.words)}`;

const split = (word: string): readonly [name: string, given: string | undefined] => {
  const end = word.indexOf("=");
  return end < 0 ? [word, undefined] : [word.slice(0, end), word.slice(end + 1)];
};

/** The parser takes a word for a subcommand wherever it stands, unless it is part of another. */
const pair = (name: string, value: string): ReadonlyArray<string> =>
  [...Subcommand.words, "completions"].includes(value) ? [`${name}=${value}`] : [name, value];

/** A URL that stands where none is meant may hold a password all the same. */
const short = (word: string): string => word.replace(/:.*$/s, ":…");
const cut = (word: string): string => Shown.line(short(word));
const shown = (word: string): string => Shown.line(JSON.stringify(short(word)));

const correction = (word: string, words: ReadonlyArray<string>): string => {
  const near = meant(word, words);
  return near === undefined ? "" : ` Did you mean ${near}?`;
};

/** What is said of options that are for another command. */
const notTaken = (
  command: Subcommand.Name,
  options: ReadonlyMap<string, unknown>,
  definition: Definition,
): string | undefined => {
  const strange = OptionTable.all(definition).filter(
    ([name, { takenBy }]) => options.has(`--${name}`) && !takenBy.includes(command),
  );
  if (strange.length === 0) return undefined;
  const groups = Map.groupBy(strange, ([, { takenBy }]) =>
    series(takenBy.map(Subcommand.called), "and"),
  );
  const whose = Array.from(groups, ([takers, some]) => {
    const names = some.map(([name]) => `--${name}`);
    return `${series(names, "and")} ${names.length === 1 ? "is" : "are"} for ${takers}`;
  });
  const { only } = Subcommand.all(definition)[command];
  const taken = OptionTable.of(command, definition).map(([name]) => `--${name}`);
  const takes = taken.length === 1 ? `${taken[0]} alone` : series(taken, "and");
  return `${only === undefined ? "" : `${only}: it takes ${takes}; `}${whose.join("; ")}.`;
};
