import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { UndecodableEvent } from "@ledgerfold/aggregate/EventCodec";
import { Context, Effect, type Either, type Layer, type Option, Schema, type Stream } from "effect";
import { expectTypeOf } from "vitest";
import type { DatabaseBusy, DatabaseError, StoreError } from "../src/DatabaseError.ts";
import type {
  AppendError,
  Appended,
  EventStore,
  Executed,
  InvalidArgument,
  ListedView,
  Loaded,
  SetupError,
  UnreadableView,
  VersionConflict,
  ViewRow,
} from "../src/EventStore.ts";
import * as Memory from "../src/memory/layer.ts";
import type * as PostgresDatabase from "../src/postgres/Database.ts";
import * as Postgres from "../src/postgres/layer.ts";
import type * as SqliteDatabase from "../src/sqlite/Database.ts";
import * as Sqlite from "../src/sqlite/layer.ts";
import * as Subscription from "../src/Subscription.ts";
import * as Tables from "../src/Tables.ts";

/** What is inferred of a store's verbs, without a cast or a type parameter, and what must not compile. */

const Event = Schema.Union(
  Schema.TaggedStruct("Opened", {}),
  Schema.TaggedStruct("Moved", { cents: Schema.BigInt }),
);
type Event = typeof Event.Type;
type Command = { readonly _tag: "Open" } | { readonly _tag: "Move"; readonly cents: bigint };
class Closed extends Schema.TaggedError<Closed>()("Closed", {}) {}
class Rates extends Context.Tag("Rates")<Rates, { readonly rate: bigint }>() {}

const account = Aggregate.make({
  type: "Account",
  codec: Event,
  state: Schema.NullOr(Schema.BigInt),
  initial: null,
  evolve: (cents, event) => (event._tag === "Moved" ? (cents ?? 0n) + event.cents : 0n),
  decide: (cents, command: Command) =>
    Effect.gen(function* () {
      if (command._tag === "Open") return [{ _tag: "Opened" } as const];
      if (cents === null) return yield* new Closed();
      const { rate } = yield* Rates;
      return [{ _tag: "Moved", cents: command.cents * rate } as const];
    }),
  view: {
    table: "account_view",
    schema: Schema.Struct({ moves: Schema.Int }),
    initial: { moves: 0 },
    evolve: ({ moves }) => ({ moves: moves + 1 }),
  },
});
type State = bigint | null;
type Row = { readonly moves: number };

const counter = Aggregate.make({
  type: "Counter",
  codec: Schema.TaggedStruct("Counted", { by: Schema.Int }),
  state: Schema.Int,
  initial: 0,
  evolve: (total, { by }) => total + by,
  decide: (_, { by }: { readonly _tag: "Count"; readonly by: number }) => [{ _tag: "Counted", by }],
  view: "counter_view",
});

declare const store: typeof EventStore.Service;

// The types of an answer, of how it fails and of what it needs.

expectTypeOf(store.execute(account, "a", { _tag: "Open" })).toEqualTypeOf<
  Effect.Effect<Executed<State, Event>, Closed | AppendError, Rates>
>();
expectTypeOf(store.load(account, "a")).toEqualTypeOf<
  Effect.Effect<Loaded<State>, StoreError | UndecodableEvent>
>();
expectTypeOf(store.view(account, "a")).toEqualTypeOf<
  Effect.Effect<Option.Option<ViewRow<Row>>, StoreError | UnreadableView>
>();
expectTypeOf(store.views(account)).toEqualTypeOf<
  Stream.Stream<Either.Either<ListedView<Row>, UnreadableView>, StoreError>
>();
expectTypeOf<StoreError>().toEqualTypeOf<DatabaseError | DatabaseBusy | InvalidArgument>();

const opening = { aggregate: account, id: "a", expected: "none" } as const;
expectTypeOf(
  store.append({ ...opening, events: [{ event: { _tag: "Opened" } }], snapshot: 0n }),
).toEqualTypeOf<Effect.Effect<Appended, AppendError>>();
expectTypeOf(
  store.appendAll([{ ...opening, events: [{ event: { _tag: "Opened" } }] }]),
).toEqualTypeOf<Effect.Effect<ReadonlyArray<Appended>, AppendError>>();

const counting = { aggregate: counter, id: "a", expected: "any" } as const;
expectTypeOf(
  store.appendAll([
    { ...opening, events: [{ event: { _tag: "Opened" } }] },
    { ...counting, events: [{ event: { _tag: "Counted", by: 1 } }], snapshot: 1 },
  ]),
).toEqualTypeOf<Effect.Effect<ReadonlyArray<Appended>, AppendError>>();
const counted = { event: { _tag: "Counted", by: 1 } } as const;
const several = ["a", "b"].map((id) => ({ ...counting, id, events: [counted] as const }));
expectTypeOf(store.appendAll(several)).toEqualTypeOf<
  Effect.Effect<ReadonlyArray<Appended>, AppendError>
>();
expectTypeOf(store.execute(counter, "a", { _tag: "Count", by: 1 })).toEqualTypeOf<
  Effect.Effect<Executed<number, { readonly _tag: "Counted"; readonly by: number }>, AppendError>
