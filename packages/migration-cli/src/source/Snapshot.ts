import type { Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { Effect, Schema } from "effect";
import { sql } from "kysely";
import type { Relation } from "./Catalog.ts";
import * as Encoding from "./Encoding.ts";
import type { Wanted } from "./Wanted.ts";

/** One state of a database that all of a copy is of. */
export interface Snapshot {
  /** The URL without its password. */
  readonly database: string;
  /** PostgreSQL's own name of it, as `739:741:739`: which transactions it sees. */
  readonly id: string;
  /** RFC 3339 in UTC. */
  readonly moment: string;
  /** PostgreSQL's version. */
  readonly version: string;
}

/** What the database says of its texts is not enough to read them. */
class NoEncoding extends Schema.TaggedError<NoEncoding>()("NoEncoding", {
  database: Schema.String,
}) {
  override get message() {
    return `${this.database} is of the encoding SQL_ASCII, so that nobody knows what the bytes of its texts mean. Nothing was written; copy it into a database of the encoding UTF8 first.`;
  }
}

/** The transaction that the session is in, which must not have run a query, reads only and of it alone. */
export const take = (session: Session, database: string) =>
  Effect.gen(function* () {
    yield* session.execute("taking a snapshot", isolated);
    for (const [name, value] of Encoding.settings) {
      const setting = sql`set local ${sql.id(name)} = ${sql.lit(value)}`;
      yield* session.execute("taking a snapshot", Query.raw(setting));
    }
    yield* session.execute("taking a snapshot", watched);
    const [found] = yield* session.execute("taking a snapshot", facts);
    const { encoding = "", ...snapshot } = found ?? { id: "", moment: "", version: "" };
    if (encoding === "SQL_ASCII") return yield* new NoEncoding({ database });
    return { database, ...snapshot } satisfies Snapshot;
  });

const isolated = Query.raw(sql`set transaction isolation level repeatable read, read only`);

/**
 * A server that sorts or waits does not see by itself that the command was killed, and goes on. On
 * some systems it cannot look, and refuses the setting.
 */
const watched = Query.raw(sql`do $$ begin
  perform set_config('client_connection_check_interval', '1s', true);
exception when others then null; end $$`);

const facts = Query.raw(sql<Omit<Snapshot, "database"> & { readonly encoding: string }>`
  select pg_current_snapshot()::text as id, current_setting('server_version') as version,
    to_char(statement_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as moment,
    current_setting('server_encoding') as encoding`);

/** Bytes that the rows take there, about as many as they take in a copy; of a view, as planned. */
export const sizeOf = (session: Session, all: ReadonlyArray<Wanted>) =>
  Effect.map(
    Effect.forEach(all, (one) =>
      one.relation.kind === "view" || one.relation.kind === "foreign"
        ? planned(session, one)
        : stored(session, one.relation),
    ),
    (sizes) => sizes.reduce((sum, size) => sum + size, 0),
  );

const planned = (session: Session, { relation, columns }: Wanted) => {
  const list = sql.join([...columns.keys()].map((name) => sql.id(name)));
  const query = sql<{ "QUERY PLAN": string }>`explain (format json)
    select ${list} from ${sql.id(relation.schema, relation.name)}`;
  return Effect.map(session.execute("measuring the source", Query.raw(query)), ([row]) => {
    const [{ Plan }] = JSON.parse(row?.["QUERY PLAN"] ?? "[]");
    return Plan["Plan Rows"] * (Plan["Plan Width"] + bytesPerRow);
  });
};

const bytesPerRow = 24;

/** With all whose rows a query of it gives. */
const stored = (session: Session, { oid }: Relation) => {
  const query = sql<{ bytes: string }>`
    with recursive tree (oid) as (
      select ${sql.lit(oid)}::oid
      union select i.inhrelid from pg_catalog.pg_inherits i join tree on tree.oid = i.inhparent
    )
    select coalesce(sum(pg_table_size(oid)), 0)::text as bytes from tree`;
  return Effect.map(session.execute("measuring the source", Query.raw(query)), ([row]) =>
    Number(row?.bytes ?? 0),
  );
};
