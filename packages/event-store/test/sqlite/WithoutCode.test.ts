import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("statements give the same where no code may be made for their rows", () => {
  const run = (...flags: ReadonlyArray<string>) => {
    const program = join(import.meta.dirname, "codeProgram.ts");
    const printed = execFileSync(process.execPath, [...flags, program], { encoding: "utf8" });
    return printed.trim().split("\n");
  };
  const [given, way] = run();
  expect(given).toContain('{"a":1,"b":"x"}');
  expect(way).toBe("with code");
  expect(run("--disallow-code-generation-from-strings")).toEqual([given, "without code"]);
}, 60_000);
