import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** The lines that docs/bank-account.md counts. */

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");
const lines = (path: string) => read(path).split("\n").filter(Boolean).length;
const ours = [lines("src/BankAccount.ts"), lines("test/BankAccount.test.ts")] as const;
const emmett = [lines("src/EmmettAccount.ts"), lines("test/EmmettAccount.test.ts")] as const;
const sum = ([code, tests]: readonly [number, number]) => code + tests;

it("the account takes at most 110 lines", () => {
  expect(sum(ours)).toBeLessThanOrEqual(110);
});

it("the page has them", () => {
  const shown = Array.from(
    read("../../docs/bank-account.md").matchAll(/^\|.*\| +(\d+) +\| +(\d+) +\|$/gm),
    ([, one, other]) => [Number(one), Number(other)],
  );
  expect(shown).toEqual([
    [ours[0], emmett[0]],
    [ours[1], emmett[1]],
    [sum(ours), sum(emmett)],
  ]);
});
