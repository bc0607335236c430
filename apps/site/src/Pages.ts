import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, normalize, relative } from "node:path";
import { checkout, packages, pages, pagesIn, read } from "./Checkout.ts";

/**
 * The pages of docs as the site has them: links lead to where the site has what they name, and a block
 * is titled by its file. What of the repository the site does not have is named without a link.
 */

/** By their paths in the repository. */
const addresses = (): ReadonlyMap<string, string> =>
  new Map([
    ["README.md", "index.md"],
    ...[...pagesIn("docs"), ...pagesIn("docs/adr")].map((path) => {
      const at = relative("docs", path);
      return [path, basename(at) === "README.md" ? join(dirname(at), "index.md") : at] as const;
    }),
  ]);

export const write = (): void => {
  const known = addresses();
  const libraries = new Set(packages().map(({ name }) => name));
  const put = (to: string, text: string) => {
    mkdirSync(dirname(join(pages, to)), { recursive: true });
    writeFileSync(join(pages, to), text);
  };
  const resolved = (page: string, link: string): string | undefined => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path));
    const hash = anchor === undefined ? "" : `#${anchor}`;
    const address = known.get(target) ?? known.get(join(target, "README.md"));
    if (address !== undefined) return `/${address}${hash}`;
    const [, library = ""] = /^packages\/([^/]+)(?:\/README\.md)?$/.exec(target) ?? [];
    if (libraries.has(library)) return `/api/${library}/index.md`;
    if (!target.startsWith("docs/") || !existsSync(join(checkout, target))) return undefined;
    const file = relative("docs", target);
    const folder = file.endsWith(".svg") ? pages : join(pages, "public");
    cpSync(join(checkout, target), join(folder, file), { recursive: true });
    return `/${file}`;
  };
  for (const [path, address] of known) {
    const resolve = (link: string) => resolved(path, link);
    put(address, shown(read(path), resolve));
  }
};

/** A page's text, with the links that `resolve` gives. */
export const shown = (text: string, resolve: (link: string) => string | undefined): string => {
  let fence: string | undefined;
  const lines: Array<string> = [];
  for (const line of text.split("\n")) {
    const [, indent, language, info = ""] = /^(\s*)```(\S*)(.*)$/.exec(line) ?? [];
    if (indent !== undefined && fence === undefined) {
      const [, file] = /file="([^"]+)"/.exec(info) ?? [];
      fence = indent;
      lines.push(`${indent}\`\`\`${language}${file === undefined ? "" : ` [${file}]`}`);
    } else if (fence !== undefined) {
      const [, file] = /^\s*(?:\/\/|--) file: (\S+)$/.exec(line) ?? [];
      const opening = lines.at(-1) ?? "";
      if (file !== undefined && opening.startsWith(`${fence}\`\`\``)) {
        lines[lines.length - 1] = `${opening} [${file}]`;
      } else lines.push(line);
      if (line === `${fence}\`\`\``) fence = undefined;
    } else lines.push(linked(line, resolve));
  }
  return titled(copied(lines)).join("\n");
};

/** What is only typed is copied without its prompts, as VitePress does in a block of `sh`. */
const copied = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.map((line, at) => {
    if (!/^\s*```console$/.test(line)) return line;
    const end = lines.indexOf(line.replace("console", ""), at);
    const isTyped = lines.slice(at + 1, end).every((one) => one.trimStart().startsWith("$ "));
    return isTyped ? line.replace("console", "sh") : line;
  });

const linked = (line: string, resolve: (link: string) => string | undefined): string =>
  line.replace(
    /(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\((?!https?:)([^)\s]+)\)/g,
    (_, image: string, text: string, link: string) => {
      const target = resolve(link);
      if (target === undefined) return text;
      // What VitePress knows as no page it would take for one.
      const isFile = image === "" && !/\.md(#|$)/.test(target) && /\.\w+$/.test(target);
      return `${image}[${text}](${target})${isFile ? '{target="_self"}' : ""}`;
    },
  );

/** VitePress shows the title of a block in a group, be it of one. */
const titled = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const found: Array<string> = [];
  let closing: string | undefined;
  for (const line of lines) {
    const [, indent] = /^(\s*)```\S+ \[.+\]$/.exec(line) ?? [];
    if (indent !== undefined) {
      found.push(`${indent}::: code-group`);
      closing = `${indent}\`\`\``;
      found.push(line);
    } else {
      found.push(line);
      if (line === closing) {
        found.push(line.replace("```", ":::"));
        closing = undefined;
      }
    }
  }
  return found;
};
