import * as CliConfig from "@effect/cli/CliConfig";
import * as CliCommand from "@effect/cli/Command";
import * as ValidationError from "@effect/cli/ValidationError";
import * as FileSystem from "@effect/platform/FileSystem";
import * as Path from "@effect/platform/Path";
import * as Terminal from "@effect/platform/Terminal";
import { Cause, Console, Effect, Exit, Layer, Option } from "effect";
import { arrange } from "./Arguments.ts";
import * as Command from "./Command.ts";
import type { Definition } from "./Definition.ts";
import * as ExitCode from "./ExitCode.ts";
import * as CommitState from "./CommitState.ts";
import * as Output from "./Output.ts";
import * as PostgresCode from "./PostgresCode.ts";
import * as Screen from "./Screen.ts";
import * as Shown from "./Shown.ts";
import * as Signals from "./Signals.ts";
import * as SqliteCode from "./SqliteCode.ts";
import { UsageError } from "./UsageError.ts";

/** A command in this process, or as an Effect. */

/** @effect/cli asks for these for its prompts and file options, of which we use none. */
const unused = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  CliConfig.layer({ showBuiltIns: false }),
  Layer.succeed(Terminal.Terminal, {
    columns: Effect.succeed(80),
    rows: Effect.succeed(24),
    isTTY: Effect.succeed(false),
    readInput: Effect.die("no interactive input"),
    readLine: Effect.fail(new Terminal.QuitException()),
    display: () => Effect.void,
  }),
);

/** The sentence a person can act on, never a stack. */
const sentence = (cause: Cause.Cause<ExitCode.Tagged>): string => {
  if (Cause.isInterrupted(cause)) return `Interrupted; ${CommitState.shown()}.`;
  const error = Cause.squash(cause);
  const said = error instanceof Error ? error.message : String(error);
  // What is wrong with a definition takes a line for each mistake; a line break in anything else is data.
  const message = error instanceof UsageError ? said : Shown.line(said);
  return Option.match(Cause.failureOption(cause), {
    onNone: () => `Something unexpected happened, and ${CommitState.shown()}: ${message}`,
    onSome: ({ _tag, code = "" }) => {
      const said = `${message}${SqliteCode.advice(code)}${PostgresCode.advice(code)}`;
      // Wrong usage is seen before anything is done, and others say it in a sentence of their own.
      const isKnown =
        _tag === "UsageError" || /nothing (was|is) (written|changed|deleted)/i.test(said);
      return isKnown ? said : `${said}${CommitState.sentence()}`;
    },
  });
};

const exitCode = (cause: Cause.Cause<ExitCode.Tagged>): number => {
  if (CommitState.isUnknown()) return ExitCode.exitCodes.outcomeUnknown;
  if (Cause.isInterrupted(cause)) {
    return CommitState.isKept() ? ExitCode.exitCodes.done : ExitCode.exitCodes.interrupted;
  }
  return Option.match(Cause.failureOption(cause), {
    onNone: () => ExitCode.exitCodes.unexpected,
    onSome: ExitCode.of,
  });
};

/** How a run that came to an end goes on, though what it found is a failure. */
const next = (cause: Cause.Cause<ExitCode.Tagged>): string =>
  Option.match(Cause.failureOption(cause), {
    onNone: () => "",
    onSome: ({ next }) => (next === undefined ? "" : `\n${next}`),
  });

/** The parser has said what is wrong with its arguments already. */
const isSaid = (cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.failureOption(cause), ValidationError.isValidationError);

/** Does what the words of a command line say, and says so on stdout and stderr. */
export const perform = (
  definition: Definition,
  words: ReadonlyArray<string>,
): Effect.Effect<void, ExitCode.Tagged> => {
  const cli = CliCommand.run(Command.make(definition), {
    name: definition.name,
    version: definition.version,
  });
  return Effect.suspend(() => {
    CommitState.reset();
    return arrange(words, definition);
  }).pipe(
    Effect.flatMap((arranged) => cli(["node", definition.name, ...arranged])),
    // Not `tapErrorCause`, which an interruption interrupts.
    Effect.onError((cause) =>
      isSaid(cause)
        ? Effect.void
        : Console.error(`${definition.name}: ${sentence(cause)}${next(cause)}`),
    ),
    Screen.withPlainConsole,
    Effect.provide(Layer.merge(unused, Screen.layer)),
  );
};

/** The exit code of what was performed. */
export const codeOf = (exit: Exit.Exit<void, ExitCode.Tagged>): number =>
  Exit.isSuccess(exit) ? ExitCode.exitCodes.done : exitCode(exit.cause);

/** Runs the command in this process. */
export const run = (definition: Definition): void => {
  const fiber = Effect.runFork(perform(definition, process.argv.slice(2)));
  Signals.watch(definition.name, () => {
    if (!CommitState.isKept()) fiber.unsafeInterruptAsFork(fiber.id());
  });
  fiber.addObserver((exit) => {
    process.exitCode = codeOf(exit);
  });
  Output.watch();
  process.once("beforeExit", () => {
    const failed = Output.failed();
    if (failed !== undefined) {
      process.exitCode ||= ExitCode.exitCodes.unexpected;
      Output.write(process.stderr, `${definition.name}: ${failed.message}\n`);
    }
    // Without it Node takes its handlers away first, and a closed terminal says so more than once.
    process.exit();
  });
};
