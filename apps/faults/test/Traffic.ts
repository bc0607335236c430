import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import { type Append, EventStore } from "@ledgerfold/event-store/EventStore";
import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { layerDatabase } from "@ledgerfold/event-store/postgres/layer";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import type * as Cluster from "@ledgerfold/fixtures/Cluster";
import { Effect, Fiber, Layer, Logger, ManagedRuntime } from "effect";
import { sql } from "kysely";
import { expect } from "vitest";

/**
 * One store, opened once, that is written to without a pause, and a subscription of it that copies
 * each event's position in the transaction of its checkpoint.
 */
export interface Traffic {
  /** Done once so many appends more were answered. */
  readonly advance: (many: number) => Promise<void>;
  /** The longest time without an answer since the last call, in seconds. */
  readonly pause: () => number;
  /** How often what the store has answered instead, by its reason. */
  readonly failures: ReadonlyMap<string, number>;
  readonly answered: () => number;
  /** Holds the log to what was answered, and the copy to the log. */
  readonly check: () => Promise<void>;
  /** Stops writing, and waits until the subscription has seen all. */
  readonly end: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The log and the copy are in a schema of this name. */
const schema = "traffic";

export const start = async (cluster: Cluster.Cluster): Promise<Traffic> => {
  const options = { url: cluster.url, schema, patience: "3 seconds" } as const;
  const runtime = ManagedRuntime.make(
    layerDatabase.pipe(
      Layer.provideMerge(PostgresDatabase.layer(options)),
      // What a subscription says while it waits.
      Layer.provideMerge(Logger.remove(Logger.defaultLogger)),
    ),
  );
  const { store, database } = await runtime.runPromise(
    Effect.all({ store: EventStore, database: PostgresDatabase.PostgresDatabase }),
  );
  await runtime.runPromise(store.setup([aggregate]));
  await cluster.query(
    `create table ${schema}.copied (at bigserial primary key, position bigint not null)`,
  );

  /** Positions by event id, and ids by position. */
  const [answers, holders] = [new Map<string, number>(), new Map<number, string>()];
  /** Ids of which the store has said that they were not written. */
  const refused = new Set<string>();
  const failures = new Map<string, number>();
  const wrong: Array<string> = [];
  let isEnding = false;

  let [longest, last] = [0, Date.now()];
  const answer = (id: string, position: number) => {
    longest = Math.max(longest, Date.now() - last);
    last = Date.now();
    const holder = holders.get(position);
    if (holder !== undefined && holder !== id) wrong.push(`${position} was given twice`);
    answers.set(id, position);
    holders.set(position, id);
  };
  const note = (error: DatabaseError | DatabaseBusy) => {
    const name = `${error._tag} ${error.reason}`;
    failures.set(name, (failures.get(name) ?? 0) + 1);
    if (error.reason === "failed" || error.reason === "cancelled") wrong.push(error.message);
    return (
      error.reason === "unknown" ||
      (error._tag === "DatabaseError" && error.reason === "unconfirmed")
    );
  };
  const one = (stream: string, id: string): Append<typeof aggregate> => ({
    ...{ aggregate, id: stream, expected: "any" },
    events: [{ event: counted(1), id }],
  });
  /** Alone, or two in a transaction. */
  const append = (writer: string, ids: ReadonlyArray<string>) => {
    const all = Effect.forEach(ids, (id, at) =>
      Effect.map(store.append(one(`${writer}.${at}`, id)), ({ position }) => ({ id, position })),
    );
    return ids.length === 1 ? all : store.transaction(all);
  };
  /** What may be kept is asked for again, under the same ids. */
  const write = (writer: string, many: number) =>
    Effect.gen(function* () {
      const ids = Array.from({ length: many }, () => randomUUID());
      for (let isDoubted = false; ; ) {
        const done = yield* Effect.either(append(writer, ids));
        if (done._tag === "Right") {
          for (const { id, position } of done.right) answer(id, position);
          return yield* Effect.sleep("50 millis");
        }
        const error = done.left;
        if (error._tag !== "DatabaseError" && error._tag !== "DatabaseBusy") {
          return yield* Effect.die(error);
        }
        isDoubted = note(error) || isDoubted;
        yield* Effect.sleep("50 millis");
        if (!isDoubted) {
          for (const id of ids) refused.add(id);
          return;
        }
      }
    });
  const writing = [1, 2, 1, 2].map((many, writer) =>
    runtime.runFork(Effect.repeat(write(`${writer}`, many), { while: () => !isEnding })),
  );
  const copying = runtime.runFork(
    Subscription.run({
      name: "copy",
      handle: ({ position }) =>
        database.use((session) =>
          session.execute(
            "copying",
            Query.raw(sql`insert into ${sql.id(schema, "copied")} (position) values (${position})`),
          ),
        ),
    }),
  );

  let checked = 0;
  const check = async () => {
    const known = [...answers].filter(([, position]) => position > checked);
    const rows = await cluster.query(
      `select position::int, event_id from ${schema}.events where position > ${checked} order by position`,
    );
    const there = new Map(rows.map(({ event_id, position }) => [event_id, position]));
    const lost = known.filter(([id, position]) => there.get(id) !== position);
    const kept = [...refused].filter((id) => there.has(id));
    expect({ lost, kept, wrong }).toEqual({ lost: [], kept: [], wrong: [] });
    checked = Math.max(checked, ...known.map(([, position]) => position));
    const [counts] = await cluster.query(`select
      (select count(*)::int - max(position)::int from ${schema}.events) as gaps,
      (select count(*)::int from (select position, row_number() over (order by at) as place
        from ${schema}.copied) c where position <> place) as misplaced`);
    expect(counts).toEqual({ gaps: 0, misplaced: 0 });
    expect(copying.unsafePoll()).toBeNull();
  };

  return {
    failures,
    answered: () => answers.size,
    pause: () => {
      const seconds = longest / 1_000;
      longest = 0;
      return seconds;
    },
    advance: async (many) => {
      const wanted = answers.size + many;
      for (const end = Date.now() + patience; answers.size < wanted; await sleep(20)) {
        if (Date.now() > end) throw new Error(`no append was answered: ${[...failures]}`);
      }
    },
    check,
    end: async () => {
      isEnding = true;
      await runtime.runPromise(Fiber.joinAll(writing));
      await check();
      const last = `select (select max(position) from ${schema}.events)
        = (select max(position) from ${schema}.copied) as seen`;
      for (const end = Date.now() + patience; ; await sleep(100)) {
        const [found] = await cluster.query(last);
        if (found?.seen === true) break;
        expect(copying.unsafePoll()).toBeNull();
        if (Date.now() > end) throw new Error("the subscription does not go on");
      }
      const [all] = await cluster.query(`select
        (select count(*)::int from ${schema}.events) as events,
        (select count(distinct position)::int from ${schema}.copied) as copied,
        (select count(*)::int from ${schema}.copied) as times,
        (select sum(version)::int from ${schema}.counter_view) as viewed`);
      const events = Number(all?.events);
      expect(all).toEqual({ events, copied: events, times: events, viewed: events });
      expect(events).toBeGreaterThanOrEqual(answers.size);
      checked = 0;
      await check();
    },
    stop: async () => {
      await runtime.runPromise(Fiber.interruptAll([...writing, copying]));
      await runtime.dispose();
    },
  };
};

/** Far longer than Patroni takes. */
const patience = 180_000;
