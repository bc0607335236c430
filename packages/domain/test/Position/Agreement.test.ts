import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import { expect, it } from "@effect/vitest";
import { Effect, FastCheck } from "effect";
import * as Position from "../../src/Position.ts";
import { executionId } from "../Literals.ts";
import * as Examples from "./Examples.ts";

/** A row says nothing of the order pending at the migration; it has to agree with the state anyway. */

const { aggregate } = Position;
const { bought, failed, filled, migratedPending, placed, sold } = Examples;

const beginnings = FastCheck.constantFrom<Position.Event>(
  Examples.initialized,
  Examples.migrated,
  migratedPending(7, "Sell", "2.25"),
  migratedPending(7, "Buy", "2.25"),
  migratedPending(7, null, null),
);

/** A command, where `order` is the pending order's id, or the next one's when none is pending. */
type Act = (order: number) => Position.Command;
const acts = FastCheck.constantFrom<Act>(
  () => ({ ...bought("1.1"), _tag: "AcknowledgeOnChainFill" }),
  () => ({ ...sold("1.3"), _tag: "AcknowledgeOnChainFill" }),
  (order) => ({ ...placed(order, "Buy", "1.5"), _tag: "PlaceOffChainOrder", price_usdc: null }),
  (order) => ({ ...filled(order, "Buy", "1.5"), _tag: "CompleteOffChainOrder" }),
  (order) => ({ ...failed(order), _tag: "FailOffChainOrder" }),
);

/** What is stored when each command is sent in turn and the refused ones are dropped. */
const play = (first: Position.Event, commands: ReadonlyArray<Act>) =>
  Effect.reduce(commands, [first], (history, act, index) => {
    const state = Aggregate.fold(aggregate, aggregate.initial, history);
    const command = act(Number(state.pending_execution_id ?? executionId(100 + index)));
    return aggregate.decide(state, command).pipe(
      Effect.map((events) => [...history, ...events]),
      Effect.orElseSucceed(() => history),
    );
  });

it.effect.prop(
  "the view says what the state says, whatever was decided",
  [beginnings, FastCheck.array(acts, { maxLength: 30 })],
  ([first, commands]) =>
    Effect.gen(function* () {
      const history = yield* play(first, commands);
      const { threshold: _, taken_out: __, ...position } = Examples.state(history);
      expect(Examples.row(history)).toEqual({ Position: { symbol: "AAPL", ...position } });
    }),
);

const facts = FastCheck.oneof(
  FastCheck.constantFrom<Position.Event>(bought("1.1"), sold("1.3"), Examples.thresholdUpdated),
  FastCheck.tuple(FastCheck.integer({ min: 6, max: 9 }), FastCheck.nat(2)).map(
    ([order, what]): Position.Event =>
      [placed(order, "Buy", "1.5"), filled(order, "Buy", "1.5"), failed(order)][what] as never,
  ),
);

it.prop(
  "the view says what the state says, whatever happened, decided or not",
  [beginnings, FastCheck.array(facts, { maxLength: 12 })],
  ([first, others]) => {
    const history = [first, ...others];
    const { threshold: _, taken_out: __, ...position } = Examples.state(history);
    const { Position: row } = Examples.row(history) as { readonly Position: object };
    const { taken_out: ___, ...shown } = row as Record<string, unknown>;
    expect(shown).toEqual({ symbol: "AAPL", ...position });
  },
);
