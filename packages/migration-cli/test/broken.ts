import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/** Modules in which one line is another, beside those that are as they are. */

/** A line, which must be in its file exactly once, and what stands in its place. */
export interface Broken {
  readonly file: string;
  readonly line: string;
  readonly broken: string;
}

const checkout = new URL("../../../", import.meta.url);

/**
 * Whatever is imported with `?break=3` gets modules of its own, as far as they are below these paths
 * of the checkout, and in them the fourth of these lines is another.
 */
export const hook = (all: ReadonlyArray<Broken | undefined>, paths: ReadonlyArray<string>) => {
  const ours = paths.map((path) => new URL(path, checkout).href);
  const applied = new Set<Broken>();
  const ofBreak = (url: string) => new URL(url).searchParams.get("break");
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      const number = context.parentURL === undefined ? null : ofBreak(context.parentURL);
      if (number === null || !ours.some((path) => found.url.startsWith(path))) return found;
      return { ...found, url: `${found.url}?break=${number}` };
    },
    load: (url, context, next) => {
      const loaded = next(url, context);
      const one = all[Number(ofBreak(url) ?? -1)];
      if (one === undefined || !url.startsWith(new URL(one.file, checkout).href)) return loaded;
      const source = readFileSync(fileURLToPath(url), "utf8");
      const [before, ...rest] = source.split(one.line);
      if (rest.length !== 1) {
        throw new Error(`${one.file} has ${rest.length} times ${JSON.stringify(one.line)}`);
      }
      applied.add(one);
      return { ...loaded, source: `${before}${one.broken}${rest[0]}` };
    },
  });
  return {
    /** The module, and those that it imports, with the line of that number. */
    load: (module: URL, number: number) => import(`${module.href}?break=${number}`),
    isApplied: (one: Broken) => applied.has(one),
  };
};
