import { Effect, Schedule } from "effect";
import { sql } from "kysely";
import { DatabaseBusy, type StoreError } from "../DatabaseError.ts";
import { UnfitServer } from "../UnfitServer.ts";
import type { Service } from "./Database.ts";
import * as Lock from "./Lock.ts";
import type { Session } from "./Pool.ts";
import * as Query from "./Query.ts";

/**
 * Has the server show, with two transactions, what `Lock` and the appending functions rest on. The
 * keys would refuse what went wrong without it; but who waited for nobody would lose each race.
 *
 * Both connections are beside the pool, which may be of one.
 */
export const insist = ({
  database,
  patience,
  beside,
}: Service): Effect.Effect<void, StoreError | UnfitServer> =>
  Effect.scoped(
    Effect.gen(function* () {
      const refuse = (fault: UnfitServer["fault"]) => new UnfitServer({ database, fault });
      const [holder, other] = [yield* beside, yield* beside];
      const [server] = yield* other.execute(operation, role);
      // Nobody appends to a standby, and it has no numbers for transactions.
      if (server?.isStandby === true) return;
      // It has the turn to the end: nobody else takes the lock between its two tries.
      yield* Effect.timeoutFail(Effect.repeat(turn(other), { until: Boolean, schedule: soon }), {
        duration: patience,
        onTimeout: () => new DatabaseBusy({ database }),
      });
      yield* holder.execute(operation, begin);
      const [taken] = yield* holder.execute(operation, Lock.ofProof);
      const taking = Effect.map(
        other.execute(operation, Lock.tryOfProof, [taken?.transaction]),
        ([tried]) => tried,
      );
      if ((yield* taking)?.isTaken !== false) return yield* refuse("shared");
      yield* holder.execute(operation, commit);
      const then = yield* taking;
      if (then?.isTaken !== true) return yield* refuse("kept");
      if (!then.isSeen) return yield* refuse("stale");
    }),
  );

/**
 * Begins the transaction of the only proof there is, or gives false. Waiting in it would have all
 * connections of a small pooler taken by proofs that need a second one each.
 */
const turn = (session: Session) =>
  Effect.gen(function* () {
    yield* session.execute(operation, begin);
    const [tried] = yield* session.execute(operation, Lock.tryForProof);
    if (tried?.isTaken === true) return true;
    yield* session.execute(operation, rollback);
    return false;
  });

const soon = Schedule.jittered(Schedule.spaced("20 millis"));

const operation = "trying the server's locks";
const begin = Query.raw(sql`begin isolation level read committed`);
const commit = Query.raw(sql`commit`);
const rollback = Query.raw(sql`rollback`);
const role = Query.raw(sql<{ isStandby: boolean }>`select pg_is_in_recovery() as "isStandby"`);
