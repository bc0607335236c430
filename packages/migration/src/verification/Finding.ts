import { printable, quoted } from "./Display.ts";

/**
 * Something about the file as a whole that no comparison of a row with its event can see. It may
 * have a good reason, so it is no difference.
 */
export type Finding =
  | Accumulated
  | {
      /** Trades or orders of a symbol that has no row of its own. */
      readonly kind: "no-position";
      readonly symbol: string;
      readonly long: string;
      readonly short: string;
    }
  | { readonly kind: "pending-order-missing"; readonly symbol: string; readonly order: bigint }
  | {
      readonly kind: "pending-order-of-another-symbol";
      readonly symbol: string;
      readonly order: bigint;
      readonly orderSymbol: string;
    }
  | {
      readonly kind: "pending-order-not-live";
      readonly symbol: string;
      readonly order: bigint;
      readonly status: string;
    }
  | {
      /** A live order that the position of its symbol does not wait for. */
      readonly kind: "live-order-not-awaited";
      readonly symbol: string;
      readonly order: bigint;
      readonly status: string;
    }
  | {
      readonly kind: "several-live-orders";
      readonly symbol: string;
      /** The first of them. */
      readonly orders: ReadonlyArray<bigint>;
      readonly count: number;
    }
  /** A table, or a column of one, that the column ledger does not have and nobody has named. */
  | { readonly kind: "undeclared"; readonly name: string };

/** What the position has accumulated is not what its trades and orders make. */
interface Accumulated {
  readonly kind: "long-differs" | "short-differs";
  readonly symbol: string;
  /** Exact decimals, all of them. */
  readonly stored: string;
  /** `trades` - `orders`. */
  readonly expected: string;
  readonly trades: string;
  readonly orders: string;
}

export const kinds = [
  "long-differs",
  "short-differs",
  "no-position",
  "pending-order-missing",
  "pending-order-of-another-symbol",
  "pending-order-not-live",
  "live-order-not-awaited",
  "several-live-orders",
  "undeclared",
] as const satisfies ReadonlyArray<Finding["kind"]>;

/** One line of plain ASCII. */
export const describe = (finding: Finding): string =>
  printable(`finding ${finding.kind}: ${sentence(finding)}`);

const sentence = (finding: Finding): string => {
  if (finding.kind === "undeclared") {
    return `${finding.name} is in this file and in no known version of it`;
  }
  const position = `position ${quoted(finding.symbol)}`;
  switch (finding.kind) {
    case "long-differs":
    case "short-differs": {
      const { stored, expected, trades, orders } = finding;
      const [side, trade, order] =
        finding.kind === "long-differs" ? ["long", "BUY", "SELL"] : ["short", "SELL", "BUY"];
      return `${position} has accumulated_${side} ${stored}, but ${trade} trades of ${trades} less ${order} orders of ${orders} make ${expected}`;
    }
    case "no-position":
      return `${position} does not exist, but its trades and orders make long ${finding.long} and short ${finding.short}`;
    case "pending-order-missing":
      return `${position} waits for order ${finding.order}, which does not exist`;
    case "pending-order-of-another-symbol":
      return `${position} waits for order ${finding.order}, which is of ${quoted(finding.orderSymbol)}`;
    case "pending-order-not-live":
      return `${position} waits for order ${finding.order}, which is ${finding.status}`;
    case "live-order-not-awaited":
      return `${position} does not wait for order ${finding.order} of its symbol, which is ${finding.status}`;
    case "several-live-orders": {
      const { orders, count } = finding;
      const more = count > orders.length ? ` and ${count - orders.length} more` : "";
      return `${position} has ${count} live orders: ${orders.join(", ")}${more}`;
    }
  }
};
