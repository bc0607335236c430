import * as Compiled from "@ledgerfold/aggregate/Compiled";
import type { RecordedEvent } from "@ledgerfold/event-store/EventStore";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import { aggregate } from "@ledgerfold/domain/Position";
import { Either, type ParseResult, Schema } from "effect";
import type { BadCell, RawRow } from "./BadData.ts";
import { quote, show } from "./Cell.ts";
import * as Migrate from "./Migrate.ts";
import type { Entry } from "./MigrationLog.ts";
import * as OrderRow from "./OrderRow.ts";
import * as Places from "./Places.ts";
import * as PositionRow from "./PositionRow.ts";

const decode = Compiled.decoder(PositionRow.PositionRow);
const decodeWithNet = Compiled.decoder(PositionRow.PositionRowWithNet);

type Row = PositionRow.PositionRow | PositionRow.PositionRowWithNet;

export const migration = Migrate.define(aggregate, "positions", (run, rows) => {
  const places = Places.counter("position sizes");
  let pending = 0;
  return {
    name: "Position",
    key: "symbol",
    decode: (cells): Either.Either<Row, ParseResult.ParseError> =>
      rows.columns.has("net_position") ? decodeWithNet(cells) : decode(cells),
    id: PositionRow.aggregateId,
    plan: (row: Row, cells, key, existing) => {
      const net = chooseNet(row, run.netPosition ?? ruleOf(existing));
      if (net === undefined) return Either.left(staleNet(row, cells, rows.table, key()));
      return Either.right({
        event: PositionRow.toEvent(row, net.value, pendingOrder(row, cells), run.migratedAt),
        metadata: { run_id: run.id, legacy_table: rows.table, net_position_rule: net.rule },
      });
    },
    onWritten: (row) => {
      const net = chooseNet(row, run.netPosition);
      places.add([...PositionRow.decimals(row), ...(net === undefined ? [] : [net.value])]);
      if (row.pending_execution_id === null) return [];
      pending += 1;
      return [pendingWarning(row)];
    },
    summary: ({ written }) => [
      {
        _tag: "Result",
        message: `Migrated ${written} positions, ${pending} with pending executions`,
      },
      ...(pending > 0 ? [advice] : []),
      ...(written > 0 ? [threshold(written)] : []),
      ...places.entries(),
    ],
  };
});

/** Every row of trade_accumulators, by symbol, as the first event of its stream; all or none. */
export const migratePositions = Migrate.alone(migration);

/**
 * The net that is carried: the column's while it agrees with long and short, long - short where
 * there is no column, and for a stale column what the operator says, or said in an earlier run.
 */
const chooseNet = (
  row: Row,
  decided: PositionRow.NetPositionRule | undefined,
): { readonly value: Decimal.Decimal; readonly rule: PositionRow.NetPositionRule } | undefined => {
  const computed = { value: PositionRow.computedNet(row), rule: "computed" } as const;
  if (!("net_position" in row)) return computed;
  const { net_position: net } = row;
  if (net !== null && (decided === "column" || PositionRow.agrees(row, net))) {
    return { value: net, rule: "column" };
  }
  return decided === "computed" ? computed : undefined;
};

const ruleOf = (existing: RecordedEvent | undefined): PositionRow.NetPositionRule | undefined => {
  const rule = existing?.metadata?.["net_position_rule"];
  return rule === "column" || rule === "computed" ? rule : undefined;
};

const staleNet = (row: Row, cells: RawRow, table: string, key: string): BadCell => ({
  table,
  key,
  column: "net_position",
  value: show(cells["net_position"] ?? null),
  rule: `must be accumulated_long - accumulated_short, which is ${Decimal.format(PositionRow.computedNet(row))}; decide with --net-position computed${cells["net_position"] === null ? "" : " or column"}`,
});

/**
 * Of the order's row, whose own pass reports what is bad about it. An order of another symbol took
 * nothing out of this position, so it has nothing to give back.
 */
const pendingOrder = (row: Row, cells: RawRow): PositionRow.PendingOrder | null =>
  cells["order_symbol"] === row.symbol
    ? Either.getOrNull(
        decodePending({ shares: cells["order_shares"], direction: cells["order_direction"] }),
      )
    : null;

const { shares, direction } = OrderRow.fields;
const decodePending = Schema.decodeUnknownEither(Schema.Struct({ shares, direction }));

const pendingWarning = (row: Row): Entry => ({
  _tag: "Warning",
  message: `Position ${quote(row.symbol).slice(1, -1)} has pending execution ${row.pending_execution_id} - will be reconciled in dual-write phase`,
});

const advice: Entry = {
  _tag: "Warning",
  message:
    "A pending order's shares are already taken out of its position. This store knows that when the order fills or fails, other services do not and would move the position twice: better let pending orders finish first, then migrate",
};

const threshold = (positions: number): Entry => ({
  _tag: "Warning",
  message: `${positions} positions get the default threshold of one whole share`,
});
