import { expect } from "@effect/vitest";
import {
  Deferred,
  type Duration,
  Effect,
  Exit,
  Fiber,
  Metric,
  Option,
  Ref,
  Schedule,
  Stream,
} from "effect";
import * as Checkpoint from "@ledgerfold/event-store/Checkpoint";
import {
  DatabaseBusy,
  DatabaseError,
  type StoreError,
} from "@ledgerfold/event-store/DatabaseError";
import { EventStore, type RecordedEvent, type Service } from "@ledgerfold/event-store/EventStore";
import * as Metrics from "@ledgerfold/event-store/Metrics";
import * as Subscription from "@ledgerfold/event-store/Subscription";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import { account, count, counter, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

const never = "1 hour";

const on =
  (store: Service) =>
  <A, E>(effect: Effect.Effect<A, E, EventStore>): Effect.Effect<A, E> =>
    Effect.provideService(effect, EventStore, store);

/** The positions that a subscription to all events handles now. */
const positions = (
  store: Service,
  options: Partial<Subscription.Options<never, never>> = {},
): Effect.Effect<ReadonlyArray<number>, Subscription.Failure<never>> =>
  Effect.gen(function* () {
    const seen: Array<number> = [];
    const handle = (event: RecordedEvent) => Effect.sync(() => void seen.push(event.position));
    const handled = yield* Subscription.catchUp({ name: "all", handle, ...options });
    expect(handled).toBe(seen.length);
    return seen;
  }).pipe(on(store));

/** Work that each event of a counter gives: an append to an account, with the event's place in it. */
const copy = (store: Service) => ({
  name: "copy",
  aggregates: [Counter.aggregate.type],
  handle: ({ stream, sequence }: RecordedEvent) =>
    Effect.asVoid(account(store, "copy", "any", Account.moved(1n, `${stream.id}${sequence}`))),
});

/** What that work has left. */
const copied = (store: Service) =>
  Effect.map(store.read({ type: "Account", id: "copy" }), (events) =>
    events.map(({ payload }) => JSON.parse(payload).Moved.note as string),
  );

const at = (store: Service, name: string) =>
  Effect.map(store.checkpoints.find(name), (found) => found?.at?.position);

/** Waits for what is to happen soon. */
const eventually = <E>(isTrue: Effect.Effect<boolean, E>) =>
  isTrue.pipe(
    Effect.repeat({ until: (yes) => yes, schedule: Schedule.spaced("2 millis") }),
    Effect.timeout("10 seconds"),
  );

export const subscribing = (test: Test) => {
  test("to an aggregate gets its events decoded, and stops at one that nobody can read", (store) =>
    Effect.gen(function* () {
      yield* account(store, "a", "none", Account.opened("Ada"));
      yield* count(store, "a", "none", 1, 2);
      const seen: Array<string> = [];
      const accounts = Subscription.to(Account.aggregate, {
        name: "accounts",
        handle: (event, { stream, position }) =>
          Effect.sync(() => seen.push(`${event._tag} ${stream.id} ${position}`)),
      });
      expect(yield* Subscription.catchUp(accounts).pipe(on(store))).toBe(1);
      expect(seen).toEqual(["Opened a 1"]);
      const { codec } = Account.aggregate;
      const encode = (event: Account.Event) => ({ ...codec.encode(event), version: "2.0" });
      const later = { ...Account.aggregate, codec: { ...codec, encode } };
      yield* store.execute(later, "a", Account.closed);
      expect(yield* Effect.flip(Subscription.catchUp(accounts)).pipe(on(store))).toMatchObject({
        _tag: "SubscriptionStopped",
        event: { position: 4 },
        cause: { _tag: "UndecodableEvent", version: "2.0" },
      });
    }));

  test("to an aggregate takes the tags of its events, and no others", (store) =>
    Effect.gen(function* () {
      yield* account(store, "a", "none", Account.opened("Ada"), Account.moved(2n, "b"));
      yield* account(store, "a", "any", Account.closed, Account.moved(3n, "c"));
      const seen: Array<bigint> = [];
      const moves = Subscription.to(Account.aggregate, {
        name: "moves",
        types: ["Moved"],
        handle: ({ cents }) => Effect.sync(() => seen.push(cents)),
      });
      expect(yield* Subscription.catchUp(moves).pipe(on(store))).toBe(2);
      expect(seen).toEqual([2n, 3n]);

      for (const [types, found] of [
        [["Moved", "Movd"], '"Movd"'],
        [["AccountEvent::Moved"], '"AccountEvent::Moved"'],
        ["Moved", '"Moved"'],
        [[1], "1"],
      ] as const) {
        const options = { name: "none", types: types as never, handle: () => Effect.void };
        expect(() => Subscription.to(Account.aggregate, options)).toThrow(`types is ${found}, but`);
      }
    }));

  test("handles every event in order, and after that only new ones", (store) =>
    Effect.gen(function* () {
      expect(yield* positions(store)).toEqual([]);
      yield* count(store, "a", "none", 1, 2);
      yield* account(store, "a", "none", Account.opened("Ada"));
      yield* count(store, "a", 2, 3);
      expect(yield* positions(store)).toEqual([1, 2, 3, 4]);
      expect(yield* positions(store)).toEqual([]);
      yield* count(store, "b", "none", 4);
      expect(yield* positions(store, { batch: 1 })).toEqual([5]);
      expect(yield* positions(store, { name: "other", batch: 2 })).toEqual([1, 2, 3, 4, 5]);
    }));

  test("gives the handler the event as it is read", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const given = yield* Ref.make<ReadonlyArray<RecordedEvent>>([]);
      const handle = (event: RecordedEvent) => Ref.update(given, (before) => [...before, event]);
      yield* Subscription.catchUp({ name: "one", handle }).pipe(on(store));
      expect(yield* Ref.get(given)).toEqual(yield* log(store));
    }));

  test("handles only what it asks for, and remembers that it saw the rest", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      yield* account(store, "a", "none", Account.opened("Ada"), Account.moved(5n));
      yield* count(store, "b", "none", 3);
      const moves = { name: "moves", types: ["AccountEvent::Moved"] };
      expect(yield* positions(store, { name: "accounts", aggregates: ["Account"] })).toEqual([
        3, 4,
      ]);
      expect(yield* positions(store, moves)).toEqual([4]);
      expect(yield* at(store, "moves")).toBe(5);
      yield* count(store, "b", 1, 3);
      expect(yield* positions(store, moves)).toEqual([]);
      expect(yield* at(store, "moves")).toBe(6);
      yield* account(store, "a", 2, Account.moved(5n));
      expect(yield* positions(store, moves)).toEqual([7]);
    }));

  test("that begins now handles what comes after, in an empty log too", (store) =>
    Effect.gen(function* () {
      const early = { name: "early", from: "now" } as const;
      const late = { name: "late", from: "now" } as const;
      expect(yield* positions(store, early)).toEqual([]);
      yield* count(store, "a", "none", 1, 2);
      expect(yield* positions(store, late)).toEqual([]);
      yield* count(store, "a", 2, 3);
      expect(yield* positions(store, late)).toEqual([3]);
      expect(yield* positions(store, early)).toEqual([1, 2, 3]);
      yield* on(store)(Subscription.forget("late"));
      expect(yield* positions(store, { ...late, from: "start" })).toEqual([1, 2, 3]);
    }));

  test("handles more events than a batch or a page has", (store) =>
    Effect.gen(function* () {
      const [first, ...rest] = Array.from({ length: 2_300 }, (_, by) => by);
      yield* count(store, "a", "none", first ?? 0, ...rest);
      const all = Array.from({ length: 2_300 }, (_, index) => index + 1);
      expect(yield* positions(store)).toEqual(all);
      expect(yield* positions(store, { name: "big", batch: 1_150 })).toEqual(all);
      expect(yield* positions(store, { name: "whole", batch: 5_000 })).toEqual(all);
    }));

  test("keeps the checkpoint with the work, a batch at a time", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2, 3, 4, 5);
      const kept: Array<number | undefined> = [];
      const handle = () => Effect.map(at(store, "all"), (position) => void kept.push(position));
      yield* Subscription.catchUp({ name: "all", handle, batch: 2 }).pipe(on(store));
      expect(kept).toEqual([undefined, undefined, 2, 2, 4]);
      expect(yield* at(store, "all")).toBe(5);
    }));

  for (const [kind, ending] of [
    ["failure", Effect.fail({ _tag: "NoMail", to: "ada" } as const)],
    ["defect", Effect.die(new Error("a bug"))],
  ] as const) {
    test(`a ${kind} of its handler keeps all before the event and nothing of it`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "a", "none", 1, 2);
        yield* account(store, "other", "none", Account.opened("Ada"));
        yield* count(store, "b", "none", 3, 4);
        const work = copy(store);
        const broken: Subscription.Options<{ _tag: "NoMail"; to: string }, never> = {
          ...work,
          handle: (event) =>
            Effect.zipRight(
              Effect.orDie(work.handle(event)),
              event.position === 4 ? ending : Effect.void,
            ),
        };
        for (const end of [Subscription.catchUp(broken), Subscription.run(broken)]) {
          const exit = yield* Effect.exit(on(store)(end));
          if (kind === "defect") expect(exit).toEqual(Exit.die(new Error("a bug")));
          else {
            const error = yield* Effect.flip(exit);
            expect(error).toMatchObject({
              _tag: "SubscriptionStopped",
              subscription: "copy",
              event: { stream: counter("b"), sequence: 1, position: 4 },
              cause: { _tag: "NoMail", to: "ada" },
            });
            expect(error.message).toContain(
              'The subscription "copy" stopped before CounterEvent::Counted (Counter "b" event 1 at position 4): ',
            );
          }
          expect(yield* copied(store)).toEqual(["a1", "a2"]);
          expect(yield* at(store, "copy")).toBe(2);
        }
        expect(yield* on(store)(Subscription.catchUp(work))).toBe(2);
        expect(yield* copied(store)).toEqual(["a1", "a2", "b1", "b2"]);
      }));
  }

  test("what its store fails with for a while is no failure of the handler, and does not end it", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2, 3);
      const work = copy(store);
      const failures: ReadonlyArray<StoreError> = [
        new DatabaseBusy({ database: "a store" }),
        ...(["lost", "unknown", "readOnly"] as const).map(
          (reason) =>
            new DatabaseError({
              ...{ database: "a store", operation: "appending", code: "none", reason },
              cause: new Error("it is away"),
            }),
        ),
      ];
      const left = [...failures];
      const handle = (event: RecordedEvent) =>
        Effect.zipRight(
          work.handle(event),
          Effect.suspend((): Effect.Effect<void, StoreError> => {
            const failure = event.position === 2 ? left.shift() : undefined;
            return failure === undefined ? Effect.void : Effect.fail(failure);
          }),
        );
      const running = yield* Effect.fork(on(store)(Subscription.run({ ...work, handle })));
      yield* eventually(Effect.map(copied(store), ({ length }) => length === 3));
      yield* Fiber.interrupt(running);
      expect(left).toEqual([]);
      expect(yield* copied(store)).toEqual(["a1", "a2", "a3"]);
      for (const failure of failures) {
        yield* on(store)(Subscription.forget("again"));
        const failing = { name: "again", handle: () => Effect.fail(failure) };
        expect(yield* Effect.flip(on(store)(Subscription.catchUp(failing)))).toBe(failure);
      }
    }));

  test("a failure's message says what the handler said", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const handle = () => Effect.fail(new Error("The mail server is down."));
      const error = yield* Effect.flip(on(store)(Subscription.catchUp({ name: "mail", handle })));
      expect(error.message).toBe(
        'The subscription "mail" stopped before CounterEvent::Counted (Counter "a" event 1 at position 1): The mail server is down.',
      );
      expect(yield* on(store)(Subscription.lag("mail"))).toMatchObject({
        value: { at: null, behind: 1 },
      });
    }));

  for (const inside of [true, false]) {
    test(`interrupted ${inside ? "by" : "in"} its handler it keeps whole batches, and later the rest`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "a", "none", 1, 2, 3, 4, 5);
        const work = { ...copy(store), batch: 2 };
        const reached = yield* Deferred.make<void>();
        const handle = (event: RecordedEvent) =>
          work
            .handle(event)
            .pipe(
              Effect.zipRight(
                event.position < 4
                  ? Effect.void
                  : inside
                    ? Effect.interrupt
                    : Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never),
              ),
            );
        const fiber = yield* Effect.fork(on(store)(Subscription.run({ ...work, handle })));
        if (!inside) {
          yield* Deferred.await(reached);
          yield* Fiber.interrupt(fiber);
        }
        expect(Exit.isInterrupted(yield* Fiber.await(fiber))).toBe(true);
        expect(yield* copied(store)).toEqual(["a1", "a2"]);
        expect(yield* at(store, "copy")).toBe(2);
        expect(yield* on(store)(Subscription.catchUp(work))).toBe(3);
        expect(yield* copied(store)).toEqual(["a1", "a2", "a3", "a4", "a5"]);
      }));
  }

  test("several under one name share the work, each event once and in order", (store) =>
    Effect.gen(function* () {
      const [first, ...rest] = Array.from({ length: 60 }, (_, by) => by);
      yield* count(store, "a", "none", first ?? 0, ...rest);
      const work = copy(store);
      const handle = (event: RecordedEvent) =>
        Effect.zipRight(Effect.sleep("1 millis"), work.handle(event));
      const shares = yield* Effect.forEach(
        [1, 2, 3, 5],
        (batch) => on(store)(Subscription.catchUp({ ...work, handle, batch })),
        { concurrency: "unbounded" },
      );
      expect(shares.reduce((sum, share) => sum + share)).toBe(60);
      expect(yield* copied(store)).toEqual(
        Array.from({ length: 60 }, (_, index) => `a${index + 1}`),
      );
    }));

  test("what the handler appends says that it was because of the event, and is handled too", (store) =>
    Effect.gen(function* () {
      yield* store.execute(Counter.aggregate, "3", Counter.counted(1));
      const handle = ({ stream }: RecordedEvent) =>
        stream.id === "0"
          ? Effect.void
          : Effect.asVoid(
              store.execute(Counter.aggregate, `${Number(stream.id) - 1}`, Counter.counted(1)),
            );
      expect(yield* on(store)(Subscription.catchUp({ name: "down", handle }))).toBe(4);
      const [first, ...events] = yield* log(store);
      expect(events.map(({ stream }) => stream.id)).toEqual(["2", "1", "0"]);
      let before = first;
      for (const event of events) {
        expect(event).toMatchObject({ correlationId: first?.id, causationId: before?.id });
        before = event;
      }
    }));

  test("that runs is woken by an append at once, long before it looks by itself", (store) =>
    Effect.gen(function* () {
      const handled = yield* Ref.make(0);
      const handle = () => Ref.update(handled, (before) => before + 1);
      const fiber = yield* Effect.fork(
        on(store)(Subscription.run({ name: "run", handle, poll: never })),
      );
      const delays: Array<number> = [];
      for (let times = 1; times <= 10; times++) {
        yield* Effect.sleep("5 millis");
        yield* count(store, "a", "any", 1);
        const start = performance.now();
        yield* eventually(Effect.map(Ref.get(handled), (number) => number === times));
        delays.push(performance.now() - start);
      }
      expect(Math.min(...delays)).toBeLessThan(50);
      yield* Fiber.interrupt(fiber);
    }));

  test("that runs handles what is there, and all that many append at once", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      const seen: Array<number> = [];
      const handle = ({ position }: RecordedEvent) => Effect.sync(() => void seen.push(position));
      const fiber = yield* Effect.fork(
        on(store)(Subscription.run({ name: "run", handle, poll: never, batch: 7 })),
      );
      yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => index),
        (index) =>
          Effect.zipRight(Effect.sleep(index % 10), count(store, `${index % 7}`, "any", index)),
        { concurrency: 10 },
      );
      yield* eventually(Effect.sync(() => seen.length === 101));
      expect(seen).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
      yield* Fiber.interrupt(fiber);
    }));

  test("that runs keeps what it skipped now and then, not with every append", (store) =>
    Effect.gen(function* () {
      const skipping = (name: string, poll: Duration.DurationInput) =>
        Effect.fork(
          on(store)(
            Subscription.run({
              name,
              poll,
              aggregates: ["Account"],
              handle: () => Effect.void,
            }),
          ),
        );
      const fibers = [yield* skipping("seldom", never), yield* skipping("often", "10 millis")];
      yield* eventually(
        Effect.map(store.checkpoints.all, (checkpoints) => checkpoints.length === 2),
      );
      yield* count(store, "a", "any", 1, 2);
      yield* eventually(Effect.map(at(store, "often"), (position) => position === 2));
      expect(yield* at(store, "seldom")).toBeUndefined();
      yield* account(store, "a", "none", Account.opened("Ada"));
      yield* eventually(Effect.map(at(store, "seldom"), (position) => position === 3));
      yield* Fiber.interruptAll(fibers);
    }));

  test("skips nothing that is appended while it reads", (store) =>
    Effect.gen(function* () {
      yield* account(store, "a", "none", Account.opened("Ada"));
      let times = 0;
      // Each time that events were read there is one more, which another one may have appended.
      const busy: Service = {
        ...store,
        readAll: (options) =>
          Stream.concat(
            store.readAll(options),
            Stream.drain(
              Stream.suspend(() => {
                times += 1;
                const more = Effect.when(count(store, "a", "any", times), () => times < 20);
                return Stream.fromEffect(Effect.orDie(more));
              }),
            ),
          ),
      };
      const seen: Array<number> = [];
      const handle = ({ position }: RecordedEvent) => Effect.sync(() => void seen.push(position));
      const options = { name: "busy", aggregates: ["Counter"], handle };
      yield* on(busy)(Subscription.catchUp(options));
      yield* on(store)(Subscription.catchUp(options));
      expect(seen).toEqual(Array.from({ length: 19 }, (_, index) => index + 2));
    }));

  test("that runs is woken by what was appended while it looked the first time", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1);
      let looked = false;
      const late: Service = {
        ...store,
        readLast: Effect.tap(store.readLast, () =>
          Effect.when(Effect.orDie(count(store, "a", "any", 1)), () => {
            const isFirst = !looked;
            looked = true;
            return isFirst;
          }),
        ),
      };
      const handled = yield* Deferred.make<void>();
      yield* positions(store);
      const handle = () => Deferred.succeed(handled, undefined);
      const options = { name: "all", handle: () => Effect.asVoid(handle()), poll: never } as const;
      const fiber = yield* Effect.fork(on(late)(Subscription.run(options)));
      yield* Deferred.await(handled).pipe(Effect.timeout("10 seconds"));
      yield* Fiber.interrupt(fiber);
    }));

  test("says how far it is, and how far the log goes on", (store) =>
    Effect.gen(function* () {
      expect(yield* on(store)(Subscription.lag("all"))).toEqual(Option.none());
      yield* count(store, "a", "none", 1, 2);
      yield* positions(store);
      yield* positions(store, { name: "Second", from: "now" });
      yield* count(store, "a", 2, 3, 4, 5);
      const [, second] = yield* log(store);
      const status = {
        name: "all",
        at: Checkpoint.mark(second as RecordedEvent),
        updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        behind: 3,
      };
      expect(yield* on(store)(Subscription.lag("all"))).toEqual(Option.some(status));
      expect(yield* on(store)(Subscription.all)).toEqual([{ ...status, name: "Second" }, status]);
      const gauge = Effect.map(Metric.value(Metrics.lag("all")), ({ value }) => value);
      const lags: Array<number> = [];
      const handle = () => Effect.map(gauge, (lag) => void lags.push(lag));
      yield* on(store)(Subscription.catchUp({ name: "all", handle, batch: 1 }));
      expect(lags).toEqual([3, 2, 1]);
      expect(yield* gauge).toBe(0);
      expect(yield* on(store)(Subscription.forget("all"))).toBe(true);
      expect(yield* on(store)(Subscription.forget("all"))).toBe(false);
      expect(yield* on(store)(Subscription.lag("all"))).toEqual(Option.none());
    }));

  test("refuses a log from which its last event is gone", (store) =>
    Effect.gen(function* () {
      yield* count(store, "a", "none", 1, 2);
      yield* positions(store);
      yield* store.erase([Counter.aggregate]);
      const expected = { stream: counter("a"), sequence: 2, position: 2 };
      const gone = { _tag: "CheckpointMismatch", subscription: "all", expected, found: null };
      expect(yield* Effect.flip(positions(store))).toMatchObject(gone);
      yield* count(store, "a", "none", 3);
      const error = yield* Effect.flip(positions(store));
      expect(error).toMatchObject(gone);
      expect(error.message).toMatch(
        /^The subscription "all" stands on Counter "a" event 2 at position 2, where the log has nothing: /,
      );
      yield* on(store)(Subscription.forget("all"));
      expect(yield* positions(store)).toEqual([3]);
    }));

  const others: Readonly<Record<string, (mark: Checkpoint.Mark) => Checkpoint.Mark>> = {
    "another event of the same place": (mark) => ({ ...mark, digest: "other" }),
    'Counter "a" event 1 at position 1': (mark) => ({ ...mark, position: 1 }),
    nothing: (mark) => ({ ...mark, position: 7 }),
  };
  for (const [there, other] of Object.entries(others)) {
    test(`refuses a log that has, where it stands, ${there}`, (store) =>
      Effect.gen(function* () {
        yield* count(store, "a", "none", 1, 2);
        yield* positions(store);
        const mark = (yield* store.checkpoints.find("all"))?.at as Checkpoint.Mark;
        yield* store.checkpoints.put("all", other(mark));
        for (const more of [false, true]) {
          if (more) yield* count(store, "a", 2, 3);
          const error = yield* Effect.flip(positions(store));
          expect(error._tag).toBe("CheckpointMismatch");
          expect(error.message).toContain(`where the log has ${there}: it was`);
        }
      }));
  }

  test("that waits notices that the log was erased, whatever it skipped", (store) =>
    Effect.gen(function* () {
      yield* account(store, "a", "none", Account.opened("Ada"));
      const options = {
        name: "run",
        poll: "10 millis",
        aggregates: ["Account"],
        handle: () => Effect.void,
      } as const;
      const fiber = yield* Effect.fork(on(store)(Subscription.run(options)));
      yield* eventually(Effect.map(at(store, "run"), (position) => position === 1));
      yield* store.erase([Account.aggregate]);
      yield* count(store, "a", "none", 1);
      expect(yield* Effect.flip(Fiber.join(fiber))).toMatchObject({
        _tag: "CheckpointMismatch",
        expected: { position: 1 },
      });
    }));
};

