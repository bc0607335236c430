import { styleText } from "node:util";
import type { Definition } from "./Definition.ts";
import { exitCodes, meanings } from "./ExitCode.ts";
import type { Entry } from "./OptionTable.ts";
import * as OptionTable from "./OptionTable.ts";
import { wrap } from "./Prose.ts";
import * as Subcommand from "./Subcommand.ts";

/** What `help` prints, for a terminal of 80 columns. */

const columns = 80;

/** Of a subcommand, of the exit codes or, without a topic, of the command. */
export const page = (definition: Definition, topic: string | undefined): string => {
  if (topic === Subcommand.exitCodes) return ofExitCodes();
  const command = Subcommand.names.find((name) => name === topic);
  return command === undefined ? root(definition) : ofSubcommand(definition, command);
};

const root = (definition: Definition): string => {
  const others = Subcommand.names.filter((one) => one !== "migrate");
  const all = Subcommand.all(definition);
  return joined(
    ...about(definition, "migrate"),
    section("COMMANDS", [
      ...others.map((one) => [one, all[one].brief] as const),
      ["help COMMAND", "show its own examples and options"],
      [`help ${Subcommand.exitCodes}`, "what the command ends with"],
    ]),
    options(definition, "migrate"),
    ["Options stand before or after a command. Also: --version, --completions SHELL."],
  );
};

const ofSubcommand = (definition: Definition, command: Subcommand.Name): string =>
  joined(...about(definition, command), options(definition, command), [
    `Exit codes: ${definition.name} help ${Subcommand.exitCodes}`,
  ]);

const ofExitCodes = (): string =>
  joined(
    section(
      "EXIT CODES",
      Object.entries(exitCodes).map(([name, code]) => [
        String(code),
        meanings[name as keyof typeof exitCodes],
      ]),
    ),
  );

const about = (definition: Definition, command: Subcommand.Name) => {
  const { summary, examples } = Subcommand.all(definition)[command];
  return [section("EXAMPLES", examples, 56), wrap(summary, columns)];
};

const options = (definition: Definition, command: Subcommand.Name) =>
  section(
    "OPTIONS",
    OptionTable.of(command, definition).map(([name, entry]) => {
      const { environment } = entry;
      const said = OptionTable.help(command, entry);
      return [
        `--${name}${value(entry)}`,
        environment === undefined ? said : `${said}; or ${environment}`,
      ];
    }),
  );

const value = (entry: Entry): string => {
  if (entry.kind === "flag") return "";
  return ` ${entry.kind === "choice" ? entry.values.join("|") : entry.placeholder}`;
};

type Lines = ReadonlyArray<string>;

const joined = (...parts: ReadonlyArray<Lines>): string =>
  parts.map((lines) => lines.join("\n")).join("\n\n");

/** In two columns, the first one `widest` at most: a term that is wider has a line of its own. */
const section = (
  title: string,
  rows: ReadonlyArray<readonly [string, string]>,
  widest = 27,
): Lines => {
  const fitting = rows.map(([term]) => term.length).filter((length) => length <= widest);
  const width = Math.max(0, ...fitting);
  return [
    styleText("bold", title),
    ...rows.flatMap(([term, meaning]) => {
      const [first = "", ...more] = wrap(meaning, columns - width - 4);
      const start =
        term.length <= width
          ? [`  ${term.padEnd(width)}  ${first}`]
          : [`  ${term}`, indent(width, first)];
      return [...start, ...more.map((line) => indent(width, line))];
    }),
  ];
};

const indent = (width: number, line: string) => `${" ".repeat(width + 4)}${line}`;
