import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { sql } from "kysely";
import { cases } from "./StreamCases.ts";
import { type Difference, Differences } from "./Difference.ts";
import { taken } from "./Kinds.ts";
import { legacyTable, query, type Table } from "./Query.ts";
import * as Source from "./Source.ts";
import type { Part, AggregateSpec } from "./AggregateSpec.ts";
import type { AggregateTables } from "./AggregateTables.ts";

/** The parts of the cases' rows: rows of other tables that belong to them, as lines to an order. */

const listOf = (place: number) => sql.table(`temp.ledgerfold_verified_part_${place}`);

const partsOf = ({ parts = {} }: AggregateSpec) =>
  Object.entries(parts).map(([field, part], place) => ({ field, part, list: listOf(place) }));

/** Lists the parts, once the cases are listed. Whoever runs the steps can stop between any two. */
export const steps = (database: Service, spec: AggregateSpec, { legacy }: AggregateTables) =>
  partsOf(spec).flatMap(({ part, list }) => [
    () => {
      database.execute(query(sql`drop table if exists ${list}`));
      database.execute(
        query(sql`create table ${list} (number integer, place integer, part integer,
          primary key (number, place)) without rowid`),
      );
    },
    () => {
      const found = readable(database, part);
      if (found === undefined || legacy?.columns.has(folded(part.names)) !== true) return;
      database.execute(
        query(sql`
          insert into ${list}
          select cases.number, row_number() over (
            partition by cases.number order by part.${sql.id(part.key)} collate binary, part.rowid),
            part.rowid
          from ${cases} as cases cross join ${legacy.source} as legacy
            on legacy.rowid = cases.legacy_row
          join ${found.source} as part
            on legacy.${sql.id(part.names)} = part.${sql.id(part.of)}
          where ${taken(part.where, "part")}`),
      );
    },
  ]);

export const drop = (database: Service, spec: AggregateSpec): void => {
  for (const { list } of partsOf(spec)) database.execute(query(sql`drop table if exists ${list}`));
};

export const sources = (
  database: Service,
  spec: AggregateSpec,
): Readonly<Record<string, Source.Many>> =>
  Object.fromEntries(
    partsOf(spec).flatMap(({ field, part, list }) => {
      const found = legacyTable(database, part.table);
      if (found?.hasRowids !== true) return [];
      const own = part.columns.filter((name) => found.columns.has(folded(name)));
      const columns = Object.fromEntries(own.map((name) => [name, sql.id("part", name)]));
      const from = sql`${list} as cases cross join ${found.source} as part
        on part.rowid = cases.part`;
      return [[field, Source.many(database, { columns, from })]];
    }),
  );

const readable = (database: Service, part: Part): Table | undefined => {
  const found = legacyTable(database, part.table);
  if (found?.hasRowids !== true) return undefined;
  const needed = [part.of, part.key, ...Object.keys(part.where)];
  return needed.every((name) => found.columns.has(folded(name))) ? found : undefined;
};

/**
 * The parts that belong to no row or to several; where the table of the rows is missing, all of them.
 * They are compared as a foreign key is: by the collation and affinity of the referred column.
 */
export const strays = (
  database: Service,
  spec: AggregateSpec,
  { legacy }: AggregateTables,
): ReadonlyArray<Difference> =>
  partsOf(spec).flatMap(({ part }) => {
    const found = readable(database, part);
    if (found === undefined) return [];
    const owners =
      legacy?.columns.has(folded(part.names)) !== true
        ? sql<bigint>`0`
        : sql<bigint>`(select count(*) from ${legacy.source} as legacy
            where legacy.${sql.id(part.names)} = part.${sql.id(part.of)}
              and ${taken(spec.where, "legacy")})`;
    return database
      .execute(
        query(sql<{ row: bigint; owners: bigint }>`
          select part.rowid as row, ${owners} as owners from ${found.source} as part
          where ${owners} <> 1 and ${taken(part.where, "part")} order by part.rowid limit ${sql.lit(most)}`),
      )
      .flatMap(({ row, owners }) => {
        const differences = new Differences(spec, `${part.table} rowid ${row}`);
        const reason = owners === 0n ? "it belongs to no row" : `it belongs to ${owners} rows`;
        differences.add("unreadable", "legacy", part.of, reason);
        return differences.found;
      });
  });

/** So that a table of nothing else does not fill the memory. */
const most = 1_000;
