import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { badLines, left, migrate, untypedFile } from "../support/Files.ts";

/**
 * Every kind of cell in every column: what is not listed as good there must be refused, in one line
 * that says where, what and why.
 */

/** As SQL, and as reports show it. */
const cells = {
  null: "NULL",
  "-1": "INTEGER -1",
  "7": "INTEGER 7",
  "9223372036854775807": "INTEGER 9223372036854775807",
  "1.5": "REAL 1.5",
  "7.0": "REAL 7",
  "-0.25": "REAL -0.25",
  "1e29": "REAL 1e+29",
  "9e999": "REAL Infinity",
  "-9e999": "REAL -Infinity",
  "''": 'TEXT ""',
  "'7'": 'TEXT "7"',
  "'BUY'": 'TEXT "BUY"',
  "'2025-08-01 12:00:00'": 'TEXT "2025-08-01 12:00:00"',
  "x''": "BLOB x''",
  "x'425559'": "BLOB x'425559'",
  "cast(x'4255ff' as text)": "TEXT of bytes x'4255ff', which are not valid text",
} as const;
type Cell = keyof typeof cells;
type Rules = Readonly<Record<string, readonly [rule: string, ...good: ReadonlyArray<Cell>]>>;

const moment = "must be a date and time that exists, such as 2025-10-01 12:00:00.5";
const big = "9223372036854775807";
const at = "'2025-08-01 12:00:00'";
const texts = ["'7'", "'BUY'", at] as const;
const direction = ["must be BUY or SELL", "'BUY'"] as const;
const anyInteger = "must be INTEGER from -9223372036854775808 to 9223372036854775807";
const count = "must be INTEGER from 0 to 9223372036854775807";
const amount = [
  "must be INTEGER or REAL above 0 whose whole part fits in 96 bits",
  ...(["7", "1.5", "7.0", big] as const),
] as const;
const text = ["must be TEXT that is not empty", ...texts] as const;

const trades: Rules = {
  tx_hash: ["must be 0x and 64 hex digits"],
  log_index: [count, "7", big],
  symbol: text,
  amount,
  direction,
  price_usdc: amount,
  created_at: [`${moment}, or NULL`, "null", at],
  block_timestamp: [`${moment}, or NULL`, "null", at],
  gas_used: [`${count}, or NULL`, "null", "7", big],
  effective_gas_price: [`${count}, or NULL`, "null", "7", big],
};

const oracle: Rules = {
  pyth_price: [
    "must be INTEGER or REAL whose whole part fits in 96 bits, or NULL",
    ...(["-1", "7", "1.5", "7.0", "-0.25", big] as const),
  ],
  pyth_confidence: [
    "must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits, or NULL",
    ...(["7", "1.5", "7.0", big] as const),
  ],
  pyth_exponent: ["must be INTEGER from -2147483648 to 2147483647, or NULL", "-1", "7"],
  pyth_publish_time: [`${moment}, or NULL`, at],
};

const positions: Rules = {
  accumulated_long: [
    "must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits",
    ...(["7", "1.5", "7.0", big] as const),
  ],
  accumulated_short: [
    "must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits",
    ...(["7", "1.5", "7.0", big] as const),
  ],
  pending_execution_id: [`${anyInteger}, or NULL`, "null", "-1", "7", big],
  last_updated: [moment, at],
};

const orders: Rules = {
  symbol: text,
  shares: amount,
  direction,
  broker: [
    "must be schwab or alpaca or dry_run or alpaca-trading-api or alpaca-broker-api or dry-run",
  ],
  broker_order_id: ["must be TEXT that is not empty, or NULL", "null", ...texts],
  price_cents: [`${count}, or NULL`, "null", "7", big],
  status: ["must be PENDING or SUBMITTED or FILLED or FAILED or COMPLETED"],
};

const tokens: Rules = {
  access_token: ["must be hex of an AES-256-GCM token"],
  refresh_token: ["must be hex of an AES-256-GCM token"],
  access_token_fetched_at: [moment, at],
  refresh_token_fetched_at: [moment, at],
  encryption_version: [
    "must be 1 (AES-256-GCM): other tokens cannot be migrated; sign in again with the current bot, or delete the row",
  ],
};

