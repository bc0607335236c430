import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { sql } from "kysely";
import * as Cell from "@ledgerfold/verifier/Cell";
import type { Row } from "@ledgerfold/verifier/Cell";
import * as Decimal from "@ledgerfold/verifier/Decimal";
import * as Json from "@ledgerfold/verifier/internal/Json";
import { query, table } from "@ledgerfold/verifier/internal/Query";
import { Unreadable } from "@ledgerfold/verifier/Read";
import * as Rule from "@ledgerfold/verifier/Rule";
import type { Beside, Column, Refusal, Verify } from "@ledgerfold/declaration/internal/Checking";
import { saysOfDirections, turned } from "./TradeSums.ts";

const oracle = ["pyth_price", "pyth_confidence", "pyth_exponent", "pyth_publish_time"] as const;

/** Whole units of 10^pyth_exponent, which is how the event has a price. */
const units = (column: string): Rule.Rule => ({
  ...Rule.decimal(column),
  legacy: (row) => {
    const price = Cell.decimal(row[column]);
    const exponent = row.pyth_exponent;
    if (typeof exponent !== "bigint" || BigInt.asIntN(32, exponent) !== exponent) {
      return new Unreadable("needs a pyth_exponent of 32 bits");
    }
    return typeof price === "string" ? Decimal.shift(price, -Number(exponent)) : price;
  },
});

export const pythPrice: Rule.Group = {
  isUnset: (row) => {
    const unset = oracle.filter((column) => (row[column] ?? null) === null).length;
    return unset === 0 || unset === oracle.length
      ? unset > 0
      : new Unreadable("needs all four oracle columns or none");
  },
  showLegacy: (row) => oracle.map((column) => Cell.show(row[column])).join(", "),
  fields: {
    value: units("pyth_price"),
    expo: Rule.integer("pyth_exponent"),
    conf: units("pyth_confidence"),
    publish_time: Rule.moment("pyth_publish_time"),
  },
};

const directions = { BUY: '"Buy"', SELL: '"Sell"' };
const own = Cell.oneOf(directions);
const opposite = Cell.oneOf({ BUY: '"Sell"', SELL: '"Buy"' });

/** Of the trade itself: the column's, or its opposite where that is decided to be the hedge's. */
export const direction: Rule.Rule = {
  ...Rule.words("direction", directions),
  legacy: (row, { trade_direction_rule: rule }) =>
    (rule === "hedge" ? opposite : own)(row.direction),
};

/** A decision that the sums call for must be there, and one that they rule out must not. */
export const metadata: NonNullable<Verify["metadata"]> = ({ direction_says: says }) => {
  if (says === "hedge") return decided;
  return says === "nothing" ? undecided : none;
};
const decided = { trade_direction_rule: ["hedge", "fill"] };
const undecided = { trade_direction_rule: ["hedge", "fill", undefined] };
const none = {};

const timeColumn = (row: Row) =>
  (row.block_timestamp ?? null) === null ? "created_at" : "block_timestamp";

export const blockTimestamp: Rule.Rule = {
  ...Rule.moment("block_timestamp"),
  legacy: (row) => Cell.moment(row[timeColumn(row)]),
  showLegacy: (row) => Cell.show(row[timeColumn(row)]),
};

/** Of event_queue, or 0 where that does not know the trade. */
export const blockNumber: Rule.Rule = {
  ...Rule.integer("block_lowest"),
  legacy: (row) => {
    if (row.block_rows === null || row.block_rows === undefined) return 0n;
    if (row.block_odd !== 0n) return new Unreadable("is not INTEGER in event_queue");
    return row.block_lowest === row.block_highest
      ? Cell.integer(row.block_lowest)
      : new Unreadable("has several values in event_queue");
  },
};

/** Of event_queue, which may not know a trade that the log knows. */
export const knownBlockNumber: Rule.Rule = {
  ...blockNumber,
  legacy: (row, metadata) =>
    (row.block_rows ?? null) === null ? undefined : blockNumber.legacy(row, metadata),
};

const isNull = (row: Row, column: string) => (row[column] ?? null) === null;

/** Events say gas and price together or not at all, so a row's gas alone has none to agree with. */
export const gasWithPrice: Rule.Rule = {
  ...Rule.optionalInteger("gas_used"),
  legacy: (row) =>
    isNull(row, "pyth_price") ? undefined : Cell.orNull(Cell.integer)(row.gas_used),
};
export const priceWithGas: Rule.Group = {
  ...pythPrice,
  isUnset: (row) => isNull(row, "gas_used") || pythPrice.isUnset(row),
};

/** What event_queue says of each log entry. */
const made = "ledgerfold_verified_blocks";
const blocks = sql.table(`temp.${made}`);

/** Made once, as an event_queue may lack its index and spell hashes in another case. */
export const beside = (database: Service, column: Column): Beside => {
  const moment = sql`coalesce(${column("block_timestamp")}, ${column("created_at")})`;
  const says = sql.lit(saysOfDirections(database));
  // No offset leads back from the 20th: most rows are told by their text, not taken apart.
  const isEarly = sql`${moment} < '2025-09-20' and datetime(${moment}) < ${turned}`;
  const directions = { direction_says: sql`iif(${isEarly}, ${says}, null)` };
  const queue = table(database, "event_queue");
  const known = ["tx_hash", "log_index", "block_number"].every((name) => queue?.columns.has(name));
  if (!known) return { columns: directions, joins: sql`` };
  database.execute(query(sql`drop table if exists ${blocks}`));
  database.execute(
    query(sql`
      create table ${blocks} (tx_hash text, log_index integer, lowest, highest, odd, entries,
        primary key (tx_hash, log_index)) without rowid`),
  );
  database.execute(
    query(sql`
      insert into ${blocks}
      select lower(tx_hash), cast(log_index as integer), min(block_number), max(block_number),
        sum(typeof(block_number) <> 'integer'), count(*)
      from event_queue
      where tx_hash is not null
        and iif(typeof(log_index) = 'text', log_index <> '' and log_index not glob '*[^0-9]*',
          typeof(log_index) <> 'blob' and cast(log_index as integer) = log_index)
      group by 1, 2`),
  );
  return {
    made: [made],
    columns: {
      ...directions,
      block_lowest: sql.ref("block.lowest"),
      block_highest: sql.ref("block.highest"),
      block_odd: sql.ref("block.odd"),
      block_rows: sql.ref("block.entries"),
    },
    joins: sql`left join ${blocks} as block
      on block.tx_hash = lower(${column("tx_hash")}) and block.log_index = ${column("log_index")}`,
  };
};

/** Of the view: both are parts of the stream's id. */
export const shownHash = (_: unknown, id: string): string => id.slice(0, id.lastIndexOf(":"));
export const shownIndex = (_: unknown, id: string): Json.Json =>
  Json.fromInteger(id.slice(id.lastIndexOf(":") + 1));

/** The hash has its letters in either case. */
export const id = (column: Column) => sql`
  iif(typeof(${column("tx_hash")}) = 'text' and typeof(${column("log_index")}) = 'integer',
    lower(${column("tx_hash")}) || ':' || ${column("log_index")}, null)`;

export const refuse = (row: Row): Refusal | undefined => {
  const hash = row.tx_hash;
  if (typeof hash !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(hash)) {
    return { column: "tx_hash", reason: "must be TEXT of 0x and 64 hex digits" };
  }
  const index = row.log_index;
  return typeof index === "bigint" && index >= 0n
    ? undefined
    : { column: "log_index", reason: "must be INTEGER, at least 0" };
};
