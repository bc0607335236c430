import * as CommitState from "./CommitState.ts";
import * as Output from "./Output.ts";

/**
 * The first signal ends the work in order. Where that takes long, a line says what is true if it is
 * not waited for, and from then on Ctrl-C ends the process at once, also in the midst of a call that
 * listens to nobody. What comes before is the same one: whoever started this may pass it on.
 */
export const watch = (name: string, end: () => void): void => {
  let isEnding = false;
  const first = () => {
    if (isEnding) return;
    isEnding = true;
    end();
    setTimeout(() => {
      // A terminal that is closed says so more than once.
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, first);
      const line = `${name}: Still ending in order. Once more ends it at once: ${CommitState.now()}.`;
      Output.write(process.stderr, `${process.stderr.isTTY ? "\n" : ""}${line}\n`);
    }, patience).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, first);
};

/** Milliseconds. */
const patience = 500;
