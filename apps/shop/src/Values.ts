import { Decimal } from "@ledgerfold/scalars/Decimal";
import * as Integer from "@ledgerfold/scalars/Integer";
import { Schema } from "effect";

/** An amount in euros, exact. */
export const Money = Decimal.pipe(Schema.brand("Money"));

export const OrderId = Integer.I64.pipe(Schema.brand("OrderId"));
export type OrderId = typeof OrderId.Type;

export const CategoryId = Integer.I64.pipe(Schema.brand("CategoryId"));
export type CategoryId = typeof CategoryId.Type;

/** A UUID in lower case. */
export const CustomerId = Schema.UUID.pipe(Schema.lowercased(), Schema.brand("CustomerId"));
export type CustomerId = typeof CustomerId.Type;

/** Suppliers number their articles themselves: only both together name one. */
export const Supplier = Schema.NonEmptyString.pipe(Schema.brand("Supplier"));
export const Sku = Schema.NonEmptyString.pipe(Schema.brand("Sku"));
