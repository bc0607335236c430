import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { sql } from "kysely";
import { query, type Table, table } from "@ledgerfold/verifier/internal/Query";

/** When the bot began to write a trade's own direction, in UTC, as SQLite's `datetime` has it. */
export const turned = sql.lit("2025-09-18 00:00:00");

/**
 * What long and short say of the trades from before. While `direction` was that of the hedge, BUY
 * orders were taken from long and SELL orders from short; with the trade's own it is the other way.
 * A live order has no moment, and is as old as its position.
 */
export const saysOfDirections = (database: Service): "hedge" | "fill" | "nothing" => {
  const found = (names: ReadonlyArray<string>, columns: ReadonlyArray<string>) => {
    const one = names.map((name) => table(database, name)).find((some) => some !== undefined);
    return one !== undefined && columns.every((name) => one.columns.has(name)) ? one : undefined;
  };
  const trades = found(["onchain_trades"], ["symbol", "direction", "amount"]);
  const orders = found(
    ["offchain_trades", "schwab_executions"],
    ["symbol", "direction", "shares", "executed_at"],
  );
  const positions = found(
    ["trade_accumulators"],
    ["symbol", "accumulated_long", "accumulated_short", "last_updated"],
  );
  if (trades === undefined || orders === undefined || positions === undefined) return "nothing";
  addUp(database, trades);
  const [said] = database.execute(
    query(sql<{ hedge: bigint | null; fill: bigint | null }>`
      with position as materialized (
        select symbol, accumulated_long as long, accumulated_short as short,
          datetime(last_updated) < ${turned} as early
        from ${sql.table(positions.name)}
        where typeof(accumulated_long) in ('real', 'integer')
          and typeof(accumulated_short) in ('real', 'integer')
      ), token as (
        select symbol, symbol as name from position
        union all select symbol, 't' || symbol from position
        union all select symbol, symbol || '0x' from position
        union all select symbol, symbol || 's1' from position
      ), traded as materialized (
        select token.symbol,
          total(amount) filter (where direction = 'BUY') as bought,
          total(amount) filter (where direction = 'SELL') as sold
        from token join ${sums} as sum on sum.symbol = token.name group by token.symbol
      ), dated as (
        select position.symbol, direction, shares,
          coalesce(datetime(executed_at) < ${turned}, early, false) as early
        from ${sql.table(orders.name)} as placed join position on position.symbol = placed.symbol
      ), ordered as materialized (
        select symbol,
          total(shares) filter (where direction = 'BUY' and early) as early_bought,
          total(shares) filter (where direction = 'SELL' and early) as early_sold,
          total(shares) filter (where direction = 'BUY' and not early) as late_bought,
          total(shares) filter (where direction = 'SELL' and not early) as late_sold
        from dated group by symbol
      ), book as (
        select long, short, coalesce(bought, 0) as bought, coalesce(sold, 0) as sold,
          coalesce(early_bought, 0) as early_bought, coalesce(early_sold, 0) as early_sold,
          coalesce(late_bought, 0) as late_bought, coalesce(late_sold, 0) as late_sold
        from position left join traded using (symbol) left join ordered using (symbol)
      ), judged as (
        select
          max(abs(long - (bought - early_bought - late_sold)),
            abs(short - (sold - early_sold - late_bought)))
            <= 1e-9 * max(1, bought, sold) as hedge,
          max(abs(long - (bought - early_sold - late_sold)),
            abs(short - (sold - early_bought - late_bought)))
            <= 1e-9 * max(1, bought, sold) as fill
        from book
      )
      select max(hedge and not fill) as hedge, max(fill and not hedge) as fill from judged`),
  );
  database.execute(query(sql`drop table ${sums}`));
  return said?.hedge === 1n ? "hedge" : said?.fill === 1n ? "fill" : "nothing";
};

const sums = sql.table("temp.ledgerfold_verified_sums");

/**
 * Row by row into the few groups there are: GROUP BY would sort a copy of all trades first. SQLite
 * takes `is not null` for true of a column that is NOT NULL, and a damaged file may have NULL there.
 */
const addUp = (database: Service, { name }: Table): void => {
  database.execute(query(sql`drop table if exists ${sums}`));
  database.execute(
    query(sql`
      create table ${sums} (symbol, direction, amount, primary key (symbol, direction))
      without rowid`),
  );
  database.execute(
    query(sql`
      insert into ${sums} select symbol, direction, coalesce(amount + 0.0, 0.0)
      from ${sql.table(name)} where typeof(symbol) <> 'null' and typeof(direction) <> 'null'
      on conflict do update set amount = amount + excluded.amount`),
  );
};