>();

// A transaction fails with, and needs, what is in it.

const both = store.transaction(
  Effect.zip(store.execute(account, "a", { _tag: "Open" }), Effect.fail("late" as const)),
);
expectTypeOf<Effect.Effect.Error<typeof both>>().toEqualTypeOf<Closed | AppendError | "late">();
expectTypeOf<Effect.Effect.Context<typeof both>>().toEqualTypeOf<Rates>();
expectTypeOf(store.bulk(Effect.succeed(1))).toEqualTypeOf<
  Effect.Effect<number, VersionConflict | StoreError>
>();

// Who handles an event that his own codec reads.

const following = {
  name: "sums",
  handle: (event) =>
    Effect.gen(function* () {
      const decoded = yield* account.codec.decode(event);
      expectTypeOf(decoded).toEqualTypeOf<Event>();
      yield* Rates;
    }),
} satisfies Subscription.Options<unknown, unknown>;
expectTypeOf(Subscription.run(following)).toEqualTypeOf<
  Effect.Effect<never, Subscription.Failure<UndecodableEvent>, EventStore | Rates>
>();
expectTypeOf(Subscription.catchUp(following)).toEqualTypeOf<
  Effect.Effect<number, Subscription.Failure<UndecodableEvent>, EventStore | Rates>
>();
expectTypeOf<Subscription.Failure<"mine">>().toEqualTypeOf<
  Subscription.SubscriptionStopped<"mine"> | Subscription.CheckpointMismatch | StoreError
>();

expectTypeOf(
  Subscription.to(account, {
    name: "sums",
    handle: (event, { position }) => {
      expectTypeOf(event).toEqualTypeOf<Event>();
      expectTypeOf(position).toEqualTypeOf<number>();
      return Effect.zipRight(Rates, Effect.fail("late" as const));
    },
  }),
).toEqualTypeOf<Subscription.Options<UndecodableEvent | "late", Rates>>();

Subscription.to(account, {
  name: "moves",
  types: ["Moved"],
  handle: (event) => {
    expectTypeOf(event).toEqualTypeOf<{ readonly _tag: "Moved"; readonly cents: bigint }>();
    return Effect.void;
  },
});
Subscription.to(account, {
  name: "both",
  types: ["Opened", "Moved"],
  handle: (event) => {
    expectTypeOf(event).toEqualTypeOf<Event>();
    return Effect.void;
  },
});
// @ts-expect-error: no event of an account has this tag
Subscription.to(account, { name: "none", types: ["Movd"], handle: () => Effect.void });

const sums = Tables.of<{ sums: { owner: string; cents: number } }>();
expectTypeOf(sums((query) => query.selectFrom("sums").select("cents"))).toEqualTypeOf<
  Effect.Effect<ReadonlyArray<{ cents: number }>, StoreError, Tables.Tables>
>();

// Layers.

const aggregates = [account];
expectTypeOf(Memory.layer).toEqualTypeOf<Layer.Layer<EventStore>>();
expectTypeOf(Sqlite.layer({ path: "a.db", aggregates })).toEqualTypeOf<
  Layer.Layer<EventStore | Tables.Tables, SetupError>
>();
expectTypeOf(Postgres.layer({ url: "postgresql://db", aggregates })).toEqualTypeOf<
  Layer.Layer<EventStore | Tables.Tables, SetupError>
>();
expectTypeOf(Sqlite.layerDatabase).toEqualTypeOf<
  Layer.Layer<EventStore | Tables.Tables, never, SqliteDatabase.SqliteDatabase>
>();
expectTypeOf(Postgres.layerDatabase).toEqualTypeOf<
  Layer.Layer<EventStore | Tables.Tables, never, PostgresDatabase.PostgresDatabase>
>();

// What must not compile.

// @ts-expect-error a command that there is not
store.execute(account, "a", { _tag: "Close" });

// @ts-expect-error a command without all of its fields
store.execute(account, "a", { _tag: "Move" });

// @ts-expect-error an append of nothing
store.append({ ...opening, events: [] });

// @ts-expect-error an event that the aggregate does not have
store.append({ ...opening, events: [{ event: { _tag: "Closed" } }] });

// @ts-expect-error the same among several
store.appendAll([counting, { ...opening, events: [{ event: { _tag: "Counted", by: 1 } }] }]);

// @ts-expect-error a table that there is not
sums((query) => query.selectFrom("totals").selectAll());

// @ts-expect-error a snapshot of another state
store.append({ ...opening, events: [{ event: { _tag: "Opened" } }], snapshot: 0 });

// @ts-expect-error a version that is none
store.append({ ...opening, expected: "new", events: [{ event: { _tag: "Opened" } }] });

// @ts-expect-error it needs the rates that it decides by
Effect.runPromise(store.execute(account, "a", { _tag: "Open" }));

// @ts-expect-error a layer in a file without a path
Sqlite.layer({ aggregates });

// @ts-expect-error a layer without its aggregates
Postgres.layer({ url: "postgresql://db" });
