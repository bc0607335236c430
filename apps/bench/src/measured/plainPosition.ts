/**
 * A position folded by plain code from parsed payloads. Its numbers are JavaScript's: quicker than
 * the domain's exact decimals, and wrong in the last digits.
 */
interface PlainPosition {
  readonly net: number;
  readonly accumulated_long: number;
  readonly accumulated_short: number;
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

export const initial: PlainPosition = {
  net: 0,
  accumulated_long: 0,
  accumulated_short: 0,
  threshold: null,
  last_updated: null,
};

export const evolve = (state: PlainPosition, payload: Payload): PlainPosition => {
  if ("Initialized" in payload) {
    const { threshold, initialized_at } = payload.Initialized;
    return { ...state, threshold, last_updated: initialized_at };
  }
  const { amount, direction, seen_at } = payload.OnChainOrderFilled;
  const shares = Number(amount);
  return direction === "Buy"
    ? {
        ...state,
        net: state.net + shares,
        accumulated_long: state.accumulated_long + shares,
        last_updated: seen_at,
      }
    : {
        ...state,
        net: state.net - shares,
        accumulated_short: state.accumulated_short + shares,
        last_updated: seen_at,
      };
};
