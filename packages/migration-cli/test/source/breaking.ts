import { hook } from "../broken.ts";
import { breaks } from "./Breaks.ts";

/** Copies the tables of the server at a URL for every break, and first with all lines as they are. */

const [url = ""] = process.argv.slice(2);
const all = [undefined, ...breaks];
const trial = new URL("trial.ts", import.meta.url);
const { load, isApplied } = hook(all, ["packages/migration-cli/src/source/", trial.href]);
const outcomes: Array<string> = [];
for (const [number, one] of all.entries()) {
  const { outcome } = await load(trial, number);
  const how = await outcome(url);
  outcomes.push(one === undefined || isApplied(one) ? how : "was not loaded");
}
process.stdout.write(JSON.stringify(outcomes));
