import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The bot's command on one input after another. */
export interface Performer {
  /** In a process that has done others before. */
  readonly perform: Perform;
  /** In a process of its own, as it is installed. */
  readonly alone: Perform;
  readonly close: () => void;
}

type Perform = (words: ReadonlyArray<string>, env: Env) => Promise<Outcome>;
type Env = Readonly<Record<string, string>>;

export interface Outcome {
  /** Nothing where it died, or came to no end. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Far more than any of them takes, on however busy a machine. */
const patience = 100_000;

const bin = fileURLToPath(new URL("../../cli/bin/migrate_to_events.js", import.meta.url));
const definition = new URL("../../cli/src/TradingBot.ts", import.meta.url).href;
const program = fileURLToPath(new URL("performing.ts", import.meta.url));

/** `cwd` is where relative paths of both start. */
export const make = (cwd: string): Performer => {
  let child: ChildProcess | undefined;
  const started = (): ChildProcess => {
    if (child?.connected === true) return child;
    child = fork(program, [definition], { cwd, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    return child;
  };
  return {
    perform: async (words, env) => {
      const it = started();
      const died = new AbortController();
      let said = "";
      const hear = (text: Buffer) => {
        said += text;
      };
      it.stderr?.on("data", hear);
      const stop = setTimeout(() => it.kill("SIGKILL"), patience);
      try {
        const answer = once(it, "message", { signal: died.signal });
        it.once("exit", () => died.abort());
        it.send({ words, env });
        const [outcome] = await answer;
        return outcome;
      } catch {
        return { code: null, stdout: "", stderr: said };
      } finally {
        clearTimeout(stop);
        it.removeAllListeners("exit");
        it.stderr?.off("data", hear);
      }
    },
    alone: (words, env) =>
      new Promise((resolve, reject) => {
        const it = spawn(process.execPath, [bin, ...words], {
          ...{ cwd, env, timeout: patience, killSignal: "SIGKILL" },
          stdio: ["ignore", "pipe", "pipe"],
        });
        const texts = { stdout: "", stderr: "" };
        for (const name of ["stdout", "stderr"] as const) {
          it[name].setEncoding("utf8").on("data", (text: string) => {
            texts[name] += text;
          });
        }
        it.on("error", reject).on("close", (code) => resolve({ code, ...texts }));
      }),
    close: () => child?.kill("SIGKILL"),
  };
};
