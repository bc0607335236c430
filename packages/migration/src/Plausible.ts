import type { Bound, Plausible } from "@ledgerfold/declaration/Kind";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Option } from "effect";
import type { Cell } from "./Cell.ts";

/** The writer's way of holding moments to the days on which they are plausible. */

const dayLength = 86_400_000_000_000n;

type Read = (cell: Cell) => Timestamp.Timestamp | undefined;

/** Reads as `read` does, and undefined where the moment is not plausible. */
export const only = (plausible: Plausible, read: Read): Read => {
  if (isAny(plausible)) return read;
  const [first, last] = [startOf(plausible.from), startOf(plausible.to)];
  return (cell) => {
    const moment = read(cell);
    if (moment === undefined || moment < first() || moment >= last() + dayLength) return undefined;
    return moment;
  };
};

/** Whether every moment that the log can have is plausible. */
export const isAny = ({ from, to }: Plausible): boolean =>
  from === "0000-01-01" && to === "9999-12-31";

/** The days as the end of a rule's sentence. */
export const show = ({ from, to }: Plausible): string => `, from ${shown(from)} to ${shown(to)}`;

const startOf = (bound: Bound): (() => bigint) => {
  if (typeof bound === "string") {
    const start = Option.getOrThrow(Timestamp.parse(`${bound}T00:00:00Z`));
    return () => start;
  }
  const after = BigInt(bound.daysFromNow) * dayLength;
  return () => {
    const now = Timestamp.fromMilliseconds(Date.now());
    return now - (now % dayLength) + after;
  };
};

const shown = (bound: Bound): string =>
  typeof bound === "string" ? bound : `${bound.daysFromNow} days from now`;
