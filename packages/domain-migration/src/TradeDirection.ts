import type { Direction } from "@ledgerfold/domain/Direction";
import type { RecordedEvent } from "@ledgerfold/event-store/EventStore";
import type { RawRow } from "@ledgerfold/migration/BadData";
import { Refused } from "@ledgerfold/declaration/Migration";
import type { Run } from "@ledgerfold/declaration/Writing";

/** Whether a trade's column has the direction of the trade itself. */

/** Which way the column is taken; kept in the metadata of the events that are decided about. */
export type TradeDirectionRule = "hedge" | "fill";

/** Cells beside the trades from before the change, unless the sums say that it was theirs all along. */
export const doubt = (
  says: "hedge" | "nothing",
  trades: { readonly count: number; readonly from: number; readonly to: number },
): RawRow => {
  const [from, to] = [trades.from, trades.to].map((at) => new Date(at).toISOString().slice(0, 10));
  const those =
    trades.count === 1
      ? `the one trade from before 2025-09-18, of ${from}`
      : `the ${trades.count} trades from before 2025-09-18, of ${from} to ${to}`;
  return { direction_says: says, direction_trades: those };
};

const isDoubted = (cells: RawRow): boolean => typeof cells.direction_says === "string";

/** Whether nothing has to be decided about the row, nor is in this run. */
export const isOwn = (cells: RawRow, run: Run): boolean =>
  cells.direction_says !== "hedge" && decided(cells, run) === undefined;

/** What is decided, now or in an earlier run, about a row that needs it. */
export const decided = (
  cells: RawRow,
  { decisions }: Run,
  existing?: RecordedEvent,
): TradeDirectionRule | undefined => {
  if (!isDoubted(cells)) return undefined;
  const { trade_direction_rule: before } = existing?.metadata ?? {};
  return isRule(decisions?.["trade-direction"]) ?? isRule(before);
};

const isRule = (rule: string | undefined): TradeDirectionRule | undefined =>
  rule === "hedge" || rule === "fill" ? rule : undefined;

export const choose = (
  direction: Direction,
  cells: RawRow,
  rule: TradeDirectionRule | undefined,
): Direction | Refused => {
  if (rule === undefined && cells.direction_says === "hedge") return undecided(cells);
  return rule === "hedge" ? opposite[direction] : direction;
};

const opposite: Readonly<Record<Direction, Direction>> = { Buy: "Sell", Sell: "Buy" };

const undecided = (cells: RawRow) =>
  new Refused(
    "direction",
    `must be decided with --trade-direction hedge or fill: by the sums of trades and orders, the bot wrote the direction of the hedge, which is the opposite of the trade's own, into ${cells.direction_trades}`,
  );
