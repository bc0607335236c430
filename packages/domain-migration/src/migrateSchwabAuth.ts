import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";

/** The OAuth tokens, still encrypted, where there are any. */
export const migrateSchwabAuth = Migrating.alone("SchwabAuth", plan);
