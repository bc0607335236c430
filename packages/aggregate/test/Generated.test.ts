import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("no value is another where no code may be made", () => {
  const run = (...flags: ReadonlyArray<string>) => {
    const program = join(import.meta.dirname, "codeProgram.ts");
    const printed = execFileSync(process.execPath, [...flags, program], { encoding: "utf8" });
    return printed.trim().split("\n");
  };
  const [made, mayMakeCode] = run();
  expect(made).toContain('"decoded"');
  expect(mayMakeCode).toBe("true");
  expect(run("--disallow-code-generation-from-strings")).toEqual([made, "false"]);
}, 60_000);
