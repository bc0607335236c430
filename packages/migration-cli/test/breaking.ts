import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Break, breaks } from "./Breaks.ts";

/**
 * Migrates and verifies one file for every break, each with modules of its own in which one line is
 * another, and prints how each came out as JSON.
 */

const checkout = new URL("../../../", import.meta.url);
const all: ReadonlyArray<Break | undefined> = [undefined, ...Object.values(breaks).flat()];

/** The modules that can hold such a line, and those that load them: each break gets its own. */
const ours = ["packages/migration/", "packages/verifier/", "packages/scalars/"]
  .map((path) => new URL(path, checkout).href)
  .concat(new URL("Parcel.ts", import.meta.url).href);

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
    const one = all[Number(ofBreak(url) ?? 0)];
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
const applied = new Set<Break>();

const folder = mkdtempSync(join(tmpdir(), "breaks-"));
const outcomes: Array<string> = [];
try {
  const file = join(folder, "parcels.db");
  const { write } = await import("./Parcel.ts");
  write(file, 30);
  const trial = new URL("trial.ts", import.meta.url);
  ours.push(trial.href);
  for (const [number, one] of all.entries()) {
    const path = join(folder, `${number}.db`);
    copyFileSync(file, path);
    const { outcome } = await import(`${pathToFileURL(fileURLToPath(trial)).href}?break=${number}`);
    const how = await outcome(path);
    outcomes.push(one === undefined || applied.has(one) ? how : "was not loaded");
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(JSON.stringify(outcomes));
