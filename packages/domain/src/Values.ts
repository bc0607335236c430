import { Schema } from "effect";
import { Decimal } from "@ledgerfold/scalars/Decimal";
import * as Integer from "@ledgerfold/scalars/Integer";

/** The small branded values that the aggregates share. Each is its inner value on the wire. */

/** `0x` and 64 lower-case hex digits. */
export const TxHash = Schema.String.pipe(
  Schema.pattern(/^0x[0-9a-f]{64}$/),
  Schema.brand("TxHash"),
);
export type TxHash = typeof TxHash.Type;

/** Where in its block an entry of the chain's log stands, from 0. */
export const LogIndex = Integer.U64.pipe(Schema.brand("LogIndex"));
export type LogIndex = typeof LogIndex.Type;

/** Trades carry the token's name (`tAAPL`), positions and orders the share's (`AAPL`). */
export const Ticker = Schema.NonEmptyString.pipe(Schema.brand("Ticker"));
export type Ticker = typeof Ticker.Type;

/** A number of shares, fractions included; a position's net may be negative. */
export const Shares = Decimal.pipe(Schema.brand("Shares"));
export type Shares = typeof Shares.Type;

/** US dollars, or as many USDC. */
export const Dollars = Decimal.pipe(Schema.brand("Dollars"));
export type Dollars = typeof Dollars.Type;

/** US cents, whole. */
export const PriceCents = Integer.U64.pipe(Schema.brand("PriceCents"));
export type PriceCents = typeof PriceCents.Type;

/** The row id of an order in the legacy database, and the identity of its stream. */
export const ExecutionId = Integer.I64.pipe(Schema.brand("ExecutionId"));
export type ExecutionId = typeof ExecutionId.Type;

/** The broker's own name for an order. */
export const BrokerOrderId = Schema.NonEmptyString.pipe(Schema.brand("BrokerOrderId"));
export type BrokerOrderId = typeof BrokerOrderId.Type;

/** The same as a log may have it: other services do not look whether it is empty. */
export const StoredBrokerOrderId = Schema.String.pipe(Schema.brand("BrokerOrderId"));
