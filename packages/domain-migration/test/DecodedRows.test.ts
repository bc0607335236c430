import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import { describe, expect, it } from "@effect/vitest";
import { Either, FastCheck, Schema } from "effect";
import * as AuthRow from "../src/AuthRow.ts";
import { fromParseError, type RawRow } from "@ledgerfold/migration/BadData";
import * as OrderRow from "../src/OrderRow.ts";
import * as PositionRow from "../src/PositionRow.ts";
import * as TradeRow from "../src/OnChainTrade.ts";
import * as Cells from "./support/Cells.ts";

/** Compiled decoders of rows carry and refuse what Effect's parser does, in the same words. */

const token = "ab".repeat(40);
const secret: Cells.Column = { good: [token, `0x${token}`], bad: ["ab", `${token}g`, ""] };

const position: Cells.Columns = {
  symbol: Cells.text,
  accumulated_long: Cells.atLeastZero,
  accumulated_short: Cells.atLeastZero,
  pending_execution_id: Cells.nullable(Cells.integer),
  last_updated: Cells.moment,
};
const auth: Cells.Columns = {
  id: { good: [1n], bad: [2n] },
  access_token: secret,
  access_token_fetched_at: Cells.moment,
  refresh_token: secret,
  refresh_token_fetched_at: Cells.moment,
  encryption_version: { good: [1n], bad: [0n, 2n] },
};

const rows: Readonly<Record<string, readonly [Schema.Schema<unknown, unknown>, Cells.Columns]>> = {
  trades: [TradeRow.Row as Schema.Schema<unknown, unknown>, Cells.trade],
  orders: [OrderRow.OrderRow as Schema.Schema<unknown, unknown>, Cells.order],
  "orders without a broker": [
    OrderRow.OrderRowWithoutBroker as Schema.Schema<unknown, unknown>,
    Cells.orderWithoutBroker,
  ],
  positions: [PositionRow.PositionRow as Schema.Schema<unknown, unknown>, position],
  "positions with a net": [
    PositionRow.PositionRowWithNet as Schema.Schema<unknown, unknown>,
    { ...position, net_position: Cells.nullable(Cells.anyDecimal) },
  ],
  tokens: [AuthRow.AuthRow as Schema.Schema<unknown, unknown>, auth],
};

describe.each(Object.entries(rows))("rows of %s", (_, [schema, columns]) => {
  const compiled = Compiled.decoder(schema);
  const parser = Schema.decodeUnknownEither(schema, { errors: "all" });
  /** What becomes of a row: all that is wrong with it, or its values told apart by their types. */
  const told = (cells: RawRow, outcome: ReturnType<typeof parser>) =>
    Either.match(outcome, {
      onLeft: (error) => fromParseError({ table: "t", key: "", cells }, error),
      onRight: (value) => value,
    });

  it("come out alike, good or bad", () => {
    const seen = { good: 0, bad: 0 };
    FastCheck.assert(
      FastCheck.property(Cells.rows(columns), (cells) => {
        const expected = parser(cells);
        seen[Either.isRight(expected) ? "good" : "bad"] += 1;
        expect(told(cells, compiled(cells))).toStrictEqual(told(cells, expected));
      }),
      { numRuns: 1_000 },
    );
    expect(seen.good).toBeGreaterThan(50);
    expect(seen.bad).toBeGreaterThan(50);
  });
});
