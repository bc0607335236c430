import { describe, expect, it } from "@effect/vitest";
import { Chunk, Effect, Either, Fiber, Ref, Stream } from "effect";
import type { RecordedEvent, Service } from "../../src/EventStore.ts";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { counter, log } from "@ledgerfold/event-store-contract/Steps";
import * as Server from "./Server.ts";

/**
 * Writers of every kind race on one log while a reader follows it, remembering only the last
 * position that it saw. It must see every event, once and in order.
 */

/** What somebody tried to write, and what came of it: a position, or a failure. */
interface Try {
  readonly eventId: string;
  readonly position: number | undefined;
  /** Whether it must not be in the log. */
  readonly isGivenUp: boolean;
}

const append = (store: Service, id: string, eventId: string) =>
  store.append({ aggregate, id, expected: "any", events: [{ event: counted(1), id: eventId }] });

/** Single appends, and transactions that take their time, of which some are given up. */
const write = (store: Service, name: string, at: number): Effect.Effect<ReadonlyArray<Try>> => {
  const eventId = `${name}.${at}`;
  const stream = at % 2 === 0 ? "shared" : name;
  if (at % 4 !== 3) {
    return append(store, stream, eventId).pipe(
      Effect.retry({ while: ({ _tag }) => _tag === "DatabaseError", times: 5 }),
      Effect.either,
      Effect.map((either): ReadonlyArray<Try> => {
        const position = Either.isRight(either) ? either.right.position : undefined;
        return [{ eventId, position, isGivenUp: false }];
      }),
    );
  }
  const isGivenUp = at % 8 === 7;
  const two = Effect.gen(function* () {
    const first = yield* append(store, stream, eventId);
    yield* Effect.sleep("5 millis");
    const second = yield* append(store, name, `${eventId}+`);
    if (isGivenUp) yield* Effect.fail("given up");
    return [first.position, second.position];
  });
  return Effect.map(Effect.either(store.transaction(two)), (either) => {
    const positions = Either.isRight(either) ? either.right : [];
    return [eventId, `${eventId}+`].map((eventId, at) => {
      return { eventId, position: positions[at], isGivenUp };
    });
  });
};

/** Reads on from the last position seen, as long as it is told to and there is something new. */
const follow = (store: Service, isOver: Ref.Ref<boolean>) =>
  Effect.gen(function* () {
    const seen: Array<RecordedEvent> = [];
    for (;;) {
      const over = yield* Ref.get(isOver);
      const page = yield* Stream.runCollect(store.readAll({ after: seen.at(-1)?.position ?? 0 }));
      seen.push(...Chunk.toReadonlyArray(page));
      if (over && Chunk.isEmpty(page)) return seen;
      yield* Effect.sleep("1 millis");
    }
  });

const race = (schema: string, { meanwhile = Effect.void as Effect.Effect<void> } = {}) =>
  Effect.gen(function* () {
    const stores = yield* Effect.all(
      ["one", "two", "three", "four"].map((name) =>
        Effect.map(
          Server.openAsIs({ schema, applicationName: `${schema} ${name}` }),
          ({ store }) => [name, store] as const,
        ),
      ),
    );
    const { store } = yield* Server.openAsIs({ schema });
    const isOver = yield* Ref.make(false);
    const reader = yield* Effect.fork(follow(store, isOver));
    const disturbing = yield* Effect.fork(meanwhile);
    const tries = yield* Effect.forEach(
      stores.flatMap(([name, store]) => [0, 1, 2, 3].map((n) => [`${name}${n}`, store] as const)),
      ([name, store]) =>
        Effect.forEach(
          Array.from({ length: 24 }, (_, at) => at),
          (at) => write(store, name, at),
        ),
      { concurrency: "unbounded" },
    );
    yield* Fiber.interrupt(disturbing);
    yield* Ref.set(isOver, true);
    const seen = yield* Fiber.join(reader);
    return { seen, log: yield* log(store), tries: tries.flat(2) };
  });

type Race = Effect.Effect.Success<ReturnType<typeof race>>;

const ids = (events: ReadonlyArray<RecordedEvent>) => events.map(({ id }) => id);

const expectWhole = ({ log, tries }: Race) => {
  expect(log.map(({ position }) => position)).toEqual(log.map((_, at) => at + 1));
  const streams = Map.groupBy(log, ({ stream }) => stream.id);
  for (const events of streams.values()) {
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  }
  expect(new Set(ids(log)).size).toBe(log.length);
  for (const { eventId, position, isGivenUp } of tries) {
    if (position !== undefined) expect(log[position - 1]?.id).toBe(eventId);
    if (isGivenUp) expect(ids(log)).not.toContain(eventId);
  }
};

const expectFollowed = ({ seen, log }: Race) => expect(ids(seen)).toEqual(ids(log));

