// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of a shell
import type { Definition } from "./Definition.ts";
import type { Entry } from "./OptionTable.ts";
import * as OptionTable from "./OptionTable.ts";
import * as Shell from "./Shell.ts";
import * as Subcommand from "./Subcommand.ts";

/** What a shell reads to complete the command; what the parser makes of that kind knows no values. */
export const script = (shell: string, definition: Definition): string =>
  (({ zsh, fish })[shell] ?? bash)(definition).join("\n");

type Lines = ReadonlyArray<string>;

const bash = (definition: Definition): Lines => {
  const self = identifier(definition);
  const options = OptionTable.all(definition);
  const those = (is: (entry: Entry) => boolean) =>
    options.flatMap(([name, entry]) => (is(entry) ? [`--${name}`] : [])).join("|");
  return [
    `${self}() {`,
    "  local IFS=$'\\n' word words command=migrate",
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}",
    "  # Bash takes --option=value for three words.",
    '  if [ "$cur" = = ]; then cur=',
    '  elif [ "$prev" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    `    case $word in ${[...subcommands, "help"].join("|")}) command=$word ;; esac`,
    "  done",
    "  case $prev in",
    `    ${those(isFile)}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return ;;`,
    `    ${those(isText)}) COMPREPLY=(); return ;;`,
    ...valued(definition).map(([name, values]) => `    ${name}) words=${listed(values)} ;;`),
    "    *) case $command in",
    ...Subcommand.names.map((name) => {
      const taken = OptionTable.of(name, definition).map(([option]) => `--${option}`);
      const words = name === "migrate" ? [...subcommands, "help", ...builtIn] : ["--help"];
      return `      ${name}) words=${listed([...taken, ...words])} ;;`;
    }),
    `      help) words=${listed(topics)} ;;`,
    "    esac ;;",
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    "}",
    `complete -F ${self} ${definition.name}`,
  ];
};

const zsh = (definition: Definition): Lines => {
  const self = identifier(definition);
  const value = (entry: Entry): string => {
    if (entry.kind === "flag") return "";
    if (entry.kind === "choice") return `:value:(${entry.values.join(" ")})`;
    return `:${escaped(entry.placeholder)}:${entry.isFile === true ? "_files" : " "}`;
  };
  const option = (command: Subcommand.Name, [name, entry]: readonly [string, Entry]): string =>
    Shell.quote(
      [
        entry.kind === "repeated" ? "*" : "",
        `--${name}${entry.kind === "flag" ? "" : "="}`,
        `[${escaped(OptionTable.help(command, entry))}]`,
        value(entry),
      ].join(""),
    );
  return [
    `#compdef ${definition.name}`,
    `${self}() {`,
    "  local word command=migrate",
    "  for word in ${words[2,CURRENT-1]}; do",
    `    case $word in ${[...subcommands, "help"].join("|")}) command=$word ;; esac`,
    "  done",
    "  case $command in",
    ...Subcommand.names.map((name) => {
      const taken = OptionTable.of(name, definition).map((each) => option(name, each));
      const others =
        name === "migrate"
          ? [
              `'1:command:(${[...subcommands, "help"].join(" ")})'`,
              "'--version[show the version]'",
              `'--completions=[make a shell complete]:shell:(${shells.join(" ")})'`,
            ]
          : [`'1:command:(${name})'`];
      return `    ${name}) _arguments ${[...taken, ...others, "'--help[show this command]'"].join(" ")} ;;`;
    }),
    `    help) _arguments '1:command:(help)' '2:topic:(${topics.join(" ")})' ;;`,
    "  esac",
    "}",
    // Once read by the shell itself, and once by what looks for functions of completion.
    `if [ "$funcstack[1]" = ${self} ]; then ${self} "$@"; else compdef ${self} ${definition.name}; fi`,
  ];
};

const fish = (definition: Definition): Lines => {
  const { name: command } = definition;
  const self = `_${identifier(definition)}`;
  const all = Subcommand.all(definition);
  const on = (names: Lines) =>
    `complete -c ${command} -n ${Shell.quote(`contains -- (${self}) ${names.join(" ")}`)}`;
  const value = (entry: Entry): string => {
    if (entry.kind === "flag") return "";
    if (entry.kind === "choice") return ` -x -a ${Shell.quote(entry.values.join(" "))}`;
    return entry.isFile === true ? " -r -F" : " -x";
  };
  return [
    `function ${self}`,
    "  for word in (commandline -opc)[2..-1]",
    `    if contains -- $word ${[...subcommands, "help"].join(" ")}`,
    "      echo $word",
    "      return",
    "    end",
    "  end",
    "  echo migrate",
    "end",
    `complete -c ${command} -f`,
    ...subcommands.map(
      (name) => `${on(["migrate"])} -a ${name} -d ${Shell.quote(all[name].brief)}`,
    ),
    `${on(["migrate"])} -a help -d 'show a command'`,
    `${on(["help"])} -a ${Shell.quote(topics.join(" "))}`,
    ...Subcommand.names.flatMap((name) =>
      OptionTable.of(name, definition).map(
        ([option, entry]) =>
          `${on([name])} -l ${option}${value(entry)} -d ${Shell.quote(OptionTable.help(name, entry))}`,
      ),
    ),
    `${on(["migrate"])} -l version -d 'show the version'`,
    `${on(["migrate"])} -l completions -x -a ${Shell.quote(shells.join(" "))} -d 'make a shell complete'`,
    `complete -c ${command} -l help -d 'show this command'`,
  ];
};

const shells = ["bash", "zsh", "fish"];
const builtIn = ["--help", "--version", "--completions"];
const subcommands = Subcommand.names.filter((name) => name !== "migrate");
const topics = [...subcommands, Subcommand.exitCodes];

/** By option, the values that are all there are. */
const valued = (definition: Definition): ReadonlyArray<readonly [string, Lines]> => [
  ...OptionTable.all(definition).flatMap(([name, entry]) =>
    entry.kind === "choice" ? [[`--${name}`, entry.values] as const] : [],
  ),
  ["--completions", shells],
];

const isFile = (entry: Entry) => "isFile" in entry;
const isText = (entry: Entry) => "placeholder" in entry && !isFile(entry);

const identifier = ({ name }: Definition): string => `_${name.replaceAll(/\W/g, "_")}`;

const listed = (words: Lines): string => `$'${words.join("\\n")}'`;

const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, "\\$&");
