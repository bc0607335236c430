/**
 * What a page shows, as its fenced blocks, and what becomes of each:
 *
 * - `ts` with a first line `// file: apps/library/src/Loan.ts`, `sql` with `-- file: …`, and `json`
 *   with `file="…"` in its info string: is written to that file. All TypeScript of a page is
 *   type-checked together, and again after each change of them.
 * - `diff` with `file="…"`, or such a file once more: changes it for all that follows on the page. The
 *   lines without `+` are in it once, and those without `-` take their place; `@@` begins another place.
 * - `ts` without one: a program, which may import the tutorial's `./Account.ts`. It is run, and the `text` block that follows is what it prints; a
 *   program that prints nothing shows nothing and is a defect.
 * - `console`: lines that begin with `$ ` are run by bash, one after another, in a folder that looks
 *   like the checkout; the lines below are what the command prints, both outputs together. `…` stands
 *   for what is another each time (a moment, an id, a path), a line of it alone for any lines. A
 *   command ends with 0 unless it ends in `# ends with 3`. After `$ cd FOLDER`, what follows on the page
 *   is run in that folder. `DATABASE_URL` is that of a PostgreSQL server, for pages that mention it.
 * - `sh`: commands alone, each of which ends with 0.
 * - `json`: is parsed.
 * - anything with `of="…"`: is a part of that file of the checkout, word for word. All parts of one file
 *   on a page, in order, are the whole of it.
 * - anything, with a reason in the info string (`sh norun="it fetches from the network"`): is not run.
 *   TypeScript is type-checked all the same.
 */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: ReadonlyArray<Block>;
}

export interface Block {
  /** Of the block's first line in the page. */
  readonly line: number;
  readonly language: string;
  /** Why it is not run. */
  readonly norun: string | undefined;
  /** Where its text goes in the checkout. */
  readonly file: string | undefined;
  /** The file of the checkout that it is a part of. */
  readonly of: string | undefined;
  readonly lines: ReadonlyArray<string>;
}

const fence = /^(\s*)```(\S*)(?: norun="([^"]+)")?(?: file="([^"]+)")?(?: of="([^"]+)")?$/;
const named = /^(?:\/\/|--) file: (\S+)$/;

export const parse = (path: string, text: string): Page => {
  const lines = text.split("\n");
  const blocks: Array<Block> = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (!lines[at]?.trimStart().startsWith("```")) continue;
    const [, indent = "", language = "", norun, into, of] = fence.exec(lines[at] ?? "") ?? [];
    if (!fence.test(lines[at] ?? "")) throw new Error(`${path}:${at + 1}: ${lines[at]} is no info`);
    const end = lines.indexOf(`${indent}\`\`\``, at + 1);
    if (end === -1) throw new Error(`${path}:${at + 1}: the block has no end`);
    const body = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
    const [, file = into] = named.exec(body[0] ?? "") ?? [];
    blocks.push({ line: at + 2, language, norun, file, of, lines: body });
    at = end;
  }
  return { path, text, blocks };
};

/** The files of a page as they are at its end, by their paths. */
export const files = ({ blocks }: Page): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const block of blocks) {
    if (block.file !== undefined) found.set(block.file, textOf(block, found.get(block.file)));
  }
  return found;
};

/** The parts of files of the checkout that a page shows, joined by file, without empty lines. */
export const parts = ({ blocks }: Page): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>();
  for (const { of, lines } of blocks) {
    if (of !== undefined) found.set(of, [...(found.get(of) ?? []), ...lines.filter(isFull)]);
  }
  return found;
};

export const isFull = (line: string): boolean => line !== "";

/** What a block makes of its file. */
export const textOf = (block: Block, before: string | undefined): string => {
  const { language, lines, file, line } = block;
  if (language !== "diff") return `${lines.join("\n")}\n`;
  let text = before ?? "";
  for (const place of lines.join("\n").split(/^@@.*\n/m)) {
    const side = (sign: string) =>
      place
        .trimEnd()
        .split("\n")
        .filter((one) => one === "" || one[0] === " " || one[0] === sign)
        .map((one) => `${one.slice(1)}\n`)
        .join("");
    const parts = text.split(side("-"));
    if (parts.length !== 2) {
      throw new Error(`line ${line}: it is ${parts.length - 1} times in ${file}: ${side("-")}`);
    }
    text = parts.join(side("+"));
  }
  return text;
};

/** A block that neither runs nor says why not. */
export const isIdle = (
  { language, norun, file, of }: Block,
  before: Block | undefined,
): boolean => {
  if (norun !== undefined || file !== undefined || of !== undefined) return false;
  if (language === "text") return before?.language !== "ts" || before.file !== undefined;
  return !["ts", "console", "sh", "json"].includes(language);
};

/** The relative links of a page, without what follows `#`. */
export const links = ({ text }: Page): ReadonlyArray<string> =>
  Array.from(text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g), ([, link = ""]) => link);
