import { Schema } from "effect";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import { EncryptedToken } from "../src/EncryptedToken.ts";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import * as Values from "../src/Values.ts";

/** Literals for tests: each reads its argument as the wire has it and throws on anything else. */

export const decimal = Decimal.unsafeFromText;
export const at = Schema.decodeSync(Timestamp);
export const shares = Schema.decodeSync(Values.Shares);
export const dollars = Schema.decodeSync(Values.Dollars);
export const cents = Schema.decodeSync(Values.PriceCents);
export const ticker = Schema.decodeSync(Values.Ticker);
export const txHash = Schema.decodeSync(Values.TxHash);
export const logIndex = Schema.decodeSync(Values.LogIndex);
export const executionId = Schema.decodeSync(Values.ExecutionId);
export const brokerOrderId = Schema.decodeSync(Values.BrokerOrderId);
export const token = Schema.decodeSync(EncryptedToken);
