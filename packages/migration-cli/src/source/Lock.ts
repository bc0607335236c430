import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service as Postgres, Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { Effect, Schema } from "effect";
import { sql } from "kysely";
import * as Patience from "../Patience.ts";
import * as Cancelling from "./Cancelling.ts";
import type { Relation } from "./Catalog.ts";

/** Keeping writers out of the tables of a source while a log in the same database is written. */

/** Somebody's transaction has written to them and goes on for longer than this waits. */
export class SourceHeld extends Schema.TaggedError<SourceHeld>()("SourceHeld", {
  database: Schema.String,
  tables: Schema.String,
}) {
  override get message() {
    return `${this.fact}, and the log is to hold all that is in them. Nothing was written; wait until it is done, or stop the writer, and try again, with more --patience where it takes long.`;
  }

  get fact() {
    return `${this.database}: a transaction that has written to ${this.tables} goes on`;
  }
}

export class LockRefused extends Schema.TaggedError<LockRefused>()("LockRefused", {
  database: Schema.String,
  reason: Schema.String,
  tables: Schema.String,
}) {
  override get message() {
    return `${this.database}: ${this.reason}. The log is in the database of the source, so the run keeps writers out of ${this.tables} until it is committed, and the role of the log's URL may not lock them. Nothing was written; grant it UPDATE on them or, from PostgreSQL 17 on, MAINTAIN.`;
  }
}

/** Whether both are one database of one running server, whatever their URLs call it. */
export const areSame = (one: Postgres, other: Postgres) =>
  Effect.map(
    Effect.all([one, other].map((database) => database.use(identity))),
    ([a, b]) => a === b,
  );

const identity = (session: Session) =>
  Effect.map(session.execute("asking which server it is", facts), ([found]) =>
    JSON.stringify(found),
  );

// A server that was restored from a copy of another has its identifier, but has started by itself.
const facts = Query.raw(sql`
  select (select system_identifier::text from pg_control_system()) as system,
    (select oid::text from pg_database where datname = current_database()) as database,
    pg_postmaster_start_time()::text as started`);

/** Those that can be locked; others are changed by a refresh, or by another server. */
export const isLockable = ({ kind }: Relation): boolean =>
  kind === "table" || kind === "partitioned" || kind === "view";

/**
 * In the transaction that is on, until its end. Of a view what it reads is locked, too. `source` is the
 * same database on connections of its own. Whoever wants to write waits behind one who waits for this
 * lock, so it is not waited for in one go.
 */
export const take = (
  database: Postgres,
  source: Postgres,
  relations: ReadonlyArray<Relation>,
): Effect.Effect<void, StoreError | SourceHeld | LockRefused> =>
  Effect.flatMap(Patience.Patience, (patience) => {
    const wait = Math.max(1, Math.min(patience, longest));
    return Effect.retry(
      // A part of the transaction, which its failure leaves as it was.
      database.transaction(tryToTake(database, source, relations, wait)),
      {
        while: (error) => error._tag === "SourceHeld",
        schedule: Patience.pauses(patience - wait),
      },
    );
  });

const tryToTake = (
  database: Postgres,
  source: Postgres,
  relations: ReadonlyArray<Relation>,
  wait: number,
): Effect.Effect<void, StoreError | SourceHeld | LockRefused> =>
  database.use((session) => {
    const names = relations.filter(isLockable).map(({ schema, name }) => sql.id(schema, name));
    if (names.length === 0) return Effect.void;
    const run = (text: Parameters<typeof Query.raw>[0]) =>
      session.execute("locking the tables of the source", Query.raw(text));
    const tables = relations.map(({ schema, name }) => quote(`${schema}.${name}`)).join(", ");
    return Effect.gen(function* () {
      const cancelling = yield* Cancelling.make(source);
      yield* cancelling.on(session);
      yield* run(sql`set local statement_timeout = ${sql.lit(wait)}`);
      yield* cancelling.during(run(sql`lock table ${sql.join(names)} in share mode`));
      yield* run(sql`set local statement_timeout to default`);
    }).pipe(
      Effect.catchTags({
        DatabaseBusy: (busy) =>
          busy.reason === "held" ? new SourceHeld({ database: busy.database, tables }) : busy,
        DatabaseError: (error) => {
          const { database, code, reason } = error;
          // Its statement_timeout is the one above.
          if (reason === "cancelled") return new SourceHeld({ database, tables });
          return code === "42501"
            ? new LockRefused({ database, tables, reason: messageOf(error.cause) })
            : error;
        },
      }),
    );
  });

/** Milliseconds, for all of them together. */
const longest = 2_000;

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
