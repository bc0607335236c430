import type { Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { Effect, Schema } from "effect";
import { sql } from "kysely";
import * as Encoding from "./Encoding.ts";

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
export class NoEncoding extends Schema.TaggedError<NoEncoding>()("NoEncoding", {
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
