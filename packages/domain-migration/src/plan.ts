import * as Plan from "@ledgerfold/declaration/Plan";
import { findings } from "./Invariants.ts";
import { migration as OffchainOrder } from "./OffchainOrder.ts";
import { migration as OnChainTrade } from "./OnChainTrade.ts";
import { migration as Position } from "./Position.ts";
import { migration as SchwabAuth } from "./SchwabAuth.ts";

/** All that the trading bot's command migrates. */
export const plan = Plan.make({
  words: { command: "migrate_to_events", writer: "the bot" },
  migrations: { OnChainTrade, Position, OffchainOrder, SchwabAuth },
  findings: [findings],
  superseded: {
    trades:
      "the bot's own of its first seven weeks, before onchain_trades, in columns that this command does not read; keep a copy of the file, and bring what the log must have of its rows into onchain_trades first",
  },
  leaveAlone: {
    trade_execution_links: "audit of which trade an order hedged; the events replace it",
    metrics_pnl: "figures, which can be worked out from the events again",
    pyth_prices: "prices from outside, not the bot's own",
    symbol_locks: "locks of the running bot",
    _sqlx_migrations: "the bot's own record of its schema",
    "*_view": "views of the event log, ours and those of other services",
  },
});

export type AggregateName = (typeof plan.types)[number];
