import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as Fate from "@ledgerfold/declaration/Fate";
import * as Kind from "@ledgerfold/declaration/Kind";
import { afterAll, expect, it, vi } from "vitest";
import * as Workspace from "../src/Workspace.ts";

vi.setConfig({ testTimeout: 300_000 });

/** The reference tables of docs/your-own-tables.md: whole, and with examples that compile. */

const docs = readFileSync(join(Workspace.checkout, "docs/your-own-tables.md"), "utf8");
const rows = docs
  .slice(docs.indexOf("# Reference"))
  .split("\n")
  .flatMap((line) => {
    const [, what, example] = /^\| (.+?) +\| .*\| `(.+)` +\|$/.exec(line) ?? [];
    return what === undefined || example === undefined ? [] : [{ what, example }];
  });

const functions = (module: object): ReadonlyArray<string> =>
  Object.entries(module).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
const [kinds, fates] = [functions(Kind), functions(Fate)];

it.each([
  ["kind", kinds],
  ["fate", fates],
])("every %s has a line and an example", (_, names) => {
  const named = rows.map(({ what }) => what);
  expect(names.length).toBeGreaterThan(4);
  expect(names.filter((name) => !named.includes(`\`${name}\``))).toEqual([]);
});

it("the examples compile", () => {
  const workspace = Workspace.make();
  afterAll(workspace.remove);
  const file = `${Workspace.programs}/reference.ts`;
  workspace.write(
    file,
    [
      `import { ${kinds.join(", ")} } from "@ledgerfold/declaration/Kind";`,
      `import { ${fates.join(", ")} } from "@ledgerfold/declaration/Fate";`,
      'import * as Added from "@ledgerfold/declaration/Added";',
      'import { child, lookup } from "@ledgerfold/declaration/Migration";',
      'import { not } from "@ledgerfold/declaration/Where";',
      'import { Decimal } from "@ledgerfold/scalars/Decimal";',
      'import { Timestamp } from "@ledgerfold/scalars/Timestamp";',
      'import { Schema } from "effect";',
      ...rows.map(({ example }, place) => `export const example${place} = ${example};`),
      `export const used = [Added, child, lookup, not, Decimal, Timestamp, Schema, ${[...kinds, ...fates]}];`,
    ].join("\n"),
  );
  expect(rows.length).toBeGreaterThan(20);
  expect(workspace.check([file])).toEqual({ code: 0, lines: [""] });
});
