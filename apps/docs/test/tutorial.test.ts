import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as Page from "../src/Page.ts";
import { checkout } from "../src/Workspace.ts";

/** What docs/tutorial.md promises of its program. */

const path = "docs/tutorial.md";
const files = Page.files(Page.parse(path, readFileSync(join(checkout, path), "utf8")));
const lines = [...files].flatMap(([file, text]) =>
  file.endsWith(".ts") ? text.split("\n").filter((line) => /^\s*[^\s/*]/.test(line)) : [],
);

it("is fewer than a hundred lines", () => {
  expect(lines.length).toBeGreaterThan(50);
  expect(lines.length).toBeLessThan(100);
});

it("has no cast", () => {
  const isCast = (line: string) => /\bas\b/.test(line) && !line.startsWith("import * as ");
  expect(lines.filter(isCast)).toEqual([]);
});
