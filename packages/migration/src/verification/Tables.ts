import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import { sql } from "kysely";
import { fate } from "../ColumnLedger.ts";
import { cases, twice } from "./Cases.ts";
import { type Difference, Findings, type Side } from "./Difference.ts";
import { columnOf, type Table, table } from "./Query.ts";
import * as Source from "./Source.ts";
import type { Subject } from "./Subject.ts";

/** The tables of one aggregate, as far as the file has them. */
export interface Tables {
  readonly legacy: Table | undefined;
  readonly events: Table | undefined;
  readonly views: Table | undefined;
  /** What keeps a whole table from being read. */
  readonly problems: ReadonlyArray<Difference>;
}

export const find = (database: Service, subject: Subject): Tables => {
  const problems: Array<Difference> = [];
  const unreadable = (side: Side, name: string, reason: string) => {
    const findings = new Findings(subject.aggregate, name);
    findings.add("unreadable", side, null, reason);
    problems.push(...findings.differences);
    return undefined;
  };
  const stored = (side: Side, name: string, columns: ReadonlyArray<string>) => {
    const found = table(database, name);
    const missing = columns.filter((column) => !found?.columns.has(column));
    if (found === undefined) return undefined;
    if (missing.length > 0) {
      return unreadable(side, name, `the table has no column ${missing.join(", ")}`);
    }
    return found.hasRowids && !found.columns.has("rowid")
      ? found
      : unreadable(side, name, "the table has no rowids, unlike any that a store makes");
  };
  const [legacy, ...others] = subject.tables
    .map((name) => table(database, name))
    .filter((found) => found !== undefined);
  for (const { name } of others) {
    unreadable("legacy", name, `the table is there beside ${legacy?.name}, which took its place`);
  }
  return {
    legacy:
      legacy?.hasRowids === false
        ? unreadable("legacy", legacy.name, "the table has no rowids, unlike any of the bot's")
        : legacy,
    events: stored("event", "events", eventColumns),
    views: stored("view", subject.view.table, viewColumns),
    problems,
  };
};

const eventColumns = [
  "aggregate_type",
  "aggregate_id",
  "sequence",
  "event_type",
  "event_version",
  "payload",
  "metadata",
];
const viewColumns = ["view_id", "version", "payload"];

/** What is read of each case. */
export interface Sources {
  readonly cases: Source.Source;
  readonly legacy: Source.Source;
  readonly events: Source.Source;
  readonly views: Source.Source;
}

/** The cases must have been listed. */
export const sources = (database: Service, subject: Subject, tables: Tables): Sources => ({
  cases: Source.make(database, {
    columns: {
      id: sql.ref("cases.id"),
      legacy_row: sql.ref("cases.legacy_row"),
      is_claimed_twice: sql`exists (select 1 from ${twice} as twice where twice.id = cases.id)`,
    },
    from: sql`${cases} as cases`,
  }),
  legacy: tables.legacy === undefined ? Source.none : legacy(database, subject, tables.legacy),
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
          from: sql`${cases} as cases cross join ${sql.table(subject.view.table)} as view
            on view.rowid = cases.view_row`,
        }),
});

const legacy = (database: Service, subject: Subject, table: Table): Source.Source => {
  const column = columnOf(table);
  const beside = subject.beside?.(database, column);
  const own = subject.columns.filter(
    (name) => table.columns.has(name) && fate(table.name, name) !== undefined,
  );
  return Source.make(database, {
    columns: {
      legacy_table: sql.lit(table.name),
      ...Object.fromEntries(own.map((name) => [name, column(name)])),
      ...beside?.columns,
    },
    from: sql`${cases} as cases cross join ${sql.table(table.name)} as legacy
      on legacy.rowid = cases.legacy_row ${beside?.joins ?? sql``}`,
  });
};
