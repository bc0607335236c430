import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";

/** Every row of onchain_trades, by moment and id, as the first event of its stream; all or none. */
export const migrateOnChainTrades = Migrating.alone("OnChainTrade", plan);
