import { existsSync, readFileSync, realpathSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { basename, delimiter, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import * as Plan from "@ledgerfold/declaration/Plan";
import { base } from "./DatabaseUrl.ts";
import type { Definition } from "./Definition.ts";
import * as OptionTable from "./OptionTable.ts";
import * as Shell from "./Shell.ts";

type Optional = "start" | "version" | "of" | "example" | "aggregates" | "decisions" | "finish";

/** What `command` takes: `name`, `writer` and `migrations` always, the rest where it is asked for. */
export interface Options<M extends Readonly<Record<string, Plan.Migration>>>
  extends Pick<Definition, "name" | "writer">,
    Partial<Pick<Definition, Optional>>,
    Omit<Plan.Options<M>, "words" | "migrations"> {
  /** Each under its aggregate's type. */
  readonly migrations: M & Plan.Migrations<M>;
}

/** What `command` takes of a plan that is made already, as for the laws: the rest where asked for. */
export interface OfPlan extends Partial<Pick<Definition, Optional>> {
  readonly plan: Plan.Plan;
}

/**
 * With what is not given: how the program was started, the version of the package that it stands in,
 * `legacy.db`, the migrations by what their rows are called, and no decisions. Throws where a decision
 * cannot be an option.
 */
export const definition = <const M extends Readonly<Record<string, Plan.Migration>>>(
  options: Options<M> | OfPlan,
): Definition => {
  const { name, writer, migrations, plan, ...given } =
    "plan" in options ? ofPlan(options) : ofMigrations(options);
  const all: ReadonlyArray<readonly [string, Plan.Migration]> = Object.entries(migrations);
  const defaults = {
    name,
    writer,
    start: startOf(name, process.argv[1]),
    version: given.version ?? versionOf(process.argv[1]),
    of: `the legacy tables of ${writer}`,
    example: "legacy.db",
    aggregates: together(all.map(([type, { definition }]) => definition.called ?? type)),
    decisions: {},
  };
  const made: Definition = {
    ...defaults,
    plan,
    finish: (outcomes) => {
      const each = (of: "written" | "alreadyThere") =>
        Object.entries(outcomes).map(([type, outcome]) => `${outcome[of]} ${type}`);
      return [
        `Already there: ${each("alreadyThere").join(", ")}`,
        `Migration complete: ${each("written").join(", ")} migrated`,
      ];
    },
    ...given,
  };
  const mistakes = decisionMistakes(made, { ...made, decisions: {} });
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return made;
};

const ofPlan = ({ plan, ...given }: OfPlan) => {
  const { command: name, writer } = plan.words;
  return { ...given, name, writer, migrations: plan.migrations, plan: async () => plan };
};

const ofMigrations = <const M extends Readonly<Record<string, Plan.Migration>>>(
  options: Options<M>,
) => {
  const { leaveAlone, superseded, findings, zone, ...given } = options;
  const { name: command, writer, migrations } = given;
  const plan = async (): Promise<Plan.Plan> =>
    Plan.make({
      words: { command, writer },
      migrations,
      ...(leaveAlone === undefined ? {} : { leaveAlone }),
      ...(superseded === undefined ? {} : { superseded }),
      ...(findings === undefined ? {} : { findings }),
      ...(zone === undefined ? {} : { zone }),
    });
  return { ...given, plan };
};

const decisionMistakes = (
  { decisions }: Definition,
  without: Definition,
): ReadonlyArray<string> => {
  const taken = new Set(OptionTable.words(without).keys());
  return Object.keys(decisions).flatMap((name) => {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
      return [
        `The decision ${JSON.stringify(name)} cannot be an option: name it in small letters, as in net-position`,
      ];
    }
    return taken.has(`--${name}`)
      ? [`The decision ${name} would be the option --${name}, which is there already: rename it`]
      : [];
  });
};

/** `accounts and trips`, or `the 5 aggregates` where there are many. */
const together = (names: ReadonlyArray<string>): string =>
  names.length > 4
    ? `the ${names.length} aggregates`
    : new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);

/** By its name where it is installed under it; else as the program was started, from where it was. */
const startOf = (name: string, program: string | undefined): string => {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const isInstalled = folders.some((folder) => existsSync(join(folder, name)));
  if (isInstalled || program === undefined) return Shell.word(name);
  return `node ${Shell.word(relative(base(), program))}`;
};

/** Of the package that a program stands in; a program that stands in none has no version. */
const versionOf = (program: string | undefined): string => {
  const none = "0.0.0";
  if (program === undefined || !existsSync(program)) return none;
  const manifest = findPackageJSON(pathToFileURL(realpathSync(program)));
  // Where there is none, some versions of Node give the program itself.
  if (manifest === undefined || basename(manifest) !== "package.json") return none;
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, "utf8"));
  return typeof version === "string" ? version : none;
};