export const keepingCheckpoints = (test: Test) => {
  const mark = Effect.fn(function* (store: Service) {
    yield* count(store, "a", "any", 1);
    return Checkpoint.mark((yield* store.readLast) as RecordedEvent);
  });

  test("are replaced, listed by name and dropped", (store) =>
    Effect.gen(function* () {
      expect(yield* store.checkpoints.all).toEqual([]);
      expect(yield* store.checkpoints.find("b")).toBeUndefined();
      const first = yield* mark(store);
      const second = yield* mark(store);
      yield* store.checkpoints.put("b", first);
      yield* store.checkpoints.put("a", null);
      yield* store.checkpoints.put("b", second);
      expect(yield* store.checkpoints.find("b")).toMatchObject({ name: "b", at: second });
      expect(yield* store.checkpoints.all).toMatchObject([
        { name: "a", at: null },
        { name: "b", at: second },
      ]);
      expect(yield* store.checkpoints.drop("b")).toBe(true);
      expect(yield* store.checkpoints.drop("b")).toBe(false);
      expect(yield* store.checkpoints.all).toMatchObject([{ name: "a" }]);
    }));

  test("go with their transaction", (store) =>
    Effect.gen(function* () {
      const first = yield* mark(store);
      yield* store.checkpoints.put("a", null);
      const undone = store.transaction(
        Effect.gen(function* () {
          yield* store.checkpoints.put("a", first);
          yield* store.checkpoints.put("b", first);
          yield* store.checkpoints.drop("a");
          expect(yield* store.checkpoints.all).toMatchObject([{ name: "b", at: first }]);
          yield* Effect.fail("no");
        }),
      );
      expect(yield* Effect.flip(undone)).toBe("no");
      expect(yield* store.checkpoints.all).toMatchObject([{ name: "a", at: null }]);
    }));

  for (const before of [true, false]) {
    test(`are locked when there is ${before ? "one" : "none yet"}, and then as they were left`, (store) =>
      Effect.gen(function* () {
        const first = yield* mark(store);
        if (before) yield* store.checkpoints.put("a", null);
        const locked = yield* Deferred.make<void>();
        const other = yield* Effect.fork(
          Effect.zipRight(Deferred.await(locked), store.transaction(store.checkpoints.lock("a"))),
        );
        yield* store.transaction(
          Effect.gen(function* () {
            expect((yield* store.checkpoints.lock("a")) !== undefined).toBe(before);
            yield* Deferred.succeed(locked, undefined);
            yield* Effect.sleep("50 millis");
            yield* store.checkpoints.put("a", first);
          }),
        );
        expect(yield* Fiber.join(other)).toMatchObject({ name: "a", at: first });
      }));
  }
};
