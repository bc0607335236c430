import { Decimal } from "@ledgerfold/scalars/Decimal";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Schema } from "effect";

/** An exact amount of a currency; fees of a metered plan have up to fifteen places. */
export const Money = Decimal.pipe(Schema.brand("Money"));

/** ISO 4217, as `EUR`. */
export const Currency = Schema.String.pipe(Schema.pattern(/^[A-Z]{3}$/), Schema.brand("Currency"));

export const PlanId = Schema.UUID.pipe(Schema.brand("PlanId"));
export type PlanId = typeof PlanId.Type;

export const CustomerId = Integer.I64.pipe(Schema.brand("CustomerId"));
export type CustomerId = typeof CustomerId.Type;

export const InvoiceId = Integer.I64.pipe(Schema.brand("InvoiceId"));
export type InvoiceId = typeof InvoiceId.Type;
