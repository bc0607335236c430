import { type Effect, Schema } from "effect";
import * as Compiled from "./Compiled.ts";
import type { EventCodec } from "./EventCodec.ts";
import type { View } from "./View.ts";

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
  readonly codec: EventCodec<Event>;
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
  readonly view: View<Model, Event>;
}

interface Tagged {
  readonly _tag: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the bound that every aggregate fits, as `any` is for functions
export type Any = Aggregate<string, any, any, any, any, any, any>;

export type State<A extends Any> = A["initial"];
export type Event<A extends Any> = Parameters<A["evolve"]>[1];
export type Command<A extends Any> = Parameters<A["decide"]>[1];
export type Refusal<A extends Any> = Effect.Effect.Error<ReturnType<A["decide"]>>;
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

/** Throws `UnstorableSchema`. */
export const make = <
  const Type extends string,
  State,
  Encoded,
  Event extends Tagged,
  Command extends Tagged,
  Refusal,
  Services,
  Model,
>(
  aggregate: Omit<
    Aggregate<Type, State, Event, Command, Refusal, Services, Model>,
    "state" | "decide"
  > & {
    readonly state: Schema.Schema<State, Encoded>;
    readonly decide: (
      state: State,
      command: Command,
    ) => Effect.Effect<ReadonlyArray<Event>, Refusal, Services>;
  },
): Aggregate<Type, State, Event, Command, Refusal, Services, Model> => {
  const { type, codec, state, view } = aggregate;
  insistStorable(type, "event", codec.schema);
  insistStorable(type, "state", state);
  insistStorable(type, "view", view.schema);
  return aggregate as never;
};

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
