import type { Option } from "effect";
import type { Definition } from "./Definition.ts";
import { type Name, names } from "./Subcommand.ts";

/**
 * The options of the command line. Each is stated once, here: how it is parsed, when it is refused, its
 * help, its completion and the type of what a command gets of it are all made from this table.
 */
const own = ({ writer, aggregates }: Words) =>
  ({
    "database-url": {
      kind: "text",
      placeholder: "PATH",
      isFile: true,
      help: "the SQLite file to work on",
      helpOf: { ledger: "print the columns that this SQLite file has" },
      takenBy: names,
      environment: "DATABASE_URL",
    },
    "legacy-url": {
      kind: "text",
      placeholder: "URL",
      isUrl: true,
      help: "the rows are in PostgreSQL",
      helpOf: { ledger: "print the columns that this PostgreSQL database has" },
      takenBy: ["migrate", "dry-run", "verify-only", "ledger"],
      environment: "LEGACY_URL",
    },
    "event-store-url": {
      kind: "text",
      placeholder: "URL",
      isUrl: true,
      help: "the events are there: postgresql://… or sqlite:FILE",
      // So that their pages fit a screen.
      helpOf: { "dry-run": "the events are there", "verify-only": "the events are there" },
      takenBy: ["migrate", "dry-run", "verify-only", "status", "rollback", "rebuild-views"],
      environment: "EVENT_STORE_URL",
    },
    "other-names": {
      kind: "flag",
      help: "go on where the file has another name, too",
      takenBy: names,
    },
    force: {
      kind: "flag",
      help: "ask nothing; needed without a terminal",
      helpOf: {
        "dry-run": "changes nothing: it asks nothing",
        "verify-only": "changes nothing: it asks nothing",
        "rebuild-views": "changes nothing: it asks nothing",
      },
      takenBy: ["migrate", "dry-run", "verify-only", "rollback", "rebuild-views"],
    },
    clean: {
      kind: "flag",
      help: `start over: first delete the events and views of ${aggregates}`,
      helpOf: { "dry-run": "try what starting over would do" },
      takenBy: ["migrate", "dry-run"],
    },
    backup: {
      kind: "text",
      placeholder: "PATH",
      isFile: true,
      help: "where the backup goes: a new file, or a folder",
      takenBy: ["migrate", "dry-run", "rollback"],
    },
    "no-backup": {
      kind: "flag",
      help: "make no backup, and ask whether there is one",
      takenBy: ["migrate", "dry-run", "rollback"],
    },
    "leave-out": {
      kind: "repeated",
      placeholder: "TABLE[.COLUMN]",
      help: `go on without what no version of ${writer} made`,
      takenBy: ["migrate", "dry-run", "verify-only"],
    },
    patience: {
      kind: "text",
      placeholder: "SECONDS",
      help: "how long to wait for a lock or a server (10)",
      takenBy: names,
    },
    strict: {
      kind: "flag",
      help: "end with 9 when there are findings",
      takenBy: ["verify-only"],
    },
    report: {
      kind: "text",
      placeholder: "FILE",
      isFile: true,
      help: "write a new .json proof, or an .html page",
      takenBy: ["verify-only"],
    },
    against: {
      kind: "text",
      placeholder: "FILE.json",
      isFile: true,
      help: "list the rows that have changed since that report",
      takenBy: ["verify-only"],
    },
  }) as const satisfies Readonly<Record<string, Entry>>;

export type Entry = Common & (Flag | Text | Choice);

interface Common {
  readonly help: string;
  /** Of a command to which it means something else. */
  readonly helpOf?: Readonly<Partial<Record<Name, string>>>;
  readonly takenBy: ReadonlyArray<Name>;
  /** The variable that can give its value instead. */
  readonly environment?: string;
}

interface Flag {
  readonly kind: "flag";
}

interface Text {
  /** A repeated one may be given more than once. */
  readonly kind: "text" | "repeated";
  /** What stands for its value in the help. */
  readonly placeholder: string;
  readonly isFile?: true;
  /** It may hold a password. */
  readonly isUrl?: true;
}

interface Choice {
  readonly kind: "choice";
  readonly values: readonly [string, ...ReadonlyArray<string>];
}

type Words = Pick<Definition, "writer" | "aggregates">;

/** What every command takes, whatever it works on. */
const builtIn: Readonly<Record<string, Flag | Choice>> = {
  "--help": { kind: "flag" },
  "-h": { kind: "flag" },
  "--version": { kind: "flag" },
  "--completions": { kind: "choice", values: ["bash", "zsh", "fish", "sh"] },
  "--log-level": {
    kind: "choice",
    values: ["all", "trace", "debug", "info", "warning", "error", "fatal", "none"],
  },
};

type Of = Words & Pick<Definition, "decisions">;

/** All that can be typed, by word. */
export const words = (definition: Of): ReadonlyMap<string, Entry | Flag | Choice> =>
  new Map<string, Entry | Flag | Choice>([
    ...all(definition).map(([name, entry]) => [`--${name}`, entry] as const),
    ...Object.entries(builtIn),
  ]);

/** By name, with those that a definition has for decisions of the operator. */
export const all = (definition: Of): ReadonlyArray<readonly [name: string, entry: Entry]> => [
  ...Object.entries<Entry>(own(definition)),
  ...Object.entries<Entry>(deciding(definition)),
];

/** What one command says of it, without the variable that can stand for it. */
export const help = (command: Name, { help, helpOf }: Entry): string => helpOf?.[command] ?? help;

/** Those that one command takes, in the order of its help. */
export const of = (command: Name, definition: Of): ReturnType<typeof all> =>
  all(definition).filter(([, { takenBy }]) => takenBy.includes(command));

const deciding = ({ decisions }: Of): Readonly<Record<string, Entry & Choice>> =>
  Object.fromEntries(
    Object.entries(decisions).map(([name, { values, description }]) => [
      name,
      { kind: "choice", values, help: description, takenBy: ["migrate", "dry-run"] },
    ]),
  );

/** What a command gets of those that it takes; of several commands, what each of them gets. */
export type Settings<Command extends Name> = {
  readonly [K in keyof Own as [Command] extends [Own[K]["takenBy"][number]]
    ? Camel<K>
    : never]: Value<Own[K]["kind"]>;
} & { readonly decisions: Readonly<Record<string, Option.Option<string>>> };

type Own = ReturnType<typeof own>;

/** `database-url` is `databaseUrl`. */
type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

export const camel = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

type Value<Kind extends Entry["kind"]> = Kind extends "flag"
  ? boolean
  : Kind extends "repeated"
    ? ReadonlyArray<string>
    : Option.Option<string>;
