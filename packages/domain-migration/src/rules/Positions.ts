import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { sql } from "kysely";
import * as Cell from "@ledgerfold/verifier/Cell";
import type { Row } from "@ledgerfold/verifier/Cell";
import * as Decimal from "@ledgerfold/verifier/Decimal";
import { table } from "@ledgerfold/verifier/internal/Query";
import { type Read, Unreadable, type Value } from "@ledgerfold/verifier/Read";
import * as Rule from "@ledgerfold/verifier/Rule";
import type { Beside, Column, Verify } from "@ledgerfold/declaration/internal/Checking";

const computed = (row: Row): Read<Value> => {
  const long = Cell.decimal(row.accumulated_long);
  const short = Cell.decimal(row.accumulated_short);
  if (typeof long !== "string") return long;
  return typeof short === "string" ? Decimal.subtract(long, short) : short;
};

export const net: Rule.Rule = {
  ...Rule.decimal("net_position"),
  legacy: (row, metadata) => {
    const { net_position_rule: from } = metadata;
    // Where it is not carried it must be a number all the same, or nobody can say that it is stale.
    const column = Cell.orNull(Cell.decimal)(row.net_position);
    if (column instanceof Unreadable) return column;
    if (from === "column") return Cell.decimal(row.net_position);
    if (from === "computed") return computed(row);
    if (from !== undefined) return new Unreadable("needs a known rule in the event's metadata");
    // Another program's event does not say where its net is from.
    return column !== null && agrees(row) ? column : computed(row);
  },
  showLegacy: (row) =>
    [
      `net ${Cell.show(row.net_position)}`,
      `long ${Cell.show(row.accumulated_long)}`,
      `short ${Cell.show(row.accumulated_short)}`,
    ].join(", "),
};

/** The column is right while it agrees with long and short; a stale one may be carried or not. */
const netRules = (row: Row): ReadonlyArray<string> => {
  const column = row.net_position;
  if (column === undefined || column === null) return ["computed"];
  return agrees(row) ? ["column"] : ["column", "computed"];
};

/** |net - (long - short)| <= 1e-9 x max(1, long, short), without rounding. */
const agrees = (row: Row): boolean => {
  const names = ["net_position", "accumulated_long", "accumulated_short"];
  const [value, long, short] = names.map((name) => Cell.decimal(row[name]));
  if (typeof value !== "string" || typeof long !== "string" || typeof short !== "string") {
    return false;
  }
  const size = [long, short].reduce((a, b) => (Decimal.isLess(a, b) ? b : a), "1e0");
  const off = Decimal.abs(Decimal.subtract(value, Decimal.subtract(long, short)));
  return !Decimal.isLess(Decimal.shift(size, -9), off);
};

export const beside = (database: Service, column: Column): Beside => {
  const orders = ["offchain_trades", "schwab_executions"]
    .map((name) => table(database, name))
    .find((found) => found !== undefined);
  const known = ["id", "symbol", "shares", "direction"].every((name) => orders?.columns.has(name));
  if (orders === undefined || !known) return { columns: {}, joins: sql`` };
  return {
    columns: {
      order_shares: sql.ref("pending.shares"),
      order_direction: sql.ref("pending.direction"),
    },
    joins: sql`
      left join ${sql.table(orders.name)} as pending
        on pending.id = ${column("pending_execution_id")} and pending.symbol = ${column("symbol")}`,
  };
};

const directions = { BUY: '"Buy"', SELL: '"Sell"' };

export const pendingShares = Rule.optionalDecimal("order_shares");
export const pendingDirection = Rule.optionalWords("order_direction", directions);

export const metadata: NonNullable<Verify["metadata"]> = (row) => ({
  net_position_rule: netRules(row),
});
