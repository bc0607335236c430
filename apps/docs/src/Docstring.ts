import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as Page from "./Page.ts";

/**
 * What the docstrings of a module say of the names that it gives to others. A fenced `ts` block after
 * `@example` is a module of its own; where a `text` block follows it, it prints that.
 */
export interface Docstring {
  readonly name: string;
  /** From the checkout. */
  readonly file: string;
  /** Of the declaration's first line. */
  readonly line: number;
  /** Without the comment's stars; empty where there is none. */
  readonly text: string;
}

export interface Example {
  readonly lines: ReadonlyArray<string>;
  /** What it prints, where it says so. */
  readonly prints: ReadonlyArray<string> | undefined;
}

const declaration =
  /^export (?:declare )?(?:abstract )?(?:const|function|class|interface|type|namespace) (\w+)/;
const all = /^export \* from "([^"]+)";/gm;
const list = /^export (?:type )?\{([^}]*)\}(?: from "([^"]+)")?;/gm;

/** Whether a module says of itself what it is: in a comment behind its imports, alone. */
export const isIntroduced = (root: string, file: string): boolean =>
  /^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?:\n|$)/m.test(readFileSync(join(root, file), "utf8"));

/** Of all names that a file exports, also those that it hands on from its neighbours. */
export const read = (root: string, file: string): ReadonlyArray<Docstring> => {
  const source = readFileSync(join(root, file), "utf8");
  const lines = source.split("\n");
  const own = lines.flatMap((line, at) => {
    const [, name] = declaration.exec(line) ?? [];
    if (name === undefined && /^export (?!(?:type )?[{*])/.test(line)) {
      throw new Error(`${file}:${at + 1}: ${line} is no export that is read here`);
    }
    return name === undefined ? [] : [{ name, file, line: at + 1, text: above(lines, at) }];
  });
  const handed = Array.from(source.matchAll(list)).flatMap(([, names = "", from]) => {
    const wanted = names
      .split(",")
      .flatMap((one) => /(?:type )?(\w+)(?: as \w+)?\s*$/.exec(one)?.[1] ?? []);
    if (from === undefined) throw new Error(`${file}: export a name where it is declared`);
    if (!from.startsWith(".")) return [];
    const theirs = read(root, join(dirname(file), from));
    return theirs.filter(({ name }) => wanted.includes(name));
  });
  const whole = Array.from(source.matchAll(all)).flatMap(([, from = ""]) =>
    read(root, join(dirname(file), from)),
  );
  return [...own, ...handed, ...whole];
};

/** The text of the comment that ends right above a line. */
const above = (lines: ReadonlyArray<string>, at: number): string => {
  let end = at - 1;
  while (lines[end]?.startsWith("//")) end -= 1;
  if (!lines[end]?.trimEnd().endsWith("*/")) return "";
  let start = end;
  while (!lines[start]?.startsWith("/*")) start -= 1;
  if (!lines[start]?.startsWith("/**")) return "";
  return lines
    .slice(start, end + 1)
    .map((line) => line.replace(/^\/\*\*\s?|^ \*\/?\s?|\s*\*\/$/g, ""))
    .join("\n")
    .trim();
};

/** Fails, as a page does, where a block has no end. */
export const examples = ({ file, line, text }: Docstring): ReadonlyArray<Example> => {
  const [, ...after] = text.split(/^@example\b/m);
  return after.flatMap((part) => {
    const { blocks } = Page.parse(`${file}:${line}`, part);
    return blocks.flatMap(({ language, lines }, at) =>
      language === "ts"
        ? [
            {
              lines,
              prints: blocks[at + 1]?.language === "text" ? blocks[at + 1]?.lines : undefined,
            },
          ]
        : [],
    );
  });
};
