import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkout } from "../src/Workspace.ts";

/** The table of docs/architecture.md is what the packages say of themselves. */

const rows = Array.from(
  readFileSync(join(checkout, "docs/architecture.md"), "utf8").matchAll(
    /^\| \[([\w-]+)\]\(\S+\) +\| ([\w, -]+?) +\|/gm,
  ),
  ([, name = "", rests = ""]) => ({ name, rests: rests === "nothing" ? [] : rests.split(", ") }),
);

it.each(rows)("$name rests on what its package.json names", ({ name, rests }) => {
  const { dependencies = {} } = JSON.parse(
    readFileSync(join(checkout, "packages", name, "package.json"), "utf8"),
  );
  const ours = Object.keys(dependencies).flatMap((one) =>
    one.startsWith("@ledgerfold/") ? [one.replace("@ledgerfold/", "")] : [],
  );
  expect(rests).toEqual(ours.sort());
});

it("has every public package", () => {
  expect(rows.length).toBe(9);
});
