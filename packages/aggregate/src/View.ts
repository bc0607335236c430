import type { Schema } from "effect";

/** Read models with one row a stream, which a store keeps up in the append itself. */

/** The stream that a view's row is about. */
export interface Origin<Event> {
  /** The aggregate's id. */
  readonly id: string;
  /** May be undefined where `needsFirst` says that no event at hand needs it. */
  readonly first: Event | undefined;
}

/**
 * A read model with one row per stream, folded from its events and stored in the transaction that
 * appends them.
 */
export interface View<Model, Event> {
  /** The table of its rows: view_id (the aggregate's id), version (last sequence), payload. */
  readonly table: string;
  readonly schema: Schema.Schema<Model, unknown>;
  readonly initial: Model;
  /**
   * Whether `evolve` reads `origin.first` for this event: a store then fetches it before it folds on
   * from a row.
   */
  readonly needsFirst: (event: Event) => boolean;
  /** Total. */
  readonly evolve: (model: Model, event: Event, origin: Origin<Event>) => Model;
  /** How earlier versions of ours wrote its rows, as `EventCodec.make` has it of events. */
  readonly earlier: ReadonlyArray<(payload: unknown) => unknown>;
}

/** A view without what has a default. */
export interface Options<Model, Event, Encoded, Next extends Model = Model> {
  readonly table: string;
  readonly schema: Schema.Schema<Model, Encoded>;
  readonly initial: NoInfer<Model>;
  /** For no event by default. */
  readonly needsFirst?: (event: Event) => boolean;
  readonly evolve: (model: Model, event: Event, origin: Origin<Event>) => Next;
  readonly earlier?: ReadonlyArray<(payload: unknown) => unknown>;
}

/**
 * For a view in a file of its own, or one that others share, whose `evolve` says the event's type.
 * `Aggregate.make` takes the options as they are, and knows that type.
 *
 * @example
 * ```ts
 * import * as View from "@ledgerfold/aggregate/View";
 * import { Schema } from "effect";
 *
 * type Event = { readonly _tag: "Seated"; readonly name: string };
 *
 * export const guests = View.make({
 *   table: "guest_view",
 *   schema: Schema.Struct({ hall: Schema.String, names: Schema.Array(Schema.String) }),
 *   initial: { hall: "", names: [] },
 *   evolve: ({ names }, { name }: Event, { id }) => ({ hall: id, names: [...names, name] }),
 * });
 * ```
 */
export const make = <Model, Event, Encoded, const Next extends Model = Model>(
  options: Options<Model, Event, Encoded, Next>,
): View<Model, Event> =>
  ({ needsFirst: () => false, earlier: [], ...options }) as View<Model, Event>;

/** `evolve` over several events, oldest first. */
export const fold = <Model, Event>(
  view: View<Model, Event>,
  model: Model,
  events: Iterable<Event>,
  origin: Origin<Event>,
): Model => {
  let folded = model;
  for (const event of events) folded = view.evolve(folded, event, origin);
  return folded;
};
