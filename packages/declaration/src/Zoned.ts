import type { Columns } from "./Fate.ts";
import type { Kind } from "./Kind.ts";
import type { Migration } from "./Migration.ts";
import * as Zone from "./Zone.ts";

/** The migration whose moments are in this zone where neither they nor their columns name one. */
export const migration = <Type extends string>(
  zone: string,
  { table, definition, ...rest }: Migration<Type>,
): Migration<Type> => {
  const { joined } = definition;
  return {
    ...rest,
    table: {
      ...table,
      columns: columnsIn(zone, table.columns),
      rows: each(table.rows, (child) => ({ ...child, columns: columnsIn(zone, child.columns) })),
      beside: each(table.beside, (one) => ({ ...one, columns: columnsIn(zone, one.columns) })),
    },
    definition:
      joined === undefined
        ? definition
        : { ...definition, joined: each(joined, (kind) => kindIn(zone, kind)) },
  };
};

const columnsIn = (zone: string, columns: Columns): Columns =>
  each(columns, (fate) =>
    fate.kind === undefined ? fate : Object.assign({}, fate, { kind: kindIn(zone, fate.kind) }),
  );

const kindIn = <A>(zone: string, kind: Kind<A>): Kind<A> =>
  kind.zone === undefined && Zone.mayLack(kind.form) ? Zone.of(zone, kind) : kind;

const each = <A, B>(
  record: Readonly<Record<string, A>>,
  to: (value: A) => B,
): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
