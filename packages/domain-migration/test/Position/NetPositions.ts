import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { damagedFile, select } from "../support/Files.ts";

/** Positions with a net, and what becomes of it. */

export type Row = readonly [net: number | null, long: number, short: number];

/** Positions S0, S1, ... of an age that has the column. */
export const withNet = (...rows: ReadonlyArray<Row>) =>
  damagedFile(
    (db) =>
      rows.forEach(([net_position, accumulated_long, accumulated_short], index) => {
        LegacyDatabase.insertPosition(db, {
          symbol: `S${index}`,
          net_position,
          accumulated_long,
          accumulated_short,
        });
      }),
    "2025-12-22",
  );

export const nets = (path: string) =>
  select(
    path,
    `select payload ->> '$.Migrated.net_position' as net,
       metadata ->> 'net_position_rule' as rule from events order by rowid`,
  ).map(({ net, rule }) => [net, rule]);

export const stale = (symbol: string, value: string, computed: string) =>
  `trade_accumulators symbol "${symbol}" net_position is ${value}: must be accumulated_long - accumulated_short, which is ${computed}; decide with --net-position computed${value === "NULL" ? "" : " or column"}`;
