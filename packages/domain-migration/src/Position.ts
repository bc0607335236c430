import * as Decimal from "@ledgerfold/scalars/Decimal";
import * as Position from "@ledgerfold/domain/Position";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { ExecutionId, Shares, Ticker } from "@ledgerfold/domain/Values";
import type { RecordedEvent } from "@ledgerfold/event-store/EventStore";
import { carried, sometimes } from "@ledgerfold/declaration/Fate";
import { decimal, integer, moment, nullable, text } from "@ledgerfold/declaration/Kind";
import { Either, Schema } from "effect";
import { type SqlBool, sql } from "kysely";
import type { RawRow } from "@ledgerfold/migration/BadData";
import { type Cell, quote } from "@ledgerfold/migration/internal/Cell";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as OrderRow from "./OrderRow.ts";
import * as DecimalPlaces from "@ledgerfold/migration/internal/DecimalPlaces";
import * as PositionRow from "./PositionRow.ts";
import type { Join, Said } from "@ledgerfold/declaration/Writing";
import { find } from "@ledgerfold/migration/internal/sqlite/LegacyTables";
import { fold } from "./fold/Position.ts";
import * as Added from "@ledgerfold/declaration/Added";
import * as Pairs from "./rules/Pairs.ts";
import * as Positions from "./rules/Positions.ts";
import { migration as orders } from "./OffchainOrder.ts";

/** trade_accumulators, with the orders that they wait for. */

const atLeastZero = { least: "at least 0" } as const;
const net = {
  words: "the net is long - short without a net_position that is carried",
  into: ["net_position"],
};

const pendingLoss = "the order that is pending is placed a second time, which hedges twice";
const otherServices =
  "other services refuse to settle such an order and accept a second one, which hedges twice";

interface Row extends PositionRow.PositionRow {
  readonly net_position: Shares | null;
}

export const migration = Migration.of(Position.aggregate, "Migrated").from({
  table: "trade_accumulators",
  by: "the bot",
  called: "positions",
  key: "symbol",
  writtenAt: ["last_updated"],
  columns: {
    symbol: carried("symbol", text(Ticker), {
      words: "the stream's id too; a pending order must be of it",
      into: ["aggregate_id", "pending_shares", "pending_direction"],
    }),
    net_position: sometimes(
      carried("net_position", nullable(decimal(Shares)), {
        words: "while it agrees with long - short; for a stale one see --net-position",
      }),
    ),
    accumulated_long: carried("accumulated_long", decimal(Shares, atLeastZero), net),
    accumulated_short: carried("accumulated_short", decimal(Shares, atLeastZero), net),
    pending_execution_id: carried("pending_execution_id", nullable(integer(ExecutionId)), {
      words: "finds the order's row",
      into: ["pending_shares", "pending_direction"],
    }),
    last_updated: carried("last_updated", moment(Timestamp)),
  },
  added: {
    migrated_at: Added.moment,
    threshold: Added.constant({ Shares: "1" }, "one whole share"),
  },
  sqlite: {
    join: (database): Join | undefined => {
      const found = find(database, orders.table);
      if (found?.columns.has("id") !== true) return undefined;
      const of = (name: string) =>
        found.columns.has(name) ? sql.ref<Cell>(`beside.${name}`) : sql<Cell>`null`;
      return {
        table: found.name,
        on: sql<SqlBool>`beside.id = row.pending_execution_id`,
        columns: {
          order_symbol: of("symbol"),
          order_shares: of("shares"),
          order_direction: of("direction"),
        },
      };
    },
  },
  id: ({ row }) => Position.aggregateId(row.symbol),
  event: ({ row, cells, has, run, existing }) => {
    const chosen = chooseNet(row, has("net_position"), ruleOf(run.decisions) ?? said(existing));
    if (chosen === undefined) return staleNet(row, cells);
    const pending = pendingOrder(row, cells);
    return {
      symbol: row.symbol,
      net_position: chosen.value,
      accumulated_long: row.accumulated_long,
      accumulated_short: row.accumulated_short,
      threshold: { _tag: "Shares", value: Decimal.one as Shares },
      migrated_at: run.migratedAt,
      pending_execution_id: row.pending_execution_id,
      pending_shares: (pending?.shares ?? null) as Shares | null,
      pending_direction: pending?.direction ?? null,
      last_updated: row.last_updated,
    };
  },
  metadata: ({ row, has, run, existing }) => ({
    net_position_rule:
      chooseNet(row, has("net_position"), ruleOf(run.decisions) ?? said(existing))?.rule ?? "",
  }),
  tell: (run, rows) => {
    const places = DecimalPlaces.counter("position sizes");
    let pending = 0;
    return {
      onWritten: (row: Row) => {
        const hasNet = rows.columns.has("net_position");
        const chosen = chooseNet(row, hasNet, ruleOf(run.decisions));
        places.add([...PositionRow.decimals(row), ...(chosen === undefined ? [] : [chosen.value])]);
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
        ...DecimalPlaces.unless(written, "positions get the default threshold of one whole share"),
        ...places.entries(),
      ],
    };
  },
  view: {
    tag: "Position",
    fields: {
      symbol: "symbol",
      net: "net_position",
      accumulated_long: "accumulated_long",
      accumulated_short: "accumulated_short",
      pending_execution_id: "pending_execution_id",
      last_updated: "last_updated",
      // Of the pending order's own number, which tells it while it is the pending one.
      taken_out: () => undefined,
    },
  },
  losses: {
    net_position: { weight: "who", means: "the bot hedges by the net, and would by a wrong one" },
    pending_execution_id: { weight: "row", means: pendingLoss },
    pending_shares: { weight: "row", means: pendingLoss },
    pending_direction: { weight: "row", means: pendingLoss },
  },
  confirm: { pending_execution_id: `${otherServices}; better let it finish first` },
  rules: {
    net_position: Positions.net,
    pending_shares: Positions.pendingShares,
    pending_direction: Positions.pendingDirection,
  },
  fold,
  verify: { beside: Positions.beside, metadata: Positions.metadata, streams: Pairs.streams },
});

