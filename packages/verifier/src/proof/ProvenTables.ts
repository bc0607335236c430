import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { type RawBuilder, sql } from "kysely";
import type { Plan } from "@ledgerfold/declaration/Plan";
import * as LogShape from "@ledgerfold/declaration/internal/LogShape";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import { query } from "../Query.ts";
import type { AggregateSpec } from "../AggregateSpec.ts";
import * as AggregateSpecs from "../AggregateSpecs.ts";
import { type Cell, formatOf, type Layout } from "./Row.ts";

/** The tables that are proven, as far as a file has them. */

export interface ProvenTable {
  readonly layout: Layout;
  /** Where SQL finds it: a copy of a log may stand beside a legacy table of the same name. */
  readonly source: RawBuilder<unknown>;
  /** A name of the rowid that no column hides; undefined where there is none. */
  readonly rowid: string | undefined;
  /** The aggregate whose view this table is; undefined for other tables. */
  readonly viewOf: string | undefined;
  /** What a row is called beside its key, and the columns that this takes. */
  readonly named: Naming | undefined;
  /** Whether a key of it may be shown. */
  readonly isShown: (key: Cell) => boolean;
}

interface Naming {
  readonly columns: ReadonlyArray<string>;
  readonly sql: RawBuilder<string | null>;
}

/** A table that should be proven, and why it cannot be. */
export interface Unproven {
  readonly side: Layout["side"];
  readonly table: string;
  readonly reason: string;
}

interface Kind extends Pick<ProvenTable, "named"> {
  readonly side: Layout["side"];
  readonly key: "rowid" | "view_id";
  /** Whether the cells of its keys may be secrets. */
  readonly isSecret?: boolean;
  /** Only these, where the others change as an application runs; all of them by default. */
  readonly columns?: ReadonlyArray<string>;
  readonly viewOf?: string;
  readonly secret?: AggregateSpec["secret"];
}

type Provable = Pick<Plan, "tables" | "migrations">;

/** By name, in the order in which they are proven. */
const kindsOf = ({
  tables,
  migrations,
}: Provable): ReadonlyArray<readonly [table: string, kind: Kind]> => {
  const kinds = new Map<string, Kind>();
  for (const table of tables) {
    const { isSecret } = table;
    const named = isSecret ? undefined : byKey(table);
    for (const name of table.names)
      kinds.set(folded(name), { side: "legacy", key: "rowid", isSecret, named });
    for (const { name } of Object.values(table.rows)) {
      const other = kinds.get(folded(name));
      if (other === undefined || isSecret) {
        const kind: Kind = other ?? { side: "legacy", key: "rowid", named: undefined };
        kinds.set(folded(name), { ...kind, isSecret });
      }
    }
  }
  for (const { beside, isSecret } of tables) {
    for (const [name, { columns, on }] of Object.entries(beside)) {
      if (kinds.has(folded(name))) continue;
      // Only the columns that are looked up are proven, as the application may change the others.
      // Where a definition reads the table in its own way, it does not tell its columns, and all
      // are proven.
      const own = on === undefined ? { columns: Object.keys(columns).map(folded) } : {};
      kinds.set(folded(name), { side: "legacy", key: "rowid", isSecret, ...own, named: undefined });
    }
  }
  const all = AggregateSpecs.all(migrations);
  const log = new Map<string, Kind>();
  log.set("events", { side: "event", key: "rowid", named: ofEvents(all) });
  for (const { aggregate, secret, view } of all) {
    log.set(folded(view.table), {
      ...{ side: "event", key: "view_id", viewOf: aggregate, named: undefined },
      secret,
    });
  }
  return [...kinds, ...log];
};

/** Names rows by their key, unless that is a single number, which says as little as a rowid. */
const byKey = ({ key, columns }: Table): Naming | undefined => {
  const [first, ...others] = key;
  if (others.length === 0 && columns[first]?.kind?.form._tag === "integer") return undefined;
  const parts = key.map((name) => sql`quote(${sql.id(name)})`);
  return { columns: key.map(folded), sql: sql`${sql.join(parts, sql` || ' ' || `)}` };
};

/** Names an event by its stream and sequence or, where the id may be a secret, without the id. */
const ofEvents = (specs: ReadonlyArray<AggregateSpec>): Naming => {
  const types = (isSecret: boolean) => {
    const found = specs.filter(({ secret }) => (secret !== undefined) === isSecret);
    return found.length === 0
      ? sql`(null)`
      : sql`(${sql.join(found.map((one) => sql.lit(one.aggregate)))})`;
  };
  return {
    columns: ["aggregate_type", "aggregate_id", "sequence"],
    sql: sql`case when aggregate_type in ${types(false)}
        then aggregate_type || ' ' || quote(aggregate_id) || ' sequence ' || quote(sequence)
      when aggregate_type in ${types(true)} and typeof(sequence) = 'integer'
        then aggregate_type || ' sequence ' || sequence end`,
  };
};

