import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./Checkout.ts";

/** Every decision says when it was made and whether it holds, and the index says the same. */

const folder = join(root, "docs", "adr");
const files = readdirSync(folder).filter((file) => file !== "README.md");
const index = readFileSync(join(folder, "README.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ["))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

it.each(files)("%s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const form =
    /^# (\d+)\. (.+)\n\n_(\d{4}-\d\d-\d\d)\. (?:Accepted|((?:In part replaced|Replaced) by)|Accepted, (in part replaced by)) ?(?:\[(\d+)\]\((\S+)\))?[.:]/;
  const [, number, title, date, whole, part, by, path] = form.exec(text) ?? [];
  expect(file.startsWith(`${String(number).padStart(4, "0")}-`)).toBe(true);
  if (by !== undefined) expect(files).toContain(path);
  const status = by === undefined ? "accepted" : `${(whole ?? part)?.toLowerCase()} ${by}`;
  expect(index).toContainEqual([`[${number}. ${title}](${file})`, date, status]);
});

it("lists nothing else", () => {
  expect(index).toHaveLength(files.length);
});
