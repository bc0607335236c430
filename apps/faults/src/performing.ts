import type { Definition } from "@ledgerfold/migration-cli/Definition";
import { codeOf, perform } from "@ledgerfold/migration-cli/run";
import { Effect } from "effect";

/** A command in a process that does one after another, as it is told. */

const [, , module = ""] = process.argv;
const { definition }: { definition: Definition } = await import(module);

const texts = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"] as const) {
  process[name].write = (text: string | Uint8Array) => {
    texts[name] += text;
    return true;
  };
}

process.on(
  "message",
  ({ words, env }: { words: ReadonlyArray<string>; env: Record<string, string> }) => {
    process.env = { ...env };
    Effect.runPromiseExit(perform(definition, words)).then((exit) => {
      process.send?.({ code: codeOf(exit), ...texts });
      Object.assign(texts, { stdout: "", stderr: "" });
    });
  },
);
