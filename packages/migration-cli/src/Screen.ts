import { createInterface } from "node:readline";
import { isatty } from "node:tty";
import { Console, Context, Effect, Layer, Schema } from "effect";
import * as Output from "./Output.ts";
import * as Shown from "./Shown.ts";

/** Who is looking: a person at a terminal, or a file, a pipe, a service manager. */
export class Screen extends Context.Tag("@ledgerfold/cli/Screen")<
  Screen,
  {
    /** Whether somebody can answer a question. */
    readonly answers: boolean;
    /** Whether what goes to stderr is seen at once, so that a line may be drawn over. */
    readonly live: boolean;
    /** Writes to stderr without ending the line. */
    readonly draw: (text: string) => Effect.Effect<void>;
    /** The line that is typed as an answer; fails when the input ends instead. */
    readonly ask: (question: string) => Effect.Effect<string, NoAnswer>;
  }
>() {}

export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {}) {
  override get message() {
    return "No answer: the input ended.";
  }
}

export const layer = Layer.succeed(Screen, {
  answers: process.stdin.isTTY === true && process.stderr.isTTY === true,
  live: process.stderr.isTTY === true,
  draw: (text) => Effect.sync(() => Output.write(process.stderr, text)),
  ask: (question) =>
    Effect.async((resume) => {
      // Not `terminal`: the terminal itself edits the line and turns Ctrl-C into a signal.
      const options = { input: process.stdin, output: process.stderr, terminal: false };
      const reader = createInterface(options);
      let answered = false;
      reader.on("close", () => {
        // A terminal that was closed is none any more, and may say so before its SIGHUP comes.
        if (!answered) resume(isatty(process.stdin.fd) ? new NoAnswer() : Effect.interrupt);
      });
      reader.question(`${Shown.line(question)} `, (answer) => {
        answered = true;
        reader.close();
        resume(Effect.succeed(answer));
      });
      return Effect.sync(() => {
        answered = true;
        reader.close();
      });
    }),
});

/** Escape codes only for a terminal whose owner did not say NO_COLOR. */
export const withPlainConsole = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Console.consoleWith((base) =>
    Effect.withConsole(effect, {
      ...base,
      log: (...parts) => print(process.stdout, parts),
      error: (...parts) => print(process.stderr, parts),
    }),
  );

const print = (
  stream: NodeJS.WriteStream & { readonly fd: number },
  parts: ReadonlyArray<unknown>,
) =>
  Effect.sync(() => {
    const coloured = stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
    Output.write(stream, `${Shown.styled(parts.join(" "), coloured)}\n`);
  });
