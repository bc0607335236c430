import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as View from "@ledgerfold/aggregate/View";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import * as SchwabAuth from "@ledgerfold/domain/SchwabAuth";
import type { ExecutionId } from "@ledgerfold/domain/Values";
import type { Fold as Declared } from "@ledgerfold/declaration/Fold";
import type { Migration } from "@ledgerfold/declaration/Migration";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import * as Fold from "@ledgerfold/verifier/internal/Fold";
import * as Json from "@ledgerfold/verifier/internal/Json";
import { Arbitrary, FastCheck, Schema } from "effect";
import { plan } from "../../src/plan.ts";

/** The two folds of one history: the domain's, and the verifier's of what is declared. */

/** Few different orders, so that events are often about the same one. */
const fewOrders = (event: Position.Event): Position.Event => {
  const one = (id: ExecutionId) => (((id % 3n) + 3n) % 3n) as ExecutionId;
  if (event._tag === "Migrated" && event.pending_execution_id !== null) {
    return { ...event, pending_execution_id: one(event.pending_execution_id) };
  }
  return "execution_id" in event ? { ...event, execution_id: one(event.execution_id) } : event;
};

type Tagged = { readonly _tag: string };

interface Case {
  readonly migration: Migration;
  readonly events: FastCheck.Arbitrary<Tagged>;
  readonly id: string;
}

const { migrations } = plan;

export const cases: Readonly<Record<keyof typeof migrations, Case>> = {
  OnChainTrade: {
    migration: migrations.OnChainTrade,
    events: Arbitrary.make(OnChainTrade.Event),
    id: `0x${"ab".repeat(32)}:12345678901234567890`,
  },
  Position: {
    migration: migrations.Position,
    events: Arbitrary.make(Position.Event).map(fewOrders),
    id: "AAPL",
  },
  OffchainOrder: {
    migration: migrations.OffchainOrder,
    events: Arbitrary.make(OffchainOrder.Event),
    id: "9007199254740993",
  },
  SchwabAuth: {
    migration: migrations.SchwabAuth,
    events: Arbitrary.make(SchwabAuth.Event),
    id: SchwabAuth.aggregateId,
  },
};

/** Of any events, in any order. */
export const histories = ({ events }: Case) =>
  FastCheck.array(events, { minLength: 1, maxLength: 10 });

/** As its text in the log is read. */
const written = (codec: Aggregate.Any["codec"], event: Tagged) => {
  const read = Json.parse(codec.encode(event).payload) as Json.JsonObject;
  const [[tag = "", fields] = []] = Object.entries(read);
  return { tag, fields: fields as Json.JsonObject };
};

const flat = (schema: Schema.Schema.AnyNoContext, value: unknown): Json.JsonObject => {
  const text = stringify(Schema.encodeUnknownSync(schema as Schema.Schema<unknown>)(value));
  const read = Json.parse(text) as Json.Json;
  if (typeof read === "string") return { _tag: read };
  const entries = Object.entries(read as Json.JsonObject);
  const [[tag, fields] = []] = entries;
  return entries.length === 1 && tag !== undefined && Json.isObject(fields)
    ? { _tag: tag, ...fields }
    : (read as Json.JsonObject);
};

const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint"
      ? (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON(String(inner))
      : inner,
  );

/** What stands in the place of either side. */
interface Instead {
  readonly fold?: Declared;
  readonly evolve?: (state: unknown, event: Tagged) => unknown;
}

/** Where the folds disagree, as `state field` or `view field`. */
export const disagreements = (
  { migration, id }: Case,
  history: ReadonlyArray<Tagged>,
  { fold, evolve }: Instead = {},
): ReadonlyArray<string> => {
  const { aggregate } = migration;
  const { folding } = AggregateSpecs.of(migration);
  if (folding === undefined) throw new Error(`nothing is declared of ${migration.type}`);
  const own = fold === undefined ? folding : { ...folding, fold };
  let state = Fold.start(own);
  for (const event of history) {
    const { tag, fields } = written(aggregate.codec, event);
    state = Fold.evolve(own, state, tag, fields, id) ?? {};
  }
  const theirs = flat(
    aggregate.state,
    history.reduce(evolve ?? aggregate.evolve, aggregate.initial as unknown),
  );
  return [
    ...different("state", { _tag: aggregate.initial._tag, ...present(state) }, theirs, [
      ...Object.keys(theirs),
      ...[...(folding.tags?.values() ?? [])].flatMap((names) => [...names]),
    ]),
    // A view's row knows the order that was pending at migration by the first event alone.
    ...(history.slice(1).some(({ _tag }) => _tag === "Migrated") && migration.type === "Position"
      ? []
      : views(migration, own, state, id, history)),
  ];
};

const views = (
  { aggregate: { view } }: Migration,
  own: Fold.Folding,
  state: Fold.State,
  id: string,
  history: ReadonlyArray<Tagged>,
): ReadonlyArray<string> => {
  const { tag, fields } = Fold.shown(own, state, id);
  const [first] = history;
  const row = flat(view.schema, View.fold(view, view.initial, history, { id, first }));
  return different("view", { _tag: tag, ...fields }, row, [
    ...Object.keys(fields),
    ...Object.keys(row),
  ]);
};

type Values = Readonly<Record<string, Json.Json | undefined>>;

const present = (state: Fold.State): Fold.State =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== null));

const different = (
  side: string,
  ours: Values,
  theirs: Values,
  names: ReadonlyArray<string>,
): ReadonlyArray<string> =>
  [...new Set(names)]
    .filter((name) => !Json.same(ours[name] ?? null, theirs[name] ?? null))
    .map((name) => `${side} ${name}`);
