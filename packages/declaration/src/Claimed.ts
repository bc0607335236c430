import { folded } from "./Folded.ts";
import type { Table } from "./Table.ts";
import { cellsOf, type Where } from "./Where.ts";

/** A table of several kinds of rows, and who takes which; what nobody takes for a reason is a kind, too. */
export interface Claimed {
  /** The names that it had, latest first. */
  readonly names: ReadonlyArray<string>;
  readonly owner: Table;
  /** Tells a row from others. */
  readonly key: ReadonlyArray<string>;
  readonly kinds: ReadonlyArray<Where>;
}

/** The tables of which some definition takes only some rows. */
export const claimed = (tables: ReadonlyArray<Table>): ReadonlyArray<Claimed> => {
  const found = new Map<string, Claimed>();
  const claim = (
    names: ReadonlyArray<string>,
    one: Omit<Claimed, "names" | "kinds">,
    wheres: ReadonlyArray<Where>,
  ) => {
    const place = folded(names[0] ?? "");
    const before = found.get(place) ?? { ...one, names, kinds: [] };
    found.set(place, { ...before, kinds: [...before.kinds, ...wheres] });
  };
  for (const owner of tables) {
    claim(owner.names, { owner, key: owner.key }, kindsOf(owner));
    for (const child of Object.values(owner.rows)) {
      claim([child.name], { owner, key: [child.key] }, kindsOf(child));
    }
  }
  return [...found.values()].filter(({ kinds }) => kinds.some((one) => cellsOf(one).length > 0));
};

const kindsOf = ({ where, leftRows }: Pick<Table, "where" | "leftRows">) => [
  where,
  ...leftRows.map((left) => left.where),
];
