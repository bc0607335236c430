import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import * as Sample from "../src/Sample.ts";
import { edit, rows, temp } from "./support.ts";

vi.setConfig({ testTimeout: 120_000 });

/** What the question before a run says, on a pseudo terminal of util-linux's `script`. */

const program = "script";
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const declined = (path: string) => {
  const command = `"${process.execPath}" "${main}" --database-url "${path}"`;
  const words = ["--quiet", "--return", "-c", command, "/dev/null"];
  const { status, stdout } = spawnSync(program, words, { encoding: "utf8", input: "n\n" });
  return { status, said: stdout };
};
const hasScript = spawnSync(program, ["--version"]).status === 0;

it.skipIf(!hasScript)("says of how many customers who have left, and of none", () => {
  const path = temp();
  Sample.write(path, { orders: 300 });
  const [[gone] = [0]] = rows(path, "select count(*) from customers where deleted_at <> ''") as [
    [number],
  ];
  expect(gone).toBeGreaterThan(1);
  const { status, said } = declined(path);
  expect(status).toBe(8);
  expect(said).toContain(
    `deleted_at is set in ${gone} rows of customers: the log keeps names and addresses of customers who have left; erase first who is to be forgotten. A backup goes to `,
  );
  edit(path, "update customers set deleted_at = ''");
  expect(declined(path).said).not.toContain("deleted_at");
});
