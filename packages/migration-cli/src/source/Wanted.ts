import type { Columns, Fate } from "@ledgerfold/declaration/Fate";
import type * as Plan from "@ledgerfold/declaration/Plan";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { type Child, columnsUnder, type Table } from "@ledgerfold/declaration/internal/Table";
import * as Catalog from "./Catalog.ts";

/**
 * What of a database is copied for a plan: the columns that say something, and those that are left out
 * and that rows are all the same told apart, ordered or found by.
 */
export interface Wanted {
  readonly relation: Catalog.Relation;
  /** In the copy: as it is declared. */
  readonly name: string;
  /** By the name that the database has for it. */
  readonly columns: ReadonlyMap<string, Fate>;
  /** The columns that tell rows from each other, whose order they are in. */
  readonly key: ReadonlyArray<string>;
  /** Columns by which rows of other tables find rows of this one, or its rows theirs. */
  readonly sought: ReadonlyArray<string>;
  /** Whether nothing of its rows may be shown. */
  readonly isSecret: boolean;
}

/** Names that mean more than one thing: nobody can say which is meant. */
interface Ambiguous {
  readonly name: string;
  readonly relations: ReadonlyArray<Catalog.Relation>;
}

export interface Found {
  readonly wanted: ReadonlyArray<Wanted>;
  readonly ambiguous: ReadonlyArray<Ambiguous>;
  /** The declared tables that are there, by the names that they are declared with. */
  readonly declared: ReadonlyMap<Catalog.Relation, string>;
  /** The names of those that are not. */
  readonly missing: ReadonlyArray<string>;
}

interface Stated {
  readonly name: string;
  readonly columns: Columns;
  /** The columns that the declaration names beside their fates. */
  readonly named: ReadonlySet<string>;
  readonly key: ReadonlyArray<string>;
  readonly sought: ReadonlyArray<string>;
  readonly isSecret: boolean;
}

/** What of a plan says what is copied. */
export type Copied = Pick<Plan.Plan, "tables" | "migrations" | "zone">;

export const find = (
  { tables, migrations }: Copied,
  relations: ReadonlyArray<Catalog.Relation>,
): Found => {
  const stated: ReadonlyArray<Stated> = tables.flatMap((table) => {
    const { isSecret, key, names, rows, beside } = table;
    const named = namedIn(table, migrations[table.type]);
    return [
      ...names.map((name) => {
        return { name, columns: columnsUnder(table, name), named, key, sought: [key[0]], isSecret };
      }),
      ...Object.values(rows).map((child) => {
        const { name, columns, key, of } = child;
        const named = new Set([of, key, ...tellingApart(child)]);
        return { name, columns, named, key: [of, key], sought: [of], isSecret };
      }),
      ...Object.entries(beside).map(([name, { columns, on }]) => {
        const keys = on === undefined ? [] : [on.key];
        return { name, columns, named: new Set(keys), key: keys, sought: keys, isSecret };
      }),
    ];
  });
  const declared = new Map<Catalog.Relation, string>();
  const wanted = new Map<Catalog.Relation, Wanted>();
  const ambiguous: Array<Ambiguous> = [];
  const missing: Array<string> = [];
  for (const one of stated) {
    const found = Catalog.called(relations, one.name);
    if (found.length > 1) ambiguous.push({ name: one.name, relations: found });
    const [relation] = found;
    if (relation === undefined) {
      missing.push(one.name);
      continue;
    }
    const own = (name: string) => Catalog.columnOf(relation, name)?.name;
    const known = wanted.get(relation);
    const columns = new Map(known?.columns);
    for (const [name, fate] of Object.entries(one.columns)) {
      const column = own(name);
      const isAsked = fate.kind !== undefined || one.named.has(name);
      if (column !== undefined && isAsked) columns.set(column, fate);
    }
    const all = (names: ReadonlyArray<string>) =>
      names.flatMap((name) => {
        const column = own(name);
        return column !== undefined && columns.has(column) ? [column] : [];
      });
    declared.set(relation, known?.name ?? one.name);
    const { key } = relation;
    const isWhole = key.length > 0 && key.every((column) => columns.has(column));
    wanted.set(relation, {
      relation,
      name: known?.name ?? one.name,
      columns,
      key: isWhole ? key : (known?.key ?? all(one.key)),
      sought: [...new Set([...(known?.sought ?? []), ...all(one.sought)])],
      isSecret: one.isSecret || known?.isSecret === true,
    });
  }
  return { wanted: [...wanted.values()], ambiguous, declared, missing };
};

const namedIn = (table: Table, migration: Plan.Migration | undefined): ReadonlySet<string> => {
  const { writtenAt = [], grows } = migration?.definition ?? {};
  return new Set([
    ...table.key,
    ...table.order,
    ...tellingApart(table),
    ...Object.values(table.beside).flatMap(({ on }) => on?.by ?? []),
    ...writtenAt,
    ...(grows === undefined ? [] : [grows.column]),
  ]);
};

const tellingApart = ({ where, leftRows }: Pick<Child, "where" | "leftRows">) =>
  [where, ...leftRows.map((left) => left.where)].flatMap((cells) => Object.keys(cells));

/** Columns of one relation whose names SQLite takes for the same. */
export const alike = ({ relation }: Wanted): ReadonlyArray<string> =>
  relation.columns
    .map(({ name }) => name)
    .filter((name, _, all) => all.filter((other) => folded(other) === folded(name)).length > 1);
