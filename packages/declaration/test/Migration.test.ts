import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { carried, leftOut } from "../src/Fate.ts";
import { decimal, flag, integer, nullable, text } from "../src/Kind.ts";
import * as Migration from "../src/Migration.ts";
import * as Plan from "../src/Plan.ts";
import { aggregate } from "./Loan.ts";

const { from } = Migration.of(aggregate, "Lent");
const columns = {
  id: carried("aggregate_id", integer()),
  title: carried("title", text()),
  fee: carried("fee", nullable(decimal())),
  returned: carried("is_returned", flag()),
  shelf: leftOut("where the book stands"),
};
const loans = from({
  table: "loans",
  key: "id",
  columns,
  id: ({ row }) => String(row.id),
  event: ({ fields }) => fields,
  view: "Known",
});

describe("from", () => {
  it("gives back what is stated, and a table of it", () => {
    expect(loans).toMatchObject({
      type: "Loan",
      tag: "Lent",
      table: { names: ["loans"], key: ["id"] },
    });
    expect(loans.aggregate).toBe(aggregate);
    expect(loans.table.columns).toBe(columns);
    expect(loans.definition.view).toBe("Known");
  });
});

it("is planned with a ledger of every column", () => {
  const words = { command: "lend", writer: "the library" };
  const { types, ledger } = Plan.make({ words, migrations: { Loan: loans } });
  expect(types).toEqual(["Loan"]);
  expect(ledger.lines().slice(0, 5)).toEqual([
    ["loans", "id", "carried to Loan.aggregate_id"],
    ["loans", "title", "carried to Loan.title"],
    ["loans", "fee", "carried to Loan.fee"],
    ["loans", "returned", "carried to Loan.is_returned"],
    ["loans", "shelf", "left out: where the book stands"],
  ]);
});

it("loads nothing that could read, write or convert", () => {
  const hook = `import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => { console.log(url); return next(url, context); } });`;
  const script = ["Migration", "Plan", "Added", "Checking", "Writing"]
    .map((name) => `await import("${new URL(`../src/${name}.ts`, import.meta.url)}");`)
    .join("");
  const options = ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
  const loaded = execFileSync(
    process.execPath,
    [...options, "--input-type=module", "--eval", script],
    { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: "utf8" },
  ).split("\n");
  const isOther = (url: string) =>
    url.includes("/node_modules/")
      ? /\/node_modules\/(kysely|better-sqlite3|decimal\.js|pg)\//.test(url)
      : !url.includes("/packages/declaration/");
  expect(loaded.some((url) => url.endsWith("/declaration/src/Plan.ts"))).toBe(true);
  expect(loaded.filter((url) => url.startsWith("file:") && isOther(url))).toEqual([]);
});
