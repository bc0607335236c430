import type { Decimal } from "@ledgerfold/scalars/Decimal";
import type { Said } from "@ledgerfold/declaration/Writing";

/** Counts the decimals that other services cannot hold to the last place. */
export const counter = (what: string) => {
  let count = 0;
  return {
    add: (values: ReadonlyArray<Decimal>) => {
      for (const value of values) if (value.decimalPlaces() > most) count += 1;
    },
    entries: (): ReadonlyArray<Said> =>
      count === 0
        ? []
        : [
            {
              _tag: "Warning",
              message: `${count} ${what} have more than ${most} decimal places: they are written exactly, but other services round them when they read them`,
            },
          ],
  };
};

/** A warning of how many, where there are any. */
export const unless = (count: number, what: string): ReadonlyArray<Said> =>
  count === 0 ? [] : [{ _tag: "Warning", message: `${count} ${what}` }];

const most = 28;
