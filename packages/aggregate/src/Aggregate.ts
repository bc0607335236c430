import { Effect, Schema } from "effect";
import * as Compiled from "./Compiled.ts";
import * as EventCodec from "./EventCodec.ts";
import * as View from "./View.ts";

/** What happens to one thing, and what may: events, state, decisions and a view, as one value. */

/**
 * What happens to one thing, and what may. Pure: `decide` asks for services in its type, and
 * nothing here knows a database or a clock.
 */
export interface Aggregate<
  Type extends string,
  State,
  Event extends Tagged,
  Command extends Tagged,
  Refusal,
  Services,
  Model,
> {
  /** Stored with every event as `aggregate_type`. */
  readonly type: Type;
  readonly codec: EventCodec.EventCodec<Event>;
  readonly state: Schema.Schema<State, unknown>;
  /** Raised with every change of `state`'s encoded shape; a snapshot of another version is ignored. */
  readonly stateVersion: number;
  readonly initial: State;
  /** Total: a stored event can always be folded, whatever came before it. */
  readonly evolve: (state: State, event: Event) => State;
  /** The events that the command causes, or the typed reason why it may not happen. */
  readonly decide: (
    state: State,
    command: Command,
  ) => Effect.Effect<ReadonlyArray<Event>, Refusal, Services>;
  readonly view: View.View<Model, Event>;
}

interface Tagged {
  readonly _tag: string;
}

/** The bound of functions that take whichever aggregate: `<A extends Aggregate.Any>`. */
// biome-ignore lint/suspicious/noExplicitAny: the bound that every aggregate fits, as `any` is for functions
export type Any = Aggregate<string, any, any, any, any, any, any>;

/** What a stream's events are folded to: of `typeof account`, say. */
export type State<A extends Any> = A["initial"];
/** What its streams hold, decoded. */
export type Event<A extends Any> = Parameters<A["evolve"]>[1];
/** What `decide` is asked. */
export type Command<A extends Any> = Parameters<A["decide"]>[1];
/** Why a command may not happen; `never` where each may. */
export type Refusal<A extends Any> = Effect.Effect.Error<ReturnType<A["decide"]>>;
/** What `decide` needs to be provided with; `never` for most. */
export type Services<A extends Any> = Effect.Effect.Context<ReturnType<A["decide"]>>;

/** A log is kept as JSON, and a field's encoded side is what JSON can't give back. */
export class UnstorableSchema extends Schema.TaggedError<UnstorableSchema>()("UnstorableSchema", {
  aggregate: Schema.String,
  part: Schema.Literal("event", "state", "view"),
  /** The path of the field; empty for the whole. */
  field: Schema.String,
  found: Schema.String,
}) {
  override get message() {
    const { aggregate, part, field, found } = this;
    const what = field === "" ? `the ${part}` : `the field ${field} of the ${part}`;
    return `${aggregate}: ${what} is encoded as ${found}, which JSON has no word for. Give it a schema that encodes it as text, a number, or what is made of these.`;
  }
}

/**
 * State, events and the view's rows are inferred from their schemas, commands from `decide`.
 *
 * - `codec` may be the schema of the events alone: each is then stored under its tag, as version
 *   1.0. `EventCodec.make` takes other names, versions, and what reads older ones.
 * - `decide` returns the events, none for nothing to do; or a refusal, which is a `Schema.TaggedError`;
 *   or an Effect or Either of both, where it asks services: literal events in those are `as const`,
 *   as TypeScript takes their tags for any text there.
 * - `view` may be the name of a table alone, whose rows are the states.
 *
 * Throws `UnstorableSchema`.
 *
 * @example
 * ```ts
 * import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
 * import { Schema } from "effect";
 *
 * class Full extends Schema.TaggedError<Full>()("Full", { seats: Schema.Int }) {}
 *
 * export const hall = Aggregate.make({
 *   type: "Hall",
 *   codec: Schema.TaggedStruct("Seated", { name: Schema.String }),
 *   state: Schema.Struct({ taken: Schema.Int }),
 *   initial: { taken: 0 },
 *   evolve: ({ taken }) => ({ taken: taken + 1 }),
 *   decide: ({ taken }, { name }: { _tag: "Seat"; name: string }) =>
 *     taken < 100 ? [{ _tag: "Seated", name }] : new Full({ seats: 100 }),
 *   view: "hall_view",
 * });
 * ```
 */
export const make = <
  const Type extends string,
  State,
  StateEncoded,
  const Next extends State,
  Event extends Tagged,
  EventEncoded,
  Command extends Tagged,
  const Decision extends
    | ReadonlyArray<Event>
    | Effect.Effect<ReadonlyArray<Event>, unknown, unknown>,
  Model = State,
  ModelEncoded = unknown,
  const NextModel extends Model = Model,
>(options: {
  readonly type: Type;
  readonly codec: EventCodec.EventCodec<Event> | Schema.Schema<Event, EventEncoded>;
  readonly state: Schema.Schema<State, StateEncoded>;
  /** 1 by default. */
  readonly stateVersion?: number;
  readonly initial: NoInfer<State>;
  readonly evolve: (state: State, event: Event) => Next;
  readonly decide: (
    state: State,
    command: Command,
  ) => Decision | Effect.Effect<ReadonlyArray<NoInfer<Event>>>;
  readonly view: string | View.Options<Model, Event, ModelEncoded, NextModel>;
}): Aggregate<Type, State, Event, Command, RefusalOf<Decision>, ServicesOf<Decision>, Model> => {
  const { type, state, stateVersion = 1, initial, evolve, decide } = options;
  const codec =
    "decode" in options.codec ? options.codec : EventCodec.make({ schema: options.codec });
  const view =
    typeof options.view === "string"
      ? { table: options.view, schema: state, initial, evolve }
      : options.view;
  insistStorable(type, "event", codec.schema);
  insistStorable(type, "state", state);
  insistStorable(type, "view", view.schema);
  return {
    ...options,
    codec,
    stateVersion,
    decide: (state: State, command: Command) => {
      const decided = decide(state, command);
      return Effect.isEffect(decided) ? decided : Effect.succeed(decided);
    },
    view: View.make(view as never),
  } as never;
};

type RefusalOf<Decision> = Decision extends Effect.Effect<unknown, infer E, unknown> ? E : never;
type ServicesOf<Decision> = Decision extends Effect.Effect<unknown, unknown, infer R> ? R : never;

const insistStorable = (
  aggregate: string,
  part: UnstorableSchema["part"],
  schema: Schema.Schema.All,
) => {
  const never = Compiled.neverJson(schema);
  if (never === undefined) return;
  throw new UnstorableSchema({ aggregate, part, field: never.field, found: never.found });
};

/** `evolve` over several events, oldest first. */
export const fold = <S, E>(
  aggregate: { readonly evolve: (state: S, event: E) => S },
  state: S,
  events: Iterable<E>,
): S => {
  let folded = state;
  for (const event of events) folded = aggregate.evolve(folded, event);
  return folded;
};
