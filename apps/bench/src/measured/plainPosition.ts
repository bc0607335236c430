import { Decimal } from "decimal.js";

/**
 * A position folded by plain code from parsed payloads that nobody checks. Its sums are exact, as the
 * domain's are: JavaScript's own numbers are quicker, and wrong in the last digits.
 */
interface PlainPosition {
  readonly net: Decimal;
  readonly accumulated_long: Decimal;
  readonly accumulated_short: Decimal;
  readonly threshold: unknown;
  readonly last_updated: string | null;
}

/** The payloads that the workloads have. */
type Payload =
  | { readonly Initialized: { readonly threshold: unknown; readonly initialized_at: string } }
  | {
      readonly OnChainOrderFilled: {
        readonly amount: string;
        readonly direction: "Buy" | "Sell";
        readonly seen_at: string;
      };
    };

const Exact = Decimal.clone({ precision: 2_000 });
const zero = new Exact(0);

export const initial: PlainPosition = {
  net: zero,
  accumulated_long: zero,
  accumulated_short: zero,
  threshold: null,
  last_updated: null,
};

export const evolve = (state: PlainPosition, payload: Payload): PlainPosition => {
  if ("Initialized" in payload) {
    const { threshold, initialized_at } = payload.Initialized;
    return { ...state, threshold, last_updated: initialized_at };
  }
  const { amount, direction, seen_at } = payload.OnChainOrderFilled;
  const shares = new Exact(amount);
  return direction === "Buy"
    ? {
        ...state,
        net: state.net.plus(shares),
        accumulated_long: state.accumulated_long.plus(shares),
        last_updated: seen_at,
      }
    : {
        ...state,
        net: state.net.minus(shares),
        accumulated_short: state.accumulated_short.plus(shares),
        last_updated: seen_at,
      };
};
