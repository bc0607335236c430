import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as Page from "@ledgerfold/docs/Page";

/** The program that docs/tutorial.md comes to. */

const text = readFileSync(join(import.meta.dirname, "../../../docs/tutorial.md"), "utf8");
const page = Page.parse("docs/tutorial.md", text);
const within = /^bank\/(.*\.ts)$/;

/** Its sources and tests, by their paths in the project. */
export const files: ReadonlyMap<string, string> = new Map(
  [...Page.files(page)].flatMap(([path, text]) => {
    const [, inner] = within.exec(path) ?? [];
    return inner === undefined ? [] : [[inner, text] as const];
  }),
);

/** What the page's last run prints, which is the first one on a server. */
export const printed: string = page.blocks
  .filter(({ language }) => language === "console")
  .slice(-1)
  .flatMap(({ lines }) => lines.slice(1))
  .map((line) => `${line}\n`)
  .join("");
