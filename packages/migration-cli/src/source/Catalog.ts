import type { Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { Effect } from "effect";
import { sql } from "kysely";

/** The tables and views of a PostgreSQL database, as its catalog has them. */

export interface Column {
  readonly name: string;
  /** As a person would write it: `numeric(30,15)`, `timestamp without time zone`. */
  readonly type: string;
  /** `int4` or `timestamp`: of a domain the type that it is over. */
  readonly base: string;
  /** Whether the base type is an enum. */
  readonly isEnum: boolean;
  /** Whether it is PostgreSQL's own, or `citext`. */
  readonly isKnown: boolean;
  readonly isText: boolean;
}

export interface Relation {
  readonly schema: string;
  readonly name: string;
  /** Whether a name without a schema means one of this schema. */
  readonly isCurrent: boolean;
  readonly kind: "table" | "partitioned" | "view" | "materialized" | "foreign";
  /** Of a partitioned table. */
  readonly isPartition: boolean;
  readonly oid: string;
  /** The oids of those that it is a partition of, or inherits from: a query of them gives its rows, too. */
  readonly parents: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<Column>;
  /** Of the primary key, in its order; empty without one. */
  readonly key: ReadonlyArray<string>;
}

/** All but the system's own. */
export const read = (session: Session) =>
  Effect.map(
    session.execute("reading the catalog", Query.raw(relations)),
    (rows): ReadonlyArray<Relation> =>
      rows.map(({ is_current, is_partition, kind, columns, key, parents, ...rest }) => ({
        ...rest,
        isCurrent: is_current === 1,
        isPartition: is_partition === 1,
        kind: kinds[kind] ?? "table",
        parents: JSON.parse(parents),
        columns: JSON.parse(columns),
        key: JSON.parse(key),
      })),
  );

const kinds: Readonly<Record<string, Relation["kind"]>> = {
  r: "table",
  p: "partitioned",
  v: "view",
  m: "materialized",
  f: "foreign",
};

interface Row {
  readonly schema: string;
  readonly name: string;
  readonly is_current: number;
  readonly is_partition: number;
  readonly kind: string;
  readonly oid: string;
  readonly parents: string;
  readonly columns: string;
  readonly key: string;
}

const relations = sql<Row>`
  with recursive types (oid, base) as (
    select oid, oid from pg_catalog.pg_type where typtype <> 'd'
    union all
    select domain.oid, types.base from pg_catalog.pg_type domain
      join types on types.oid = domain.typbasetype where domain.typtype = 'd'
  )
  select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
    c.oid::text as oid, c.relispartition::int as is_partition,
    coalesce(n.nspname = current_schema(), false)::int as is_current,
    (select coalesce(json_agg(i.inhparent::text), '[]')::text
      from pg_catalog.pg_inherits i where i.inhrelid = c.oid) as parents,
    (select coalesce(json_agg(json_build_object(
        'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
        'base', b.typname, 'isEnum', b.typtype = 'e', 'isText', b.typcategory = 'S',
        'isKnown', bn.nspname = 'pg_catalog' or b.typname = 'citext'
      ) order by a.attnum), '[]')::text
      from pg_catalog.pg_attribute a join types on types.oid = a.atttypid
        join pg_catalog.pg_type b on b.oid = types.base
        join pg_catalog.pg_namespace bn on bn.oid = b.typnamespace
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(json_agg(a.attname order by k.place), '[]')::text
      from pg_catalog.pg_index i cross join unnest(i.indkey) with ordinality as k (number, place)
        join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
      where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts) as key
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname !~ '^pg_(toast|temp)'
  order by n.nspname, c.relname`;

/** What a declaration may call it: `invoices` in the current schema, `billing.invoices` everywhere. */
const namesOf = ({ schema, name, isCurrent }: Relation): ReadonlyArray<string> =>
  isCurrent ? [name, `${schema}.${name}`] : [`${schema}.${name}`];

/**
 * The relations that a name may mean: those that are called so to the letter or, where there are
 * none, but for the case of letters.
 */
export const called = (
  relations: ReadonlyArray<Relation>,
  name: string,
): ReadonlyArray<Relation> => {
  const exact = relations.filter((one) => namesOf(one).includes(name));
  if (exact.length > 0) return exact;
  return relations.filter((one) => namesOf(one).some((own) => folded(own) === folded(name)));
};

/** Whether a query of the one gives the rows of the other, too. */
export const includes = (
  relations: ReadonlyArray<Relation>,
  one: Relation,
  other: Relation,
): boolean =>
  other.parents.some(
    (oid) =>
      oid === one.oid ||
      relations.some((parent) => parent.oid === oid && includes(relations, one, parent)),
  );

/** Whether rows of it come from another server, which has a snapshot of its own. */
export const isForeign = (relations: ReadonlyArray<Relation>, one: Relation): boolean =>
  relations.some(
    (other) => other.kind === "foreign" && (other === one || includes(relations, one, other)),
  );

/** A relation's column of that name, in the same way. */
export const columnOf = ({ columns }: Relation, name: string): Column | undefined =>
  columns.find((one) => one.name === name) ??
  columns.find((one) => folded(one.name) === folded(name));

interface Declared {
  /** By the names that they are declared with. */
  readonly declared: ReadonlyMap<Relation, string>;
  /** Declared names of nothing that is there. */
  readonly missing: ReadonlyArray<string>;
}

/**
 * What a ledger judges: every table of the schemas that these are of, and these themselves under
 * the names that are declared. Views and partitions that nobody has declared are no tables.
 */
export const schemaOf = (
  relations: ReadonlyArray<Relation>,
  { declared, missing }: Declared,
): ReadonlyArray<FileTable> => {
  const found = new Set([...declared.keys()].map(({ schema }) => schema));
  // What a name that is mistyped does not find stands undeclared in the schema that it says.
  const isSaid = ({ schema, isCurrent }: Relation) =>
    missing.some((name) =>
      name.includes(".") ? folded(name).startsWith(`${folded(schema)}.`) : isCurrent,
    );
  const isOf = (one: Relation) => found.has(one.schema) || isSaid(one);
  const tables = new Map<string, FileTable>();
  for (const one of relations) {
    const own = declared.get(one);
    const isTable =
      (one.kind === "table" || one.kind === "partitioned" || one.kind === "foreign") &&
      !one.isPartition;
    if (own === undefined && (!isTable || !isOf(one) || isOfLog(one))) continue;
    const [plain = ""] = namesOf(one);
    const name = own ?? plain;
    // SQLite takes both for one, and so does the ledger.
    if (own === undefined && tables.has(folded(name))) continue;
    const columns = new Map(one.columns.map((column) => [folded(column.name), column.name]));
    tables.set(folded(name), { name, columns: [...columns.values()] });
  }
  return [...tables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** What a log in the same schema keeps there under names that say nothing of it. */
const isOfLog = ({ name, columns }: Relation): boolean =>
  columns.length === 1 && ofLog[name] === columns[0]?.name;

const ofLog: Readonly<Record<string, string>> = {
  erased_positions: "position",
  rebuilt_views: "generation",
};