/** Whether a table of that name may be in a proof. */
export const isKnown = (plan: Provable): ((name: string) => boolean) => {
  const known = new Set(kindsOf(plan).map(([name]) => name));
  return (name) => known.has(name);
};

export interface Found {
  readonly proven: ReadonlyArray<ProvenTable>;
  readonly unproven: ReadonlyArray<Unproven>;
}

/** Synchronous and throws, like a statement. */
export const find = (database: Service, plan: Provable): Found => {
  const proven: Array<ProvenTable> = [];
  const unproven: Array<Unproven> = [];
  const encoding = encodingOf(database);
  for (const [table, kind] of kindsOf(plan)) {
    const { side, key, columns, viewOf, secret, named, isSecret } = kind;
    const [there] = database.execute(
      query(sql<{ schema: string; type: string; wr: bigint }>`
        select schema, type, wr from pragma_table_list
        where schema in (${side === "legacy" ? sql`'main'` : sql`'main', 'temp'`}) and name = ${table} collate nocase and type <> 'view'
        order by schema desc limit 1`),
    );
    if (there === undefined) continue;
    const names = columnsOf(database, table, there.schema);
    if (side === "event" && LogShape.isForeign(table, names.all)) continue;
    const source = sql.id(there.schema, table);
    const own = names.stored.filter((name) => columns?.includes(name) ?? true);
    const isWithoutRowid = there.type === "table" && there.wr !== 0n;
    const rowid = isWithoutRowid
      ? undefined
      : ["rowid", "_rowid_", "oid"].find((name) => !names.all.has(name));
    if (isWithoutRowid && side === "legacy" && isSecret !== true) {
      const layout = { side, table, encoding, key: names.key, columns: own };
      proven.push({ layout, source, rowid, viewOf, named: undefined, isShown: () => true });
    } else if (isWithoutRowid && side === "legacy") {
      unproven.push({
        side,
        table,
        reason: "the table has no rowids, and its key may be a secret",
      });
    } else if (there.type !== "table" || rowid === undefined) {
      unproven.push({ side, table, reason: "the table has no rowids" });
    } else if (key !== "rowid" && !names.all.has(key)) {
      unproven.push({ side, table, reason: `the table has no column ${key}` });
    } else {
      const safe = safeKey(database, source, key, secret);
      const layout = { side, table, encoding, key: safe, columns: own };
      const isShown = (cell: Cell) =>
        key === "rowid" || secret === undefined || secret.ids.some((id) => id === cell);
      proven.push({ layout, source, rowid, viewOf, named, isShown });
    }
  }
  return { proven, unproven };
};

/**
 * The key by which the rows are listed in a report. A view's ids may be secrets: unless all of them
 * are known not to be, the rowids take their place.
 */
const safeKey = (
  database: Service,
  source: RawBuilder<unknown>,
  key: Kind["key"],
  secret: AggregateSpec["secret"],
): Kind["key"] => {
  if (secret === undefined || key === "rowid") return key;
  const known = sql.join(
    [sql`false`, ...secret.ids.map((id) => sql`view_id is ${sql.lit(id)}`)],
    sql` or `,
  );
  const [other] = database.execute(
    query(sql`select 1 from ${source} where not (${known}) limit 1`),
  );
  return other === undefined ? key : "rowid";
};

/**
 * The columns of a table. A virtual one is computed when it is read, so it is not among the stored.
 */
const columnsOf = (database: Service, table: string, schema: string) => {
  const rows = database.execute(
    query(sql<{ name: string; hidden: bigint; pk: bigint }>`
      select name, hidden, pk from pragma_table_xinfo(${table}, ${schema})`),
  );
  const stored = rows.filter(({ hidden }) => hidden !== virtual).map(({ name }) => folded(name));
  return {
    all: new Set(rows.map(({ name }) => folded(name))),
    key: rows
      .filter(({ pk }) => pk > 0n)
      .sort((a, b) => Number(a.pk - b.pk))
      .map(({ name }) => folded(name)),
    stored: stored.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  };
};

const virtual = 2n;

const encodingOf = (database: Service): string => {
  const [found] = database.execute(
    query(sql<{ encoding: string }>`select encoding from pragma_encoding`),
  );
  return found?.encoding ?? "UTF-8";
};

/** SQL for the order of the rows. */
export const order = (key: Layout["key"], { rowid }: ProvenTable): RawBuilder<unknown> => {
  const columns = typeof key === "string" ? [key].filter((name) => name !== "rowid") : key;
  const last = rowid === undefined ? [] : [sql.id(rowid)];
  return sql`order by ${sql.join([...columns.map((name) => sql`${sql.id(name)} collate binary`), ...last])}`;
};

/** The version of a document that proves these tables. Synchronous and throws, like a statement. */
export const versionOf = (database: Service, plan: Provable): 1 | 2 =>
  find(database, plan).proven.some(({ layout }) => formatOf(layout) === 2) ? 2 : 1;
