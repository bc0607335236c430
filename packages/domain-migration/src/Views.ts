import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";

/** The bot's. */
export const rebuildViews = (options: Migrating.RebuildOptions) =>
  Migrating.rebuildViews(plan, options);
