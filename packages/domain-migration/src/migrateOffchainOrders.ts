import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";

/** Every broker order, by id, as the first event of its stream; all or none. */
export const migrateOffchainOrders = Migrating.alone("OffchainOrder", plan);
