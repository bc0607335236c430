import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Tried } from "./tryEach.ts";

/** How many changes of each kind the verifier saw: counted here, and kept in the documentation. */

const path = join(import.meta.dirname, "../../../../docs/verification.md");

export interface Figure {
  readonly suite: string;
  readonly tried: number;
  readonly seen: number;
  readonly withoutMeaning: number;
}

const row = /^\| ([^|]*?) +\| +([\d,]+) +\| +([\d,]+) +\| +([\d,]+) +\|$/gm;
const number = (text = "") => Number(text.replaceAll(",", ""));
export const shown = (value: number) => value.toLocaleString("en-US");

export const documentation = (): string => readFileSync(path, "utf8");

/** The rows of the table there, the sum too. */
export const documented = (): ReadonlyArray<Figure> =>
  Array.from(documentation().matchAll(row), ([, suite = "", tried, seen, withoutMeaning]) => ({
    suite,
    tried: number(tried),
    seen: number(seen),
    withoutMeaning: number(withoutMeaning),
  }));

const line = ({ suite, tried, seen, withoutMeaning }: Figure): string =>
  `verifier, ${suite}: ${shown(seen)} of ${shown(tried)} changes seen; ${shown(withoutMeaning)} without meaning left out by name`;

export const make = (suite: string) => {
  let [tried, withoutMeaning, missed] = [0, 0, 0];
  return {
    /** Changes without meaning are none that anybody could see, and are counted beside the others. */
    add: (found: Tried): void => {
      expect(found.missed).toEqual([]);
      tried += found.tried - found.unseen.length;
      withoutMeaning += found.unseen.length;
      missed += found.missed.length;
    },
    /** Prints the figure, which must be the one in the documentation. */
    check: (): void => {
      const figure = { suite, tried, seen: tried - missed, withoutMeaning };
      console.log(line(figure));
      expect(documented().filter((known) => known.suite === suite)).toEqual([figure]);
    },
  };
};
