import * as Compiled from "@ledgerfold/aggregate/Compiled";
import { aggregate } from "@ledgerfold/domain/OnChainTrade";
import { Either } from "effect";
import type { RawRow } from "./BadData.ts";
import type { Entry } from "./MigrationLog.ts";
import * as Direct from "./direct/Direct.ts";
import * as Trade from "./direct/Trade.ts";
import * as Migrate from "./Migrate.ts";
import * as Places from "./Places.ts";
import * as TradeRow from "./TradeRow.ts";

const decode = Compiled.decoder(TradeRow.TradeRow);

export const migration = Migrate.define(aggregate, "trades", (run, rows) => {
  const places = Places.counter("amounts and prices");
  let noBlock = 0;
  let noTimestamp = 0;
  const metadata = { run_id: run.id, legacy_table: rows.table };
  const count = (cells: RawRow) => {
    if (cells.block_number === null) noBlock += 1;
    if (cells.block_timestamp === null) noTimestamp += 1;
  };
  return {
    name: "OnChainTrade",
    key: "id",
    direct: Direct.make(aggregate, metadata, Trade.make(run.migratedAt), count),
    decode,
    id: TradeRow.aggregateId,
    plan: (row: TradeRow.TradeRow) =>
      Either.right({
        event: TradeRow.toEvent(row, run.migratedAt),
        metadata,
      }),
    onWritten: (row: TradeRow.TradeRow, cells) => {
      places.add(TradeRow.decimals(row));
      count(cells);
      return [];
    },
    summary: ({ written }) => [
      { _tag: "Result", message: `Migrated ${written} trades` },
      ...unless(noBlock, "have no block number in event_queue: 0 is written for them"),
      ...unless(noTimestamp, "have no block_timestamp: created_at is taken for it"),
      ...places.entries(),
    ],
  };
});

const unless = (count: number, what: string): ReadonlyArray<Entry> =>
  count === 0 ? [] : [{ _tag: "Warning", message: `${count} trades ${what}` }];

/** Every row of onchain_trades, by moment and id, as the first event of its stream; all or none. */
export const migrateOnChainTrades = Migrate.alone(migration);
