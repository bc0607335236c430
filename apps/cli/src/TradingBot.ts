import type { Definition } from "@ledgerfold/migration-cli/Definition";
import { version } from "./Version.ts";

/** The trading bot's command. */
export const definition: Definition = {
  name: "migrate_to_events",
  version,
  of: "a trading bot's legacy tables",
  writer: "the bot",
  aggregates: "the four aggregates",
  example: "st0x.db",
  decisions: {
    "net-position": {
      values: ["computed", "column"],
      description: "what to carry of a stale net_position; without it such rows are refused",
    },
    "trade-direction": {
      values: ["hedge", "fill"],
      description:
        "whose direction trades from before 2025-09-18 have, their hedge's or their own; without it they are refused where the sums say the hedge's",
    },
  },
  plan: () => import("@ledgerfold/domain-migration/plan").then(({ plan }) => plan),
  finish: ({
    OnChainTrade: trades,
    Position: positions,
    OffchainOrder: orders,
    SchwabAuth: tokens,
  }) => [
    `Tokens migrated: ${tokens?.written}. Already there: ${trades?.alreadyThere} trades, ${positions?.alreadyThere} positions, ${orders?.alreadyThere} orders, ${tokens?.alreadyThere} tokens`,
    `Migration complete: ${trades?.written} trades, ${positions?.written} positions, ${orders?.written} orders migrated`,
  ],
};