/**
 * The net that is carried: the column's while it agrees with long and short, long - short where
 * there is no column, and for a stale column what the operator says, or said in an earlier run.
 */
const chooseNet = (
  row: Row,
  hasNet: boolean,
  decided: PositionRow.NetPositionRule | undefined,
): { readonly value: Shares; readonly rule: PositionRow.NetPositionRule } | undefined => {
  const computed = {
    value: PositionRow.computedNet(row) as Shares,
    rule: "computed",
  } as const;
  if (!hasNet) return computed;
  const { net_position: net } = row;
  if (net !== null && (decided === "column" || PositionRow.agrees(row, net))) {
    return { value: net, rule: "column" };
  }
  return decided === "computed" ? computed : undefined;
};

const ruleOf = (
  decisions: Readonly<Record<string, string>> | undefined,
): PositionRow.NetPositionRule | undefined => isRule(decisions?.["net-position"]);

const said = (existing: RecordedEvent | undefined) =>
  isRule(existing?.metadata?.["net_position_rule"]);

const isRule = (rule: string | undefined): PositionRow.NetPositionRule | undefined =>
  rule === "column" || rule === "computed" ? rule : undefined;

const staleNet = (row: Row, cells: RawRow) =>
  new Migration.Refused(
    "net_position",
    `must be accumulated_long - accumulated_short, which is ${Decimal.format(PositionRow.computedNet(row))}; decide with --net-position computed${cells.net_position === null ? "" : " or column"}`,
  );

/**
 * Of the order's row, whose own pass reports what is bad about it. An order of another symbol took
 * nothing out of this position, so it has nothing to give back.
 */
const pendingOrder = (row: Row, cells: RawRow): PositionRow.PendingOrder | null =>
  cells.order_symbol === row.symbol
    ? Either.getOrNull(
        decodePending({ shares: cells.order_shares, direction: cells.order_direction }),
      )
    : null;

const { shares, direction } = OrderRow.fields;
const decodePending = Schema.decodeUnknownEither(Schema.Struct({ shares, direction }));

const pendingWarning = (row: Row): Said => ({
  _tag: "Warning",
  message: `Position ${quote(row.symbol).slice(1, -1)} has pending execution ${row.pending_execution_id} - other services refuse to settle it and accept a second order`,
});

const advice: Said = {
  _tag: "Warning",
  message:
    "A pending order's shares are already taken out of its position. This store knows that when the order fills or fails. Other services do not know the order: they refuse to settle it and accept a second one, which hedges twice, and once this store has settled it the position has failed for them: better let pending orders finish first, then migrate",
};
