import type { Fate } from "@ledgerfold/declaration/Fate";
import type { Migration } from "@ledgerfold/declaration/Migration";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { folded } from "@ledgerfold/declaration/Folded";
import { cellsOf, type Where } from "@ledgerfold/declaration/Where";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import type { Cell, Row } from "@ledgerfold/verifier/Cell";
import * as AggregateSpecs from "@ledgerfold/verifier/AggregateSpecs";
import { type RawBuilder, sql } from "kysely";
import { nameIn, sample, taken } from "./Loose.ts";
import * as Meaning from "./Meaning.ts";

/** The legacy tables of a plan as one file has them, with what their columns are for. */
export interface Source {
  readonly migration: Migration;
  readonly table: string;
  readonly key: ReadonlyArray<string>;
  readonly where: Where;
  readonly columns: ReadonlyArray<readonly [name: string, fate: Fate]>;
  /** Which of its rows something is made of; `row` is one of them. */
  readonly rows: RawBuilder<unknown>;
  /** What rows of two tables say together, and which columns they find each other by. */
  readonly joins: ReadonlyArray<{
    readonly by: ReadonlyArray<string>;
    readonly says: RawBuilder<unknown>;
  }>;
}

/** Tables, their children, and their lookups of which a row is named. */
export const sources = (database: Service, { migrations }: Plan): ReadonlyArray<Source> => {
  const found = Object.values(migrations).flatMap((migration): ReadonlyArray<Source> => {
    const { table } = migration;
    const name = nameIn(database, table.names);
    if (name === undefined) return [];
    const { key, where } = table;
    const children = Object.values(table.rows).flatMap((child) => {
      const own = nameIn(database, [child.name]);
      return own === undefined
        ? []
        : [{ ...child, name: own, says: belongs(name, key[0], { ...child, name: own }) }];
    });
    const lookups = Object.entries(table.beside).flatMap(([beside, { columns, on }]) => {
      const own = nameIn(database, [beside]);
      if (own === undefined || on === undefined) return [];
      const carried = Object.keys(columns).filter((column) => columns[column]?.fate === "carried");
      return [{ ...on, columns, name: own, says: names(name, own, on, carried) }];
    });
    const one = { migration, where: {}, joins: [] };
    return [
      {
        ...{ migration, table: name, key, where, columns: Object.entries(table.columns) },
        rows: taken(where, "row"),
        joins: [
          ...children.map(({ says }) => ({ by: key, says })),
          ...lookups.map(({ by, says }) => ({ by: [by], says })),
        ],
      },
      ...children.map((child) => ({
        ...{ ...one, table: child.name, key: [child.key], where: child.where },
        columns: Object.entries(child.columns),
        rows: taken(child.where, "row"),
        joins: [{ by: [child.of, child.key], says: child.says }],
      })),
      ...lookups.map((lookup) => ({
        ...{
          ...one,
          table: lookup.name,
          key: [lookup.key],
          columns: Object.entries(lookup.columns),
        },
        rows: sql`exists (select 1 from ${sql.table(name)} as other
          where ${sql.ref(`other.${lookup.by}`)} = ${sql.ref(`row.${lookup.key}`)})`,
        joins: [{ by: [lookup.key], says: lookup.says }],
      })),
    ];
  });
  return found.map((source) => {
    const has = columnsOf(database, source.table);
    const columns = source.columns.filter(([column]) => has.has(folded(column)));
    // A table may be of several definitions, or named by them.
    const joins = found.filter(({ table }) => table === source.table).flatMap(({ joins }) => joins);
    return { ...source, columns, joins };
  });
};

const columnsOf = (database: Service, table: string): ReadonlySet<string> =>
  new Set(
    database
      .execute(raw(sql<{ name: string }>`select name from pragma_table_xinfo(${table})`))
      .map(({ name }) => folded(name)),
  );

const includes = (cells: ReadonlyArray<Cell>, cell: Cell) => cells.includes(cell);

/** Which rows belong to which, in their order. */
const belongs = (
  table: string,
  key: string,
  child: {
    readonly name: string;
    readonly of: string;
    readonly key: string;
    readonly where: Where;
  },
) =>
  sql`select part.rowid, row.rowid as of from ${sql.table(child.name)} as part
    left join ${sql.table(table)} as row on ${sql.ref(`part.${child.of}`)} = ${sql.ref(`row.${key}`)}
    where ${taken(child.where, "part")}
    order by ${sql.ref(`part.${child.key}`)} collate binary, part.rowid`;

/** What the named rows say. */
const names = (
  table: string,
  lookup: string,
  { by, key }: { readonly by: string; readonly key: string },
  carried: ReadonlyArray<string>,
) => {
  const said = carried.length === 0 ? ["rowid"] : carried;
  return sql`select row.rowid, ${sql.join(said.map((name) => sql.ref(`named.${name}`)))}
    from ${sql.table(table)} as row
    left join ${sql.table(lookup)} as named on ${sql.ref(`named.${key}`)} = ${sql.ref(`row.${by}`)}
    order by row.rowid, named.rowid`;
};

export const rowids = (database: Service, source: Source, most?: number): ReadonlyArray<bigint> => {
  const all = database
    .execute(
      raw(sql<{ rowid: bigint }>`
        select row.rowid as rowid from ${sql.table(source.table)} as row
        where ${source.rows} order by row.rowid`),
    )
    .map(({ rowid }) => rowid);
  return most === undefined ? all : sample(all, most);
};

export const rowOf = (database: Service, table: string, rowid: bigint): Row =>
  database.execute(raw(sql<Row>`select * from ${sql.table(table)} where rowid = ${rowid}`))[0] ??
  {};

/** What a change of one cell means, by the declarations. */
export type Weight = "means something" | "same value" | "left out";

export const weigh = (
  { migration, table, where, joins }: Source,
  column: string,
  fate: Fate,
  {
    before,
    after,
    joined,
  }: { readonly before: Row; readonly after: Row; readonly joined: boolean },
): Weight => {
  const [from = null, to = null] = [before[column], after[column]];
  const isTaken = cellsOf(where).every(([name, cells]) => name !== column || includes(cells, to));
  if (!isTaken || joined) return "means something";
  const isJoin = joins.some(({ by }) => by.includes(column));
  if (fate.fate === "left out" && fate.kind === undefined) return "left out";
  if (fate.fate === "derived" && isJoin) return "same value";
  if (fate.fate === "derived" && fate.into.length === 0) return "left out";
  if (fate.kind === undefined || Meaning.alike(fate.kind, from, to)) return "same value";
  return isReadAlike(migration, table, fate, before, after) ? "same value" : "means something";
};

/** Fields that have rules of their own say what these read of the row. */
const isReadAlike = (
  migration: Migration,
  table: string,
  fate: Fate,
  before: Row,
  after: Row,
): boolean => {
  const isOwn = migration.table.names.some((name) => folded(name) === folded(table));
  if (!isOwn || fate.fate === "left out") return false;
  const { rules = {} } = migration.definition;
  const named = [...(fate.fate === "carried" ? [fate.to] : []), ...fate.into];
  const { fields } = AggregateSpecs.of(migration);
  return named.every((name) => {
    const rule = fields[name];
    if (!Object.hasOwn(rules, name) || rule === undefined || !("legacy" in rule)) return false;
    const [one, other] = [before, after].map((row) => rule.legacy(row, {}));
    return one === other && typeof one !== "object";
  });
};