const unset = "must be set where other oracle columns of the row are, or all four NULL";

/** One row for each column and cell, good but for that cell, and the lines they should cause. */
const damage = (
  table: string,
  columns: Rules,
  good: (place: number) => Readonly<Record<string, string>>,
  key: (place: number) => string,
  shown: (cell: Cell) => string = (cell) => cells[cell],
) => {
  const all = Object.entries(columns).flatMap(([column, [rule, ...accepted]]) =>
    (Object.keys(cells) as Array<Cell>).map((cell) => ({ column, rule, accepted, cell })),
  );
  return {
    sql: all.map(({ column, cell }, place) => {
      const row = { ...good(place), [column]: cell };
      return `insert into ${table} (${Object.keys(row)}) values (${Object.values(row)})`;
    }),
    lines: all.flatMap(({ column, rule, accepted, cell }, place) => {
      const says = column.startsWith("pyth_") && cell === "null" ? unset : rule;
      const isDigits = cell === "'7'" && rule.startsWith("must be INTEGER or REAL");
      const advice = isDigits ? "; decimalText is the kind for TEXT" : "";
      const line = `${table} ${key(place)} ${column} is ${shown(cell)}: ${says}${advice}`;
      return accepted.includes(cell) ? [] : [line];
    }),
  };
};

const trade = (place: number) => ({
  id: `${place}`,
  tx_hash: `'0x${place.toString(16).padStart(64, "0")}'`,
  log_index: "0",
  symbol: "'tAAPL'",
  amount: "1",
  direction: "'SELL'",
  price_usdc: "1",
  created_at: at,
  block_timestamp: at,
  pyth_price: "1",
  pyth_confidence: "1",
  pyth_exponent: "0",
  pyth_publish_time: at,
});

const concealed: Partial<Record<Cell, string>> = {
  "9223372036854775807": "INTEGER of length 19, not shown",
  "1.5": "REAL of length 3, not shown",
  "7.0": "REAL of length 1, not shown",
  "-0.25": "REAL of length 5, not shown",
  "1e29": "REAL of length 5, not shown",
  "9e999": "REAL of length 8, not shown",
  "-9e999": "REAL of length 9, not shown",
  "''": "TEXT of length 0, not shown",
  "'7'": "TEXT of length 1, not shown",
  "'BUY'": "TEXT of length 3, not shown",
  "x''": "BLOB of length 0, not shown",
  "x'425559'": "BLOB of length 3, not shown",
  "cast(x'4255ff' as text)": "TEXT of length 3, not shown",
};

const cases = [
  damage("onchain_trades", trades, trade, (place) => `id ${place}`),
  damage("onchain_trades", oracle, trade, (place) => `id ${place}`),
  damage(
    "trade_accumulators",
    positions,
    (place) => ({
      symbol: `'S${place}'`,
      accumulated_long: "1",
      accumulated_short: "1",
      last_updated: at,
    }),
    (place) => `symbol "S${place}"`,
  ),
  damage(
    "offchain_trades",
    orders,
    (place) => ({
      id: `${place}`,
      symbol: "'AAPL'",
      shares: "1",
      direction: "'SELL'",
      broker: "'schwab'",
      status: "'FAILED'",
      executed_at: at,
    }),
    (place) => `id ${place}`,
  ),
  damage(
    "schwab_auth",
    tokens,
    () => ({
      id: "1",
      access_token: `'${"a1".repeat(60)}'`,
      access_token_fetched_at: at,
      refresh_token: `'${"b2".repeat(60)}'`,
      refresh_token_fetched_at: at,
      encryption_version: "1",
    }),
    () => "id 1",
    (cell) => concealed[cell] ?? cells[cell],
  ),
];

for (const [index, { sql, lines }] of cases.entries()) {
  it.effect(`names each bad cell and no other, ${lines.length} of ${sql.length} (${index})`, () =>
    Effect.gen(function* () {
      const failed = yield* migrate(untypedFile(sql));
      const others = badLines(failed).filter((line) => !line.includes("must not stand twice"));
      expect([...others].sort()).toEqual([...lines].sort());
      expect(left(failed)).toMatchObject({
        _tag: "BadLegacyData",
        count: badLines(failed).length,
      });
    }),
  );
}
