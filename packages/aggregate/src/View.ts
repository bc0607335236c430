import type { Schema } from "effect";

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

export const make = <Model, Event, Encoded>(
  view: Omit<View<Model, Event>, "schema" | "needsFirst" | "earlier"> & {
    readonly schema: Schema.Schema<Model, Encoded>;
    readonly needsFirst?: (event: Event) => boolean;
    readonly earlier?: View<Model, Event>["earlier"];
  },
): View<Model, Event> => ({ needsFirst: () => false, earlier: [], ...view }) as View<Model, Event>;

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
