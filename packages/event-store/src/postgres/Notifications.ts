import { createHash } from "node:crypto";
import { Deferred, Effect, Option, Queue } from "effect";
import { sql } from "kysely";
import pg from "pg";
import { Connection } from "./Connection.ts";
import type * as Pool from "./Pool.ts";
import * as Query from "./Query.ts";
import * as Changes from "../internal/Changes.ts";

export interface Notifications extends Changes.Changes {
  /** The channel of LISTEN and NOTIFY. */
  readonly channel: string;
}

/**
 * Signals between all who use one log: in this process at once, and by NOTIFY, without a payload, to
 * other processes. A NOTIFY is never part of an append, where it would hold up all other commits: it
 * follows the commit, and one stands for all appends of a few milliseconds. One that gets lost with
 * a connection is made up for by a signal once there is another.
 */
export const make = (options: {
  readonly url: string;
  /** The URL without its password. */
  readonly database: string;
  readonly schema: string;
  readonly applicationName: string;
  readonly session: Pool.Session;
  readonly isOwn: (processId: number) => boolean;
  /** How long to wait for the listening connection, in milliseconds; it is then tried anew. */
  readonly patience: number;
}) =>
  Effect.gen(function* () {
    const { url, database, schema, session, isOwn, patience } = options;
    const channel = channelOf(schema);
    const changes = Changes.make();
    const news = yield* Queue.dropping<void>(1);
    // It has a commit of its own, for which no append is to wait: with a crash its listeners go, too.
    const notify = Query.raw(
      sql`select set_config('synchronous_commit', 'off', true), pg_notify(${channel}, '')`,
    );
    yield* Queue.take(news).pipe(
      Effect.zipRight(session.execute("announcing events", notify)),
      Effect.zipRight(Effect.sleep(pause)),
      // Where there was no connection to be had, the news is still to be told.
      Effect.catchAll(() =>
        Effect.zipLeft(
          Effect.sleep("1 second"),
          Effect.sync(() => news.unsafeOffer(undefined)),
        ),
      ),
      Effect.forever,
      Effect.forkScoped,
    );

    const tried = yield* Deferred.make<void>();
    let isTried = false;
    const settle = () => {
      isTried = true;
      Deferred.unsafeDone(tried, Effect.void);
    };
    const listens = () => {
      // Notifications that came while nobody listened are lost: one signal makes up for them.
      if (isTried) changes.signal();
      settle();
    };
    /** Whether anything is heard on a connection that leads through a pooler. */
    const isHeard = (heard: Deferred.Deferred<void>) =>
      Effect.map(
        Effect.zipRight(
          session.execute("announcing events", notify),
          Effect.timeoutOption(Deferred.await(heard), patience),
        ),
        Option.isSome,
      );
    /** Ends with the connection, or where that hears nothing; says whether to try another. */
    const listening = Effect.acquireUseRelease(
      Effect.sync(() => {
        const application_name = options.applicationName;
        return new Connection({
          connectionString: url,
          connectionTimeoutMillis: patience,
          application_name,
        });
      }),
      (connection) =>
        Effect.gen(function* () {
          const [ended, heard] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()];
          const end = () => Deferred.unsafeDone(ended, Effect.void);
          connection.on("error", end).on("end", end);
          connection.on("notification", ({ processId }) => {
            Deferred.unsafeDone(heard, Effect.void);
            if (!isOwn(processId)) changes.signal();
          });
          const text = `listen ${pg.escapeIdentifier(channel)}`;
          const ask = Effect.tryPromise(() =>
            connection.answer(text, () => connection.query(text)),
          );
          yield* Effect.tryPromise(() => connection.connect());
          yield* Effect.tryPromise(() => connection.greet());
          yield* ask;
          listens();
          if (!connection.isDirect && !(yield* isHeard(heard))) {
            yield* Effect.logWarning(
              `${database}: no notification comes through the pooler, so what other processes append is only found by looking, at each poll.`,
            );
            return false;
          }
          // Asked again and again, so that it is noticed when nobody is there any more.
          yield* Effect.sleep(patience).pipe(
            Effect.zipRight(ask),
            Effect.forever,
            Effect.raceFirst(Deferred.await(ended)),
          );
          return true;
        }).pipe(Effect.orElseSucceed(() => true)),
      (connection) => Effect.promise(() => connection.end().catch(() => {})),
    );
    // Only who has subscribers needs the connection, and then until the end.
    const listen = yield* listening.pipe(
      Effect.zipLeft(Effect.sync(settle)),
      Effect.tap((isAgain) => Effect.when(Effect.sleep("1 second"), () => isAgain)),
      Effect.repeat({ while: (isAgain) => isAgain }),
      Effect.forkIn(yield* Effect.scope),
      Effect.once,
    );

    return {
      channel,
      signal: () => {
        changes.signal();
        news.unsafeOffer(undefined);
      },
      subscribe: changes.subscribe.pipe(
        Effect.zipLeft(listen),
        // A server that never answers is not waited for: there is still the poll.
        Effect.zipLeft(
          Effect.timeoutTo(Deferred.await(tried), {
            duration: patience,
            onSuccess: () => {},
            onTimeout: settle,
          }),
        ),
      ),
    } satisfies Notifications;
  });

const pause = "10 millis";

/** Names of channels are shorter than those of schemas may be. */
const channelOf = (schema: string): string =>
  `ledgerfold_${createHash("sha256").update(schema).digest("hex").slice(0, 16)}`;
