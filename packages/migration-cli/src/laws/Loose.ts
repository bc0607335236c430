import type { Plan } from "@ledgerfold/declaration/Plan";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import { cellsOf, type Where } from "@ledgerfold/declaration/Where";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";
import { keyOf, main, placed, type Place } from "./Place.ts";

/**
 * The tables of a copy, made so that any of their cells may hold anything; but for the keys of tables
 * WITHOUT ROWID, which stay without.
 */

/** `rows` of each table stay, with what belongs to them. */
export const loosen = (database: Service, plan: Plan, rows: number | undefined): void => {
  // Nothing of a copy has to be on the disk.
  const pragmas = [
    "foreign_keys = off",
    "synchronous = off",
    "journal_mode = memory",
    "temp_store = memory",
  ];
  for (const pragma of pragmas) database.execute(raw(sql`pragma ${sql.raw(pragma)}`));
  const joined = joinedColumns(plan.tables);
  for (const name of namesOf(plan.tables)) {
    const table = nameIn(database, [name]);
    if (table !== undefined) loosenOne(database, table, joined);
  }
  if (rows !== undefined && !hasOwnJoins(plan)) cut(database, plan.tables, rows);
};

/** Whether some definition reads other tables in a way of its own: any row may belong to any other. */
export const hasOwnJoins = ({ migrations }: Plan): boolean =>
  Object.values(migrations).some(
    ({ definition }) => definition.sqlite !== undefined || definition.verify?.beside !== undefined,
  );

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
  const each = cellsOf(where).map(([column, cells, isNot]) => {
    const cell = sql.id(alias, column);
    const some = cells.map((one) => sql`(${cell} is ${one} and typeof(${cell}) = typeof(${one}))`);
    return sql`${sql.raw(isNot ? "not " : "")}(${sql.join(some, sql` or `)})`;
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
    raw(sql<{ name: string; type: string; strict: bigint }>`
      select info.name, info.type, list.strict from pragma_table_list as list
        join pragma_table_xinfo(list.name, 'main') as info
      where list.schema = 'main' and list.name = ${table} and info.hidden <> 1`),
  );
  const key = keyOf(database, table);
  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  const [kept, index] = [sql.table("ledgerfold_kept"), sql.id("ledgerfold_collations")];
  // An index is asked for the collations, which no table tells.
  run(sql`create index ${index} on ${sql.id(table)} (${names})`);
  const collations = new Map(
    database
      .execute(
        raw(sql<{ name: string; coll: string }>`
          select name, coll from pragma_index_xinfo('ledgerfold_collations') where key`),
      )
      .map(({ name, coll }) => [name, coll]),
  );
  run(sql`create table ${kept} as select ${names} from ${main(table)}`);
  run(sql`drop table ${main(table)}`);
  const declared = columns.map(({ name, type, strict }) => {
    const isJoined = joined.has(folded(`${table}.${name}`));
    // In a STRICT table, ANY is what takes every value as it is.
    const isTyped = isJoined && !(strict === 1n && folded(type) === "any");
    const collation = sql.id(collations.get(name) ?? "BINARY");
    return sql`${sql.id(name)} ${isTyped ? sql.raw(type) : sql``} collate ${collation}`;
  });
  const unique = key.map((name) => sql`${sql.id(name)} collate binary`);
  run(
    key.length === 0
      ? sql`create table ${main(table)} (${sql.join(declared)})`
      : sql`create table ${main(table)} (${sql.join(declared)}, primary key (${sql.join(unique)}))
          without rowid`,
  );
  run(sql`insert into ${main(table)} select * from ${kept} order by rowid`);
  run(sql`drop table ${kept}`);
};

const cut = (database: Service, tables: ReadonlyArray<Table>, most: number): void => {
  const kept = new Map<string, Set<Place>>();
  const keep = (name: string, rows: ReadonlyArray<Place>) => {
    kept.set(name, new Set([...(kept.get(name) ?? []), ...rows]));
  };
  const placesBy = (query: RawBuilder<{ place: Place }>) =>
    database.execute(raw(query)).map(({ place }) => place);
  for (const { names, key, where, rows } of tables) {
    const table = nameIn(database, names);
    if (table === undefined) continue;
    const own = placed(database, table);
    const all = placesBy(
      sql`select ${own.of("row")} as place from ${main(table)} as row
        where ${taken(where, "row")} order by ${own.order("row")}`,
    );
    const some = sample(all, most);
    keep(table, some);
    for (const { name, of, where } of Object.values(rows)) {
      const child = nameIn(database, [name]);
      if (child === undefined) continue;
      keep(
        child,
        placesBy(
          sql`select ${placed(database, child).of("part")} as place from ${main(child)} as part
            join ${main(table)} as row on ${sql.id("row", key[0])} = ${sql.id("part", of)}
            where ${taken(where, "part")} and ${own.of("row")} in (${listed(some)})`,
        ),
      );
    }
  }
  for (const [name, rows] of kept) {
    database.execute(
      raw(sql`delete from ${main(name)}
        where ${placed(database, name).of()} not in (${listed([...rows])})`),
    );
  }
};

const listed = (places: ReadonlyArray<Place>): RawBuilder<unknown> => {
  // Rowids of a copy are counted from 1.
  const list = places.map((place) => (typeof place === "bigint" ? Number(place) : place));
  return sql`select value from json_each(${JSON.stringify(list)})`;
};
