import { Either } from "effect";
import { UsageError } from "./UsageError.ts";

/**
 * The words of the command line as the parser wants them: it takes the options of the command only
 * before its subcommand, where people write them anywhere, and it mistakes an unknown option for a
 * subcommand. `words` are without the runtime and the script.
 */
export const arrange = (
  words: ReadonlyArray<string>,
): Either.Either<ReadonlyArray<string>, UsageError> => {
  const options: Array<string> = [];
  const subcommands: Array<string> = [];
  for (let place = 0; place < words.length; place += 1) {
    const word = words[place] as string;
    const name = word.replace(/=.*$/s, "");
    if (!word.startsWith("-")) {
      if (!subcommandNames.includes(word)) return refuse(`There is no subcommand "${word}".`);
      subcommands.push(word);
      continue;
    }
    if (!flags.includes(name) && !valued.includes(name)) {
      return refuse(`There is no option ${name}.`);
    }
    options.push(word);
    if (word === name && valued.includes(name)) {
      place += 1;
      const value = words[place];
      if (value === undefined) return refuse(`${name} needs a value.`);
      options.push(value);
    }
  }
  return subcommands.length > 1
    ? refuse(`Give one subcommand, not ${subcommands.join(" and ")}.`)
    : Either.right([...options, ...subcommands]);
};

const subcommandNames: ReadonlyArray<string> = ["dry-run", "verify-only"];
const flags: ReadonlyArray<string> = ["--force", "--clean", "--help", "-h", "--version"];
const valued: ReadonlyArray<string> = [
  "--database-url",
  "--net-position",
  "--completions",
  "--log-level",
];

const refuse = (message: string) =>
  Either.left(new UsageError({ message: `${message} See migrate_to_events --help.` }));
