import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import { PythPrice } from "@ledgerfold/domain/PythPrice";
import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import * as Field from "@ledgerfold/migration/internal/Field";
import { Either, Schema } from "effect";
import type { RawRow } from "@ledgerfold/migration/BadData";
import * as TradeRow from "../TradeRow.ts";
import type { Texts } from "@ledgerfold/migration/internal/direct/Direct";
import * as Text from "@ledgerfold/migration/internal/direct/Text";

/** What `TradeRow.toEvent` and the trade's view come to, as texts. */
export const make = (
  migratedAt: Timestamp.Timestamp,
  /** Whether the column says the trade's own direction. */
  isOwn: (cells: RawRow) => boolean = () => true,
) => {
  const at = `"${Timestamp.format(migratedAt)}"`;
  return (cells: RawRow): Texts | undefined => {
    if (!isOwn(cells)) return undefined;
    const { tx_hash } = cells;
    if (typeof tx_hash !== "string" || !isHash(tx_hash)) return undefined;
    const hash = tx_hash.toLowerCase();
    const legacyId = Text.integer(cells.id);
    const logIndex = Text.count(cells.log_index);
    const symbol = readSymbol(cells.symbol);
    const amount = Text.aboveZero(cells.amount);
    const direction = readDirection(cells.direction);
    const price = Text.aboveZero(cells.price_usdc);
    const createdAt = readMoment(cells.created_at);
    const blockTimestamp = readMoment(cells.block_timestamp);
    const moment = blockTimestamp === "null" ? createdAt : blockTimestamp;
    const gasUsed = readCount(cells.gas_used);
    const gasPrice = readCount(cells.effective_gas_price);
    const blockNumber = cells.block_number === null ? "0" : Text.count(cells.block_number);
    const pythPrice = oracle(cells);
    if (legacyId === undefined || logIndex === undefined || symbol === undefined) return undefined;
    if (amount === undefined || direction === undefined || price === undefined) return undefined;
    if (createdAt === undefined || moment === undefined || moment === "null") return undefined;
    if (gasUsed === undefined || gasPrice === undefined) return undefined;
    if (blockNumber === undefined || pythPrice === undefined) return undefined;
    const trade = `"symbol":${symbol},"amount":${amount},"direction":${direction},"price_usdc":${price},"block_number":${blockNumber},"block_timestamp":${moment},"gas_used":${gasUsed},"pyth_price":${pythPrice}`;
    return {
      id: `${hash}:${logIndex}`,
      payload: `{"Migrated":{${trade},"migrated_at":${at},"created_at":${createdAt},"effective_gas_price":${gasPrice},"legacy_id":${legacyId}}}`,
      view: `{"Trade":{"tx_hash":"${hash}","log_index":${logIndex},${trade},"recorded_at":${at}}}`,
    };
  };
};

const isHash = (text: string): boolean => text.length === 66 && /^0x[0-9a-fA-F]+$/.test(text);

const readSymbol = Text.symbol();
const readDirection = Text.oneOf(TradeRow.directions);
const readMoment = Text.nullable(Text.moment);
const readCount = Text.nullable(Text.count);

const oracle = (cells: RawRow): string | undefined => {
  const { pyth_price, pyth_confidence, pyth_exponent, pyth_publish_time } = cells;
  if (TradeRow.oracle.every((column) => cells[column] === null)) return "null";
  if (typeof pyth_exponent === "bigint") {
    const places = -Number(pyth_exponent);
    const value = Text.units(pyth_price, places);
    const conf = Text.units(pyth_confidence, places);
    const at = Text.moment(pyth_publish_time);
    if (value !== undefined && conf !== undefined && at !== undefined) {
      return `{"value":"${value}","expo":${pyth_exponent},"conf":"${conf}","publish_time":${at}}`;
    }
  }
  const read = decodeOracle(cells);
  if (Either.isLeft(read)) return undefined;
  const price = TradeRow.pythPrice(read.right);
  return price === undefined ? undefined : Compiled.make(PythPrice).write(price);
};
/** Of the cells alone, past what the columns are declared to be. */
const decodeOracle = Compiled.decoder(
  Schema.Struct({
    pyth_price: Field.nullable(...Field.anyDecimal),
    pyth_confidence: Field.nullable(...Field.atLeastZero),
    pyth_exponent: Field.nullable(...Field.integer(-(2n ** 31n), 2n ** 31n - 1n)),
    pyth_publish_time: Field.nullable(...Field.moment),
  }),
);
