import type { EarlierRow } from "./Earlier.ts";

/**
 * Rows that a proof knows by their rowids and that have others now, as after `.dump` into a new file or
 * a VACUUM of a table that names no rowid. A row is the proven one when under its old rowid it makes the
 * very leaf of the proof; so nothing is guessed, and the root can still be made of it.
 */

export interface Then extends EarlierRow {
  readonly key: bigint;
  /** Its place among all rows of the proof. */
  readonly place: number;
}

export interface Now {
  readonly rowid: bigint;
  /** Its place among all rows of the table. */
  readonly place: number;
}

export interface Settled {
  /** The rowid now by the rowid then, of rows that are as they were. */
  readonly moved: ReadonlyMap<bigint, bigint>;
  readonly changed: ReadonlyArray<readonly [then: Then, now: Now]>;
  readonly missing: ReadonlyArray<Then>;
  readonly added: ReadonlyArray<Now>;
}

/**
 * Finds the rows of `then` among those of `now`, both in the order of their rowids. `isLeaf` says
 * whether a row would make the leaf under the rowid that it had. Rows keep their order when they are
 * copied; with `inAnyOrder` the rest is looked for everywhere, which a log must not be.
 */
export const settle = (
  then: ReadonlyArray<Then>,
  now: ReadonlyArray<Now>,
  isLeaf: (then: Then, now: Now) => boolean,
  inAnyOrder: boolean,
): Settled => {
  const found = new Map<Then, Now>();
  let tries = then.length + mostTries;
  const isSame = (one: Then, other: Now) => {
    tries -= 1;
    return tries >= 0 && isLeaf(one, other);
  };
  let from = 0;
  for (const one of then) {
    for (let at = from; at < Math.min(now.length, from + window); at += 1) {
      const other = now[at];
      if (other === undefined || !isSame(one, other)) continue;
      found.set(one, other);
      from = at + 1;
      break;
    }
  }
  const taken = new Set(found.values());
  if (inAnyOrder) {
    const left = new Set(now.filter((other) => !taken.has(other)));
    for (const one of then) {
      if (found.has(one)) continue;
      for (const other of left) {
        if (tries <= 0) break;
        if (!isSame(one, other)) continue;
        found.set(one, other);
        taken.add(other);
        left.delete(other);
        break;
      }
    }
  }
  const changed = pairs(then, now, found);
  for (const [one, other] of changed) {
    found.set(one, other);
    taken.add(other);
  }
  const hasChanged = new Set(changed.map(([one]) => one));
  return {
    moved: new Map(
      [...found].flatMap(([one, other]) =>
        hasChanged.has(one) ? [] : [[one.key, other.rowid] as const],
      ),
    ),
    changed,
    missing: then.filter((one) => !found.has(one)),
    added: now.filter((other) => !taken.has(other)),
  };
};

/** Rows that stand where a proven one should, by what has moved beside it or by its rowid. */
const pairs = (
  then: ReadonlyArray<Then>,
  now: ReadonlyArray<Now>,
  found: ReadonlyMap<Then, Now>,
): ReadonlyArray<readonly [Then, Now]> => {
  const taken = new Set(found.values());
  const left = now.filter((other) => !taken.has(other));
  const byPlace = new Map(left.map((other) => [other.place, other]));
  const byRowid = new Map(left.map((other) => [other.rowid, other]));
  const first = then.flatMap((one) => shiftOf(one, found.get(one))).at(0);
  let shift = first;
  const changed: Array<readonly [Then, Now]> = [];
  for (const one of then) {
    if (found.has(one)) {
      shift = shiftOf(one, found.get(one)).at(0) ?? shift;
      continue;
    }
    const other =
      (shift === undefined ? undefined : byPlace.get(one.place + shift)) ?? byRowid.get(one.key);
    if (other === undefined) continue;
    byPlace.delete(other.place);
    byRowid.delete(other.rowid);
    changed.push([one, other]);
  }
  return changed;
};

const shiftOf = (then: Then, now: Now | undefined): ReadonlyArray<number> =>
  now === undefined || now.rowid === then.key ? [] : [now.place - then.place];

/** Rows that a row is looked for in, from where the one before it was found. */
const window = 64;
/** Beyond one for each row; each reads and hashes a row, which takes some microseconds. */
const mostTries = 1_000_000;
