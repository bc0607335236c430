import { type BadCell, keyOf } from "@ledgerfold/migration/BadData";
import { type Cell, quote } from "@ledgerfold/migration/internal/Cell";
import { type RawBuilder, sql } from "kysely";
import * as Catalog from "./Catalog.ts";
import * as Encoding from "./Encoding.ts";
import type * as Wanted from "./Wanted.ts";

export interface CopiedColumn extends Encoding.Encoding {
  readonly column: Catalog.Column;
}

/** Those that say something, and what of them cannot be copied at all. */
export const columnsOf = ({ name, relation, columns }: Wanted.Wanted, zone: string | undefined) => {
  const copied: Array<CopiedColumn> = [];
  const problems: Array<BadCell> = [];
  for (const [own, { kind }] of columns) {
    const column = Catalog.columnOf(relation, own);
    if (column === undefined) continue;
    const encoding = Encoding.of(column, kind?.zone ?? zone);
    if (encoding instanceof Encoding.Refused) {
      problems.push({ table: name, key: "", column: own, value: "", rule: encoding.rule });
    } else copied.push({ column, ...encoding });
  }
  return { columns: copied, problems };
};

export type TextRow = Readonly<Record<string, string | null>>;

/** How the rows of one table get from there to here. */
export interface TableCopy {
  readonly wanted: Wanted.Wanted;
  readonly columns: ReadonlyArray<CopiedColumn>;
  readonly query: RawBuilder<TextRow>;
  readonly insert: RawBuilder<unknown>;
  readonly read: (row: TextRow) => {
    readonly cells: ReadonlyArray<Cell>;
    readonly problems: ReadonlyArray<BadCell>;
  };
  readonly indexes: ReadonlyArray<RawBuilder<unknown>>;
}

export const make = (wanted: Wanted.Wanted, columns: ReadonlyArray<CopiedColumn>): TableCopy => {
  const { name, relation, key, sought, isSecret } = wanted;
  const order = (key.length > 0 ? key : [...wanted.columns.keys()]).map((column) => {
    const isText = Catalog.columnOf(relation, column)?.isText === true;
    return isText ? sql`${sql.id(column)} collate "C"` : sql.id(column);
  });
  const list = columns.map(
    ({ column, select }, place) => sql`${select(sql.id(column.name))} as ${sql.id(String(place))}`,
  );
  let place = 0n;
  return {
    wanted,
    columns,
    query: sql<TextRow>`select ${sql.join(list)} from ${sql.id(relation.schema, relation.name)}
      ${order.length > 0 ? sql`order by ${sql.join(order)}` : sql``}`,
    insert:
      columns.length === 0
        ? sql`insert into ${sql.id(name)} default values`
        : sql`insert into ${sql.id(name)} (${sql.join(columns.map(({ column }) => sql.id(column.name)))})
            values (${sql.join(columns.map(() => null))})`,
    read: (row) => {
      place += 1n;
      const refused: Array<readonly [column: Catalog.Column, refused: Encoding.Refused]> = [];
      const cells = columns.map(({ column, read }, at): Cell => {
        const text = row[at] ?? null;
        const cell = text === null ? null : read(text);
        if (!(cell instanceof Encoding.Refused)) return cell;
        refused.push([column, new Encoding.Refused(cell.rule, cell.value ?? text ?? "")]);
        return null;
      });
      if (refused.length === 0) return { cells, problems: [] };
      const byName = Object.fromEntries(columns.map(({ column }, at) => [column.name, cells[at]]));
      const keyText = keyOf({ key, isSecret }, byName as Record<string, Cell>, place);
      const problems = refused.map(([{ name: column, base }, { rule, value = "" }]) => {
        return {
          table: name,
          key: keyText,
          column,
          value: isSecret ? "" : `${base} ${quote(value)}`,
          rule,
        };
      });
      return { cells, problems };
    },
    indexes: sought.map(
      (column) =>
        sql`create index ${sql.id(`ledgerfold_${name}_${column}`)} on ${sql.id(name)} (${sql.id(column)})`,
    ),
  };
};
