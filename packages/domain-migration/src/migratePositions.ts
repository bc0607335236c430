import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";

/** Every row of trade_accumulators, by symbol, as the first event of its stream; all or none. */
export const migratePositions = Migrating.alone("Position", plan);
