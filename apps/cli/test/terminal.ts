import { spawn, spawnSync } from "node:child_process";
import { bin, environment, folder, keep, type Options } from "./support.ts";

/** The command on a pseudo terminal, which util-linux's `script` makes. */

const program = "script";

export const hasScript = /util-linux/.test(
  spawnSync(program, ["--version"], { encoding: "utf8" }).stdout ?? "",
);

export interface Seen {
  readonly code: number | null;
  /** All that appeared on the terminal, what was typed included. */
  readonly screen: string;
}

/**
 * What is typed once the screen, after the last answer, shows this; a newline ends a line. `close`
 * closes the terminal.
 */
export type Answer = readonly [prompt: string, typed: string | ((close: () => void) => string)];

export const ctrlC = "\u0003";
export const ctrlD = "\u0004";

/** Runs the command, or any shell command in which `"$@"` stands for it, and answers in turn. */
export const onTerminal = (
  words: ReadonlyArray<string>,
  answers: ReadonlyArray<Answer> = [],
  { shell = '"$@"', ...options }: Options & { readonly shell?: string } = {},
): Promise<Seen> =>
  new Promise((resolve, reject) => {
    const command = [process.execPath, bin, ...words].map(quoted).join(" ");
    const whole = `set -- ${command}; ${shell}`;
    const child = keep(
      spawn(program, ["--quiet", "--return", "--flush", "-c", whole, "/dev/null"], {
        cwd: options.cwd ?? folder(),
        env: environment({ TERM: "xterm-256color", SHELL: "/bin/sh", ...options.env }),
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    const left = [...answers];
    let screen = "";
    let read = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
      const [next] = left;
      if (next === undefined) return;
      const [prompt, typed] = next;
      const place = screen.indexOf(prompt, read);
      if (place < 0) return;
      left.shift();
      read = place + prompt.length;
      const close = () => void child.kill("SIGKILL");
      const answer = typeof typed === "string" ? typed : typed(close);
      if (answer !== "") child.stdin.write(answer);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (left.length === 0) resolve({ code, screen });
      else reject(new Error(`never asked ${left[0]?.[0]}: ${screen}`));
    });
  });

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
