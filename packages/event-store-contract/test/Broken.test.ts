import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parts } from "../src/suite.ts";
import { beforeAll, describe, expect, it } from "@effect/vitest";

/** The suite on stores that are broken on purpose. */

interface Result {
  readonly ancestorTitles: readonly [suite: string, part: string];
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
}

let results: ReadonlyArray<Result> = [];

beforeAll(async () => {
  const program = fileURLToPath(new URL("program.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    maxBuffer: 100_000_000,
  });
  results = JSON.parse(stdout.slice(stdout.indexOf("{"))).testResults[0].assertionResults;
}, 300_000);

const ofStore = (store: string) => results.filter(({ ancestorTitles: [suite] }) => suite === store);

describe("a store that breaks the promise of", () => {
  for (const part of [
    ...["append", "appendAll", "read, readFirst, readAll and count"],
    ...["transactions", "views", "runs", "erase"],
  ]) {
    it(`${part} fails in that part`, () => {
      const inPart = ofStore(part).filter(({ ancestorTitles }) => ancestorTitles[1] === part);
      expect(inPart.filter(({ status }) => status === "failed")).not.toEqual([]);
    });
  }
});

it("skips a gap by its name and its reason", () => {
  const skipped = results.filter(({ status }) => status === "skipped");
  const asked = skipped.filter(({ ancestorTitles: [store, part] }) => part === store);
  expect(asked).toEqual([]);
  expect(new Set(skipped.map(({ ancestorTitles }) => ancestorTitles[1]))).toEqual(
    new Set(parts.map((part) => `${part}: not asked`)),
  );
});
