import type { Plan } from "@ledgerfold/declaration/Plan";
import { folded } from "@ledgerfold/declaration/Folded";
import type { Table } from "@ledgerfold/declaration/Table";
import { cellsOf, type Where } from "@ledgerfold/declaration/Where";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";

/** The tables of a copy, made so that any of their cells may hold anything. */

/** `rows` of each table stay, with what belongs to them. */
export const loosen = (database: Service, plan: Plan, rows: number | undefined): void => {
  database.execute(raw(sql`pragma foreign_keys = off`));
  const joined = joinedColumns(plan.tables);
  for (const name of namesOf(plan.tables)) {
    const table = nameIn(database, [name]);
    if (table !== undefined) loosenOne(database, table, joined);
  }
  const hasOwnJoins = Object.values(plan.migrations).some(
    ({ definition }) => definition.sqlite !== undefined || definition.verify?.beside !== undefined,
  );
  if (rows !== undefined && !hasOwnJoins) cut(database, plan.tables, rows);
};

/** Under which of its names a file has the table. */
export const nameIn = (database: Service, names: ReadonlyArray<string>): string | undefined => {
  for (const name of names) {
    const [found] = database.execute(
      raw(sql<{ name: string }>`
        select name from main.sqlite_schema where type = 'table' and name = ${name} collate nocase`),
    );
    if (found !== undefined) return found.name;
  }
  return undefined;
};

/** Rows that a definition takes; cells count with their storage class. */
export const taken = (where: Where, alias: string): RawBuilder<unknown> => {
  const each = cellsOf(where).map(([column, cells]) => {
    const cell = sql.ref(`${alias}.${column}`);
    const some = cells.map((one) => sql`(${cell} is ${one} and typeof(${cell}) = typeof(${one}))`);
    return sql`(${sql.join(some, sql` or `)})`;
  });
  return each.length === 0 ? sql`true` : sql.join(each, sql` and `);
};

/** So many of them, from the first to the last. */
export const sample = <A>(all: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
  all.length <= most
    ? all
    : Array.from({ length: most }, (_, place) =>
        all.slice(Math.floor((place * (all.length - 1)) / Math.max(1, most - 1))),
      ).flatMap(([one]) => (one === undefined ? [] : [one]));

const namesOf = (tables: ReadonlyArray<Table>): ReadonlySet<string> =>
  new Set(
    tables.flatMap(({ names, rows, beside }) =>
      [...names, ...Object.values(rows).map(({ name }) => name), ...Object.keys(beside)].map(
        folded,
      ),
    ),
  );

/** Those that rows are found by: how they compare depends on their types. */
const joinedColumns = (tables: ReadonlyArray<Table>): ReadonlySet<string> =>
  new Set(
    tables.flatMap(({ names, key, rows, beside }) =>
      [
        ...names.flatMap((name) => [
          ...(Object.keys(rows).length > 0 ? [`${name}.${key[0]}`] : []),
          ...Object.values(beside).flatMap(({ on }) =>
            on === undefined ? [] : [`${name}.${on.by}`],
          ),
        ]),
        ...Object.values(rows).map((child) => `${child.name}.${child.of}`),
        ...Object.entries(beside).flatMap(([name, { on }]) =>
          on === undefined ? [] : [`${name}.${on.key}`],
        ),
      ].map(folded),
    ),
  );

const loosenOne = (database: Service, table: string, joined: ReadonlySet<string>): void => {
  const run = (query: RawBuilder<unknown>) => database.execute(raw(query));
  const columns = database.execute(
    raw(sql<{ name: string; type: string }>`
      select name, type from pragma_table_xinfo(${table}) where hidden <> 1`),
  );
  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  const [kept, index] = [sql.table("ledgerfold_kept"), sql.id("ledgerfold_collations")];
  // An index is asked for the collations, which no table tells.
  run(sql`create index ${index} on ${sql.table(table)} (${names})`);
  const collations = database.execute(
    raw(sql<{ coll: string }>`
      select coll from pragma_index_xinfo('ledgerfold_collations') where key order by seqno`),
  );
  run(sql`create table ${kept} as select ${names} from ${sql.table(table)}`);
  run(sql`drop table ${sql.table(table)}`);
  const declared = columns.map(({ name, type }, place) => {
    const isJoined = joined.has(folded(`${table}.${name}`));
    const collation = sql.id(collations[place]?.coll ?? "BINARY");
    return sql`${sql.id(name)} ${isJoined ? sql.raw(type) : sql``} collate ${collation}`;
  });
  run(sql`create table ${sql.table(table)} (${sql.join(declared)})`);
  run(sql`insert into ${sql.table(table)} select * from ${kept} order by rowid`);
  run(sql`drop table ${kept}`);
};

const cut = (database: Service, tables: ReadonlyArray<Table>, most: number): void => {
  const kept = new Map<string, Set<bigint>>();
  const keep = (name: string, rows: ReadonlyArray<{ readonly row: bigint }>) => {
    kept.set(name, new Set([...(kept.get(name) ?? []), ...rows.map(({ row }) => row)]));
  };
  type Row = { row: bigint };
  for (const { names, key, where, rows } of tables) {
    const table = nameIn(database, names);
    if (table === undefined) continue;
    const all = database.execute(
      raw(sql<Row>`
        select row.rowid as row from ${sql.table(table)} as row
        where ${taken(where, "row")} order by row.rowid`),
    );
    const some = sample(all, most);
    keep(table, some);
    const list = JSON.stringify(some.map(({ row }) => Number(row)));
    for (const { name, of, where } of Object.values(rows)) {
      const child = nameIn(database, [name]);
      if (child === undefined) continue;
      const own = database.execute(
        raw(sql<Row>`
          select part.rowid as row from ${sql.table(child)} as part
          join ${sql.table(table)} as row on ${sql.ref(`part.${of}`)} = ${sql.ref(`row.${key[0]}`)}
          where ${taken(where, "part")} and row.rowid in (select value from json_each(${list}))`),
      );
      keep(child, own);
    }
  }
  for (const [name, rows] of kept) {
    const list = JSON.stringify([...rows].map(Number));
    database.execute(
      raw(sql`delete from ${sql.table(name)}
        where rowid not in (select value from json_each(${list}))`),
    );
  }
};