/** Makes the appending functions again with other bodies. */
const changed = (schema: string, change: (body: string) => string) =>
  Effect.gen(function* () {
    const client = yield* Server.outside;
    const found = yield* Server.rows(
      client,
      `select pg_get_functiondef(oid) as definition from pg_proc
        where pronamespace = '${schema}'::regnamespace and proname like 'ledgerfold_append%'`,
    );
    expect(found).toHaveLength(2);
    for (const { definition } of found) {
      const other = change(String(definition));
      expect(other).not.toBe(definition);
      yield* Server.rows(client, other);
    }
  });

const withoutLock = (body: string) => body.replace(/perform pg_advisory_xact_lock\([^;]*;/, "");

describe("a reader that follows the log", () => {
  it.scopedLive("sees every event in order while slow and aborted transactions write", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      const raced = yield* race(schema);
      expectWhole(raced);
      expectFollowed(raced);
      const kept = raced.tries.filter(({ isGivenUp }) => !isGivenUp);
      expect(kept.every(({ position }) => position !== undefined)).toBe(true);
      expect(raced.log).toHaveLength(kept.length);
    }),
  );

  it.scopedLive("sees every event in order without the lock too: the key refuses the rest", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      yield* changed(schema, withoutLock);
      const raced = yield* race(schema);
      expectWhole(raced);
      expectFollowed(raced);
      expect(raced.log.length).toBeGreaterThan(100);
    }),
  );

  it.scopedLive("sees every event in order while connections are killed", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      let killed = 0;
      // By what was written, not by the clock: a slow machine must get on between two kills too.
      const meanwhile = Effect.scoped(
        Effect.gen(function* () {
          const client = yield* Server.outside;
          let written = 0;
          for (;;) {
            yield* Effect.sleep("10 millis");
            const gone = yield* Server.rows(
              client,
              `select pg_terminate_backend(pid), last from pg_stat_activity,
                  (select coalesce(max(position), 0) as last from ${schema}.events) as written
                where application_name like $1 and last >= $2 order by random() limit 2`,
              `${schema}%`,
              written + 5,
            );
            killed += gone.length;
            written = Number(gone[0]?.last ?? written);
          }
        }),
      );
      const raced = yield* race(schema, { meanwhile });
      expect(killed).toBeGreaterThan(4);
      expectWhole(raced);
      expectFollowed(raced);
      expect(raced.log.length).toBeGreaterThan(50);
    }),
  );

  it.scopedLive("misses events where positions come from a sequence: the race would show it", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      const client = yield* Server.outside;
      yield* Server.rows(client, `create sequence ${schema}.positions`);
      yield* changed(schema, (body) =>
        withoutLock(body).replace(
          /base \+ (row_number\(\) over \(order by e.at\)|1)/,
          `nextval('${schema}.positions')`,
        ),
      );
      const { seen, log } = yield* race(schema);
      expect(seen.length).toBeLessThan(log.length);
    }),
  );
});

describe("positions", () => {
  for (const isolation of ["repeatable read", "serializable"]) {
    it.scopedLive(`have no gap where ${isolation} is the default`, () =>
      Effect.gen(function* () {
        const schema = yield* Server.schema;
        yield* Server.open({ schema });
        const url = new URL(Server.url);
        url.searchParams.set(
          "options",
          `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`,
        );
        const stores = yield* Effect.all(
          Array.from({ length: 4 }, () => Server.openAsIs({ schema, url: `${url}` })),
        );
        const { database } = stores[0] as Server.Opened;
        expect(yield* Server.setting(database, "default_transaction_isolation")).toBe(isolation);
        const appended = yield* Effect.forEach(
          stores,
          ({ store }, n) =>
            Effect.forEach(
              Array.from({ length: 20 }, (_, at) => at),
              (at) => {
                const one = append(store, at % 2 === 0 ? "shared" : `${n}`, `${n} ${at}`);
                // A transaction must see what others commit after it began.
                return at % 5 === 0
                  ? store.transaction(Effect.zipRight(store.read(counter("shared")), one))
                  : one;
              },
            ),
          { concurrency: "unbounded" },
        );
        const positions = appended.flat().map(({ position }) => position);
        expect(positions.sort((a, b) => a - b)).toEqual(positions.map((_, at) => at + 1));
      }),
    );
  }

  it.scopedLive("are never given out by a commit that a crash could take back", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      yield* Server.open({ schema });
      const url = new URL(Server.url);
      url.searchParams.set("options", "-c synchronous_commit=off");
      const { store, database } = yield* Server.openAsIs({ schema, url: `${url}` });
      expect(yield* Server.setting(database, "synchronous_commit")).toBe("off");
      const during = yield* store.transaction(
        Effect.zipRight(append(store, "a", "one"), Server.setting(database, "synchronous_commit")),
      );
      expect(during).toBe("on");
    }),
  );
});
