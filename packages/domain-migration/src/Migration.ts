import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";
import type { NetPositionRule } from "./PositionRow.ts";

/** The bot's. */

export type { Survey } from "@ledgerfold/migration/Migrating";

export const { aggregates } = plan;

export interface Options extends Omit<Migrating.Options, "decisions"> {
  /** What to take where a position's net_position is stale; without it such a row is bad data. */
  readonly netPosition?: NetPositionRule;
}

export const migrateAll = ({ netPosition, ...options }: Options) =>
  Migrating.migrateAll(plan, {
    ...options,
    ...(netPosition === undefined ? {} : { decisions: { "net-position": netPosition } }),
  });

export const survey = (options: { readonly recoverable: boolean }) =>
  Migrating.survey(plan, options);
