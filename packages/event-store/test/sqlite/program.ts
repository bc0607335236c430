import { Console, Effect, type Scope, Stream } from "effect";
import { EventStore, type RecordedEvent } from "../../src/EventStore.ts";
import { counted, aggregate } from "@ledgerfold/event-store-contract/Counter";
import * as SqliteQuery from "../../src/sqlite/Query.ts";
import * as Subscription from "../../src/Subscription.ts";
import * as File from "./File.ts";

/** A program of its own for tests with several processes: `program.ts append|hang|fill|follow path`. */

const [verb, path = "", ...rest] = process.argv.slice(2);

/** Appends to a stream shared with others and to one of its own, and prints every answer. */
const append = (own: string, times: number) =>
  Effect.gen(function* () {
    const { store } = yield* File.open({ path, synchronous: "normal", patience: "1 minute" });
    const events = [{ event: counted(1) }] as const;
    for (let at = 0; at < times; at++) {
      const shared = yield* store.append({ aggregate, id: "shared", expected: "any", events });
      yield* Console.log(JSON.stringify(shared));
      yield* Console.log(
        JSON.stringify(yield* store.append({ aggregate, id: own, expected: at, events })),
      );
    }
  });

/** Writes more than its cache holds in a transaction, or a bulk load, that it never ends. */
const hang = (kind: "transaction" | "bulk") =>
  Effect.gen(function* () {
    const opened = yield* File.open({ path });
    yield* File.pragma(opened, "cache_size = 10");
    const { store } = opened;
    yield* store[kind](
      Effect.gen(function* () {
        const write = (at: number) =>
          store.append({
            aggregate,
            id: `${at}`.padEnd(1_000, "."),
            expected: "none",
            events: [{ event: counted(1) }],
          });
        yield* Stream.runForEach(Stream.range(1, 1_000), write);
        yield* Console.log("written");
        yield* Effect.never;
      }),
    );
  });

/** Runs a subscription that writes each event into a table, slowly enough to be killed anywhere. */
const follow = Effect.gen(function* () {
  const { store, database } = yield* File.open({
    path,
    synchronous: "normal",
    patience: "1 minute",
  });
  const handle = ({ position }: RecordedEvent) =>
    database
      .run("handling", () =>
        database.execute(query.insertInto("handled").values({ position, process: process.pid })),
      )
      .pipe(Effect.zipRight(Console.log("handled")), Effect.zipRight(Effect.sleep(position % 2)));
  yield* Subscription.run({ name: "follower", handle, batch: 7, poll: "20 millis" }).pipe(
    Effect.provideService(EventStore, store),
  );
});

const query = SqliteQuery.builder<{ handled: { position: number; process: number } }>();

const programs: Readonly<Record<string, () => Effect.Effect<void, unknown, Scope.Scope>>> = {
  append: () => append(rest[0] ?? "", Number(rest[1])),
  hang: () => hang("transaction"),
  fill: () => hang("bulk"),
  follow: () => follow,
};
await Effect.runPromise(Effect.scoped(programs[verb ?? ""]?.() ?? Effect.die("no such verb")));
