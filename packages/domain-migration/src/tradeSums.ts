import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { columnsOf, kindOf } from "@ledgerfold/migration/internal/sqlite/LegacyTables";
import { type RawBuilder, sql } from "kysely";

/** From then on the bot wrote a trade's own direction, and until then that of its hedge. */
export const turned = Date.UTC(2025, 8, 18);

/**
 * What the sums say of the direction of the trades from before. An order takes its shares from what
 * it hedges: a SELL order from long, but a BUY order while long was the sum of BUY hedges. So where
 * a symbol's long and short come out only if its orders from before took theirs the second way, the
 * trades from before have the direction of their hedge.
 */
export const say = (database: Service): "hedge" | "fill" | "nothing" => {
  const positions = read<Position>(database, ["trade_accumulators"], {
    columns: ["symbol", "accumulated_long", "accumulated_short", "last_updated"],
    rows: (table) => sql`
      select symbol, accumulated_long as long, accumulated_short as short,
        ${isEarly("last_updated")} as early from ${table}
      where typeof(symbol) = 'text' and typeof(accumulated_long) in ('real', 'integer')
        and typeof(accumulated_short) in ('real', 'integer')`,
  });
  const trades = read<Sum>(database, ["onchain_trades"], {
    columns: ["symbol", "direction", "amount"],
    rows: (table) => addedUp(database, table),
  });
  const orders = read<Sum>(database, ["offchain_trades", "schwab_executions"], {
    columns: ["symbol", "direction", "shares", "executed_at"],
    rows: (table) => sql`
      select symbol, direction, ${isEarly("executed_at")} as early, total(shares) as shares
      from ${table} group by 1, 2, 3`,
  });
  const said = positions.map((position) => judge(position, trades, orders));
  return said.includes("hedge") ? "hedge" : said.includes("fill") ? "fill" : "nothing";
};

/**
 * GROUP BY would sort a copy of every trade: here each is added to one of the few sums as it is read.
 * SQLite takes `is not null` for true of a column that is NOT NULL, and a damaged file may have NULL
 * there.
 */
const addedUp = (database: Service, table: RawBuilder<unknown>): RawBuilder<unknown> => {
  const sums = sql.table("temp.ledgerfold_trade_sums");
  const steps = [
    sql`drop table if exists ${sums}`,
    sql`create table ${sums} (symbol, direction, shares, primary key (symbol, direction)) without rowid`,
    sql`insert into ${sums} select symbol, direction, coalesce(amount, 0) + 0.0 from ${table}
      where typeof(symbol) <> 'null' and typeof(direction) <> 'null'
      on conflict do update set shares = shares + excluded.shares`,
  ];
  for (const step of steps) database.execute(SqliteQuery.raw(step));
  return sql`select symbol, direction, null as early, shares from ${sums}`;
};

interface Position {
  readonly symbol: string;
  readonly long: number | bigint;
  readonly short: number | bigint;
  readonly early: bigint | null;
}

interface Sum {
  readonly symbol: unknown;
  readonly direction: unknown;
  /** Null of a live order, which has no moment of its own. */
  readonly early: bigint | null;
  readonly shares: number;
}

const judge = (
  position: Position,
  trades: ReadonlyArray<Sum>,
  orders: ReadonlyArray<Sum>,
): "hedge" | "fill" | "nothing" => {
  const { symbol } = position;
  const tokens = new Set<unknown>([symbol, `t${symbol}`, `${symbol}0x`, `${symbol}s1`]);
  const traded = (direction: string) =>
    total(trades.filter((one) => tokens.has(one.symbol) && one.direction === direction));
  const ordered = (direction: string, early: boolean) =>
    total(
      orders.filter(
        (one) =>
          one.symbol === symbol &&
          one.direction === direction &&
          ((one.early ?? position.early) === 1n) === early,
      ),
    );
  const [bought, sold] = [traded("BUY"), traded("SELL")];
  const noise = 1e-9 * Math.max(1, bought, sold);
  const comesOut = (fromLong: string, fromShort: string) =>
    Math.abs(Number(position.long) - (bought - ordered(fromLong, true) - ordered("SELL", false))) <=
      noise &&
    Math.abs(Number(position.short) - (sold - ordered(fromShort, true) - ordered("BUY", false))) <=
      noise;
  const [hedge, fill] = [comesOut("BUY", "SELL"), comesOut("SELL", "BUY")];
  return hedge === fill ? "nothing" : hedge ? "hedge" : "fill";
};

const total = (sums: ReadonlyArray<Sum>): number => sums.reduce((sum, one) => sum + one.shares, 0);

/** SQLite reads every form that the bot writes, and says NULL of others. */
const isEarly = (column: string) =>
  sql`datetime(${sql.ref(column)}) < ${sql.lit(new Date(turned).toISOString().slice(0, 19).replace("T", " "))}`;

/** Nothing of a table that lacks a column, which is bad data anyway. */
const read = <Row>(
  database: Service,
  names: ReadonlyArray<string>,
  {
    columns,
    rows,
  }: {
    readonly columns: ReadonlyArray<string>;
    readonly rows: (table: RawBuilder<unknown>) => RawBuilder<unknown>;
  },
): ReadonlyArray<Row> => {
  const name = names.find((one) => kindOf(database, one)?.startsWith("table") === true);
  if (name === undefined) return [];
  const there = columnsOf(database, name);
  if (!columns.every((column) => there.has(column))) return [];
  return database.execute(SqliteQuery.raw(sql<Row>`${rows(sql.id(name))}`));
};
