import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { sql } from "kysely";
import { cases, twice } from "./StreamCases.ts";
import * as Parts from "./Parts.ts";
import { columnOf, query, type Table } from "./Query.ts";
import * as Source from "./Source.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";
import type { AggregateTables } from "./AggregateTables.ts";

/** What is read of each case. */
export interface Sources {
  readonly cases: Source.Source;
  readonly legacy: Source.Source;
  /** The key of another legacy row that makes the same stream. */
  readonly twins: Source.Source;
  /** By the event's field that lists them. */
  readonly parts: Readonly<Record<string, Source.Many>>;
  readonly events: Source.Source;
  readonly views: Source.Source;
  /** Temporary tables that were made for it. */
  readonly made: ReadonlyArray<string>;
}

/** The cases must have been listed. */
export const make = (database: Service, spec: AggregateSpec, tables: AggregateTables): Sources => {
  const { made = [], ...rows } =
    tables.legacy === undefined
      ? { legacy: Source.none, twins: Source.none }
      : legacy(database, spec, tables.legacy);
  return { ...rows, ...others(database, spec, tables), made };
};

export const drop = (database: Service, { made }: Sources): void => {
  for (const name of made) {
    database.execute(query(sql`drop table if exists ${sql.table(`temp.${name}`)}`));
  }
};

const others = (database: Service, spec: AggregateSpec, tables: AggregateTables) => ({
  cases: Source.make(database, {
    columns: {
      id: sql.ref("cases.id"),
      legacy_row: sql.ref("cases.legacy_row"),
    },
    from: sql`${cases} as cases`,
  }),
  parts: tables.legacy === undefined ? {} : Parts.sources(database, spec),
  events:
    tables.events === undefined
      ? Source.none
      : Source.make(database, {
          columns: {
            events: sql.ref("cases.events"),
            sequence: sql.ref("event.sequence"),
            event_type: sql.ref("event.event_type"),
            event_version: sql.ref("event.event_version"),
            payload: sql.ref("event.payload"),
            metadata: sql.ref("event.metadata"),
          },
          from: sql`${cases} as cases cross join events as event
            on event.rowid = cases.event_row`,
        }),
  views:
    tables.views === undefined
      ? Source.none
      : Source.make(database, {
          columns: {
            rows: sql.ref("cases.view_rows"),
            version: sql.ref("view.version"),
            payload: sql.ref("view.payload"),
          },
          from: sql`${cases} as cases cross join ${sql.table(spec.view.table)} as view
            on view.rowid = cases.view_row`,
        }),
});

const legacy = (database: Service, spec: AggregateSpec, table: Table) => {
  const column = columnOf(table);
  const beside = spec.beside?.(database, column);
  const own = spec.columns.filter(
    (name) => table.columns.has(folded(name)) && spec.declares(table.name, name),
  );
  const found = Source.make(database, {
    columns: {
      legacy_table: sql.lit(table.name),
      ...Object.fromEntries(own.map((name) => [name, column(name)])),
      ...beside?.columns,
    },
    from: sql`${cases} as cases cross join ${table.source} as legacy
      on legacy.rowid = cases.legacy_row ${beside?.joins ?? sql``}`,
  });
  const other = sql`select other.legacy_row from ${cases} as other
    where other.id = cases.id and other.number <> cases.number order by other.number limit 1`;
  const twins = Source.make(database, {
    columns: Object.fromEntries(spec.key.map((name) => [name, column(name)])),
    from: sql`${cases} as cases cross join ${table.source} as legacy on legacy.rowid
      = case when exists (select 1 from ${twice} as twice where twice.id = cases.id)
        then (${other}) end`,
  });
  return { legacy: found, twins, made: beside?.made ?? [] };
};
