import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as Memory from "@ledgerfold/event-store/memory/layer";
import * as Postgres from "@ledgerfold/event-store/postgres/layer";
import * as Sqlite from "@ledgerfold/event-store/sqlite/layer";
import { Effect, Schema } from "effect";

/** A stranger's program: one aggregate, on all engines. */

const Event = Schema.TaggedStruct("Counted", { by: Schema.Int });
type Event = typeof Event.Type;
const Total = Schema.Struct({ total: Schema.Int });
const add = ({ total }: typeof Total.Type, { by }: Event) => ({ total: total + by });

class TooMuch extends Schema.TaggedError<TooMuch>()("TooMuch", { by: Schema.Int }) {}

const counter = Aggregate.make({
  type: "Counter",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => tag }),
  state: Total,
  stateVersion: 1,
  initial: { total: 0 },
  evolve: add,
  decide: (_: typeof Total.Type, event: Event) =>
    event.by > 9 ? Effect.fail(new TooMuch({ by: event.by })) : Effect.succeed([event]),
  view: View.make<typeof Total.Type, Event, typeof Total.Encoded>({
    table: "counter_view",
    schema: Total,
    initial: { total: 0 },
    evolve: add,
  }),
});

const counting = Effect.gen(function* () {
  const store = yield* EventStore;
  yield* store.execute(counter, "apples", { _tag: "Counted", by: 2 });
  yield* store.execute(counter, "apples", { _tag: "Counted", by: 3 });
  const refused = yield* store
    .execute(counter, "apples", { _tag: "Counted", by: 10 })
    .pipe(Effect.catchTag("TooMuch", ({ by }) => Effect.succeed(by)));
  const { state, version } = yield* store.load(counter, "apples");
  console.log(`${state.total} after ${version} events, and ${refused} was too much`);
});

const [, , path = "", url = "", schema = ""] = process.argv;
const aggregates = [counter];
for (const layer of [
  Memory.layer,
  Sqlite.layer({ path, aggregates }),
  Postgres.layer({ url, schema, aggregates }),
]) {
  await Effect.runPromise(Effect.provide(counting, layer));
}
