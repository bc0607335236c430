import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { type Break, breaks, files } from "./Breaks.ts";

/**
 * The two sides share no line that converts a value: where one of them has another line, the other
 * does not go along with it.
 */

const child = fileURLToPath(new URL("breaking.ts", import.meta.url));
let outcomes: ReadonlyArray<string> = [];
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [child]);
  outcomes = JSON.parse(stdout);
}, 240_000);

const all = Object.values(breaks).flat();
const outcomeOf = (one: Break) => outcomes[files.length + all.indexOf(one)];

it("finds no differences with every line as it is", () => {
  expect(outcomes).toHaveLength(files.length + all.length);
  expect(outcomes.slice(0, files.length)).toEqual(files.map(() => "no differences"));
});

/** A side also stops by itself, where it counts rows twice or holds a copy to its table. */
const seen =
  /^(differences|refused: BadLegacyData|refused: DatabaseError|not verified: DatabaseError)$/;

describe.each(Object.entries(breaks))("on the side of the %s", (_, broken) => {
  it.each(broken.map((one) => [one.line, one.file, one.broken, one] as const))(
    "%s in %s, as %s, is seen",
    (_, __, ___, one) => {
      expect(outcomeOf(one)).toMatch(seen);
    },
  );
});
