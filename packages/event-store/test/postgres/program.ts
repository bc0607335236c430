import { Console, Effect } from "effect";
import { aggregate, counted } from "@ledgerfold/event-store-contract/Counter";
import { layer } from "../../src/postgres/layer.ts";
import { EventStore } from "../../src/EventStore.ts";

/** A program of its own for the tests with several processes: `url schema own times fibers`. */

const [url = "", schema = "", own = "", times = "", fibers = ""] = process.argv.slice(2);

/** Appends to a stream shared with others and to one of its own, and prints every answer. */
const program = Effect.gen(function* () {
  const store = yield* EventStore;
  const append = (id: string) =>
    Effect.flatMap(
      store.append({ aggregate, id, expected: "any", events: [{ event: counted(1) }] }),
      (appended) => Console.log(JSON.stringify(appended)),
    );
  const both = Effect.zipRight(append("shared"), append(own));
  yield* Effect.replicateEffect(
    Effect.replicateEffect(both, Number(times), { discard: true }),
    Number(fibers),
    { concurrency: "unbounded", discard: true },
  );
});

await Effect.runPromise(Effect.provide(program, layer({ url, schema, aggregates: [aggregate] })));
