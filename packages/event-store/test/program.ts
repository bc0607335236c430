import { Console, Effect, Stream } from "effect";
import { counted, aggregate } from "../src/internal/contract/Counter.ts";
import * as File from "./File.ts";

/** A program of its own for the tests with several processes: `program.ts append|hang|fill path …`. */

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
            id: `${at}`.padEnd(2_000, "."),
            expected: "none",
            events: [{ event: counted(1) }],
          });
        yield* Stream.runForEach(Stream.range(1, 500), write);
        yield* Console.log("written");
        yield* Effect.never;
      }),
    );
  });

const program =
  verb === "append"
    ? append(rest[0] ?? "", Number(rest[1]))
    : hang(verb === "fill" ? "bulk" : "transaction");
await Effect.runPromise(Effect.scoped(program));
