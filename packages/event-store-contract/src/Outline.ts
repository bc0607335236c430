import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Effect, Schema } from "effect";

/** A heading in a heading: event, state and view are of a schema that has no deepest level. */
export interface Heading {
  readonly title: string;
  readonly level: number;
  readonly below: Heading | null;
}

interface EncodedHeading {
  readonly title: string;
  readonly level?: number | undefined;
  readonly below: EncodedHeading | null;
}

export const Heading: Schema.Schema<Heading, EncodedHeading> = Schema.Struct({
  title: Schema.String,
  level: Schema.optionalWith(Schema.Int, { default: () => 1 }),
  below: Schema.NullOr(Schema.suspend(() => Heading)),
});

const Written = variant("Written", { heading: Heading });
export type Written = typeof Written.Type;

const State = Schema.Struct({ heading: Schema.NullOr(Heading) });
export type State = typeof State.Type;

const codec = EventCodec.make({
  schema: Written,
  version: "1.0",
  eventType: (tag) => `Outline::${tag}`,
});
const keep = (_: State, { heading }: Written): State => ({ heading });

export const aggregate = Aggregate.make({
  type: "Outline",
  codec,
  state: State,
  stateVersion: 1,
  initial: { heading: null } as State,
  evolve: keep,
  decide: (_: State, event: Written) => Effect.succeed([event]),
  view: View.make<State, Written, typeof State.Encoded>({
    table: "outline_view",
    schema: State,
    initial: { heading: null },
    evolve: keep,
  }),
});

/** Of so many levels. */
export const heading = (levels: number): Heading => {
  let below: Heading | null = null;
  for (let level = levels; level > 0; level -= 1) below = { title: "a", level, below };
  return below ?? { title: "a", level: 1, below };
};

export const written = (levels: number): Written => ({ _tag: "Written", heading: heading(levels) });

/** The text of such a heading, of as many levels as one likes. */
export const textOf = (levels: number): string =>
  `${'{"title":"a","below":'.repeat(levels)}null${"}".repeat(levels)}`;
