import * as Args from "@effect/cli/Args";
import * as CliCommand from "@effect/cli/Command";
import * as Options from "@effect/cli/Options";
import { Config, Console, Effect, Option } from "effect";
import * as Completions from "./Completions.ts";
import type { Definition } from "./Definition.ts";
import * as Help from "./Help.ts";
import * as OptionTable from "./OptionTable.ts";
import type { Entry, Settings } from "./OptionTable.ts";
import * as Patience from "./Patience.ts";
import type { Name } from "./Subcommand.ts";

/** The command line as its parser has it. */

/** What is done of it is loaded when there is a database to work on; help needs none of it. */
const commands = Effect.promise(() => import("./commands.ts"));
const telling = Effect.promise(() => import("./status.ts"));
const takingBack = Effect.promise(() => import("./rollback.ts"));
const verifying = Effect.promise(() => import("./verifyOnly.ts"));

export const make = (definition: Definition) =>
  CliCommand.make(
    definition.name,
    parser("migrate", definition),
    patient((settings) => Effect.flatMap(commands, ({ migrate }) => migrate(definition, settings))),
  ).pipe(
    CliCommand.withSubcommands([
      CliCommand.make(
        "dry-run",
        parser("dry-run", definition),
        patient((settings) =>
          Effect.flatMap(commands, ({ dryRun }) => dryRun(definition, settings)),
        ),
      ),
      CliCommand.make(
        "verify-only",
        parser("verify-only", definition),
        patient((settings) =>
          Effect.flatMap(verifying, ({ verifyOnly }) => verifyOnly(definition, settings)),
        ),
      ),
      CliCommand.make(
        "status",
        parser("status", definition),
        patient((settings) =>
          Effect.flatMap(telling, ({ status }) => status(definition, settings)),
        ),
      ),
      CliCommand.make(
        "rollback",
        { ...parser("rollback", definition), run: Args.optional(Args.text({ name: "run" })) },
        patient((settings) =>
          Effect.flatMap(takingBack, ({ rollback }) => rollback(definition, settings)),
        ),
      ),
      CliCommand.make(
        "rebuild-views",
        parser("rebuild-views", definition),
        patient((settings) =>
          Effect.flatMap(commands, ({ rebuildViews }) => rebuildViews(definition, settings)),
        ),
      ),
      CliCommand.make(
        "ledger",
        parser("ledger", definition),
        patient((settings) =>
          Effect.flatMap(commands, ({ ledger }) => ledger(definition, settings)),
        ),
      ),
      CliCommand.make("help", { topic: Args.optional(Args.text({ name: "topic" })) }, ({ topic }) =>
        Console.log(Help.page(definition, Option.getOrUndefined(topic))),
      ),
      CliCommand.make("completions", { shell: Args.text({ name: "shell" }) }, ({ shell }) =>
        Console.log(Completions.script(shell, definition)),
      ),
    ]),
  );

/** Work that waits for as long as the options say. */
const patient =
  <S extends Pick<Settings<Name>, "patience">, A, E, R>(
    work: (settings: S) => Effect.Effect<A, E, R>,
  ) =>
  (settings: S) =>
    Effect.flatMap(Patience.read(settings), (patience) =>
      Effect.provideService(work(settings), Patience.Patience, patience),
    );

/** Of the options that one command takes. */
const parser = <Command extends Name>(command: Command, definition: Definition) => {
  const taken = OptionTable.of(command, definition).map(
    ([name, entry]) => [name, optionOf(name, entry)] as const,
  );
  const isDecision = (name: string) => Object.hasOwn(definition.decisions, name);
  const own = taken.filter(([name]) => !isDecision(name));
  // Their names and kinds are in the table, and the type is made from it.
  return {
    ...Object.fromEntries(own.map(([name, option]) => [OptionTable.camel(name), option])),
    decisions: Object.fromEntries(taken.filter(([name]) => isDecision(name))),
  } as unknown as Parsers<Settings<Command>>;
};

type Parsers<Values> = {
  readonly [K in keyof Values]: K extends "decisions"
    ? Readonly<Record<string, Options.Options<Option.Option<string>>>>
    : Options.Options<Values[K]>;
};

const optionOf = (name: string, entry: Entry) => {
  switch (entry.kind) {
    case "flag":
      return Options.boolean(name);
    case "choice":
      return Options.optional(Options.choice(name, entry.values));
    case "repeated":
      return Options.repeated(Options.text(name));
    case "text": {
      const { environment } = entry;
      const text = Options.text(name);
      return Options.optional(
        environment === undefined
          ? text
          : Options.withFallbackConfig(text, Config.nonEmptyString(environment)),
      );
    }
  }
};
