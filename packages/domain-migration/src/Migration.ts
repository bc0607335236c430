import { plan } from "./plan.ts";
import * as Migrating from "@ledgerfold/migration/Migrating";
import type { NetPositionRule } from "./PositionRow.ts";
import type { TradeDirectionRule } from "./TradeDirection.ts";

/** The bot's. */

export type { Survey } from "@ledgerfold/migration/Migrating";

export const { aggregates } = plan;

export interface Options extends Omit<Migrating.Options, "decisions"> {
  /** What to take where a position's net_position is stale; without it such a row is bad data. */
  readonly netPosition?: NetPositionRule;
  /** What the direction of a trade is where it may be that of its hedge. */
  readonly tradeDirection?: TradeDirectionRule;
}

export const migrateAll = ({ netPosition, tradeDirection, ...options }: Options) =>
  Migrating.migrateAll(plan, {
    ...options,
    decisions: {
      ...(netPosition === undefined ? {} : { "net-position": netPosition }),
      ...(tradeDirection === undefined ? {} : { "trade-direction": tradeDirection }),
    },
  });

export const survey = (options: { readonly recoverable: boolean }) =>
  Migrating.survey(plan, options);
