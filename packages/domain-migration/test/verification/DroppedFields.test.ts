import { describe, expect, it } from "vitest";
import { edit, paths, type Run, verify, verifyEach } from "./Harness.ts";
import * as Sample from "./Sample.ts";

/** A field that the event lacks and its view has as null. */

const path = paths();
const file = path();
Sample.write(file, "2026-01-26");

const views = {
  OnChainTrade: { table: "onchain_trade_view", tag: "Trade" },
  Position: { table: "position_view", tag: "Position" },
  OffchainOrder: { table: "offchain_order_view", tag: "Execution" },
  SchwabAuth: { table: "schwab_auth_view", tag: "Authenticated" },
} as const;
type Type = keyof typeof views;

/** By aggregate, the field of the event and the view's. */
const required: Readonly<Record<Type, Readonly<Record<string, string>>>> = {
  OnChainTrade: {
    ...{ symbol: "symbol", amount: "amount", direction: "direction", price_usdc: "price_usdc" },
    ...{ block_timestamp: "block_timestamp", migrated_at: "recorded_at" },
  },
  Position: {
    ...{ symbol: "symbol", net_position: "net" },
    ...{ accumulated_long: "accumulated_long", accumulated_short: "accumulated_short" },
  },
  OffchainOrder: {
    ...{ symbol: "symbol", shares: "shares", direction: "direction", status: "status" },
    ...{ migrated_at: "initiated_at" },
  },
  SchwabAuth: {
    access_token: "access_token",
    access_token_fetched_at: "access_token_fetched_at",
    refresh_token: "refresh_token",
    refresh_token_fetched_at: "refresh_token_fetched_at",
  },
};
const cases = Object.entries(required).flatMap(([type, fields]) =>
  Object.entries(fields).map(([field, shown]) => ({ type: type as Type, field, shown })),
);

/** In every stream of the aggregate. */
const drop = ({ type, field, shown }: (typeof cases)[number]) => {
  const { table, tag } = views[type];
  const of = type === "SchwabAuth" ? "TokensStored" : "Migrated";
  return (run: Run) => {
    run(
      `UPDATE events SET payload = json_remove(payload, '$.${of}.${field}') WHERE aggregate_type = ?`,
      type,
    );
    run(`UPDATE ${table} SET payload = json_set(payload, '$.${tag}.${shown}', null)`);
  };
};

describe("that no event may lack", () => {
  it("is a difference of the view, too", async () => {
    const found = await verifyEach(file, cases.map(drop));
    const seen = found.map(({ differences }, at) => {
      const { type, shown } = cases[at] ?? {};
      return differences.some(
        ({ side, aggregate, field }) => side === "view" && aggregate === type && field === shown,
      );
    });
    expect(cases.filter((_, at) => seen[at] !== true)).toEqual([]);
  });
});

describe("that an event may lack", () => {
  it("is none of the view", async () => {
    await edit(
      file,
      drop({ type: "Position", field: "pending_execution_id", shown: "pending_execution_id" }),
    );
    const { differences } = await verify(file);
    expect(differences.map(({ side, field }) => `${side} ${field}`)).not.toContain(
      "view pending_execution_id",
    );
    expect(differences.map(({ side }) => side)).toContain("event");
  });
});
