import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import * as SchwabAuth from "@ledgerfold/domain/SchwabAuth";
import { type Age, has } from "@ledgerfold/fixtures/LegacySchema";

/** What the known rows of `Ages.test.ts` become, by hand. */

const metadata = (runId: string, table: string, more = "") =>
  `{"run_id":"${runId}","legacy_table":"${table}"${more}}`;

const tradeId = `0x${"abc".repeat(20)}1234:7`;

const columnsOfTrade = (age: Age) =>
  has(age, "pyth")
    ? "pyth"
    : has(age, "gas")
      ? "gas"
      : has(age, "block_timestamp")
        ? "time"
        : "old";

const tradePayloads = {
  old: '{"Migrated":{"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:05.123456789Z","gas_used":null,"pyth_price":null,"migrated_at":"1970-01-01T00:00:00Z","created_at":"2025-08-01T12:00:05.123456789Z","effective_gas_price":null,"legacy_id":1}}',
  time: '{"Migrated":{"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:00.500Z","gas_used":null,"pyth_price":null,"migrated_at":"1970-01-01T00:00:00Z","created_at":"2025-08-01T12:00:05.123456789Z","effective_gas_price":null,"legacy_id":1}}',
  gas: '{"Migrated":{"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:00.500Z","gas_used":120000,"pyth_price":null,"migrated_at":"1970-01-01T00:00:00Z","created_at":"2025-08-01T12:00:05.123456789Z","effective_gas_price":9223372036854775807,"legacy_id":1}}',
  pyth: '{"Migrated":{"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:00.500Z","gas_used":120000,"pyth_price":{"value":"15020000000","expo":-8,"conf":"5000000","publish_time":"2025-08-01T11:59:59Z"},"migrated_at":"1970-01-01T00:00:00Z","created_at":"2025-08-01T12:00:05.123456789Z","effective_gas_price":9223372036854775807,"legacy_id":1}}',
} as const;

export const trade = (age: Age, runId: string) => [
  "OnChainTrade",
  tradeId,
  1n,
  "OnChainTradeEvent::Migrated",
  OnChainTrade.codec.version,
  null,
  metadata(runId, "onchain_trades"),
  tradePayloads[columnsOfTrade(age)],
];

const tradeViews = {
  old: `{"Trade":{"tx_hash":"0x${"abc".repeat(20)}1234","log_index":7,"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:05.123456789Z","gas_used":null,"pyth_price":null,"recorded_at":"1970-01-01T00:00:00Z"}}`,
  time: `{"Trade":{"tx_hash":"0x${"abc".repeat(20)}1234","log_index":7,"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:00.500Z","gas_used":null,"pyth_price":null,"recorded_at":"1970-01-01T00:00:00Z"}}`,
  gas: `{"Trade":{"tx_hash":"0x${"abc".repeat(20)}1234","log_index":7,"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:00.500Z","gas_used":120000,"pyth_price":null,"recorded_at":"1970-01-01T00:00:00Z"}}`,
  pyth: `{"Trade":{"tx_hash":"0x${"abc".repeat(20)}1234","log_index":7,"symbol":"tAAPL","amount":"0.30000000000000004","direction":"Buy","price_usdc":"150.25","block_number":31000000,"block_timestamp":"2025-08-01T12:00:00.500Z","gas_used":120000,"pyth_price":{"value":"15020000000","expo":-8,"conf":"5000000","publish_time":"2025-08-01T11:59:59Z"},"recorded_at":"1970-01-01T00:00:00Z"}}`,
} as const;

export const tradeView = (age: Age) => [
  "onchain_trade_view",
  tradeId,
  1n,
  tradeViews[columnsOfTrade(age)],
];

/** Where the column is, it holds the double 0.3 - 0.1; where it is not, decimals are subtracted. */
const nets = (age: Age) =>
  has(age, "net_position")
    ? { net: "0.19999999999999998", rule: ',"net_position_rule":"column"' }
    : { net: "0.2", rule: ',"net_position_rule":"computed"' };

export const positions = (age: Age, runId: string) => [
  [
    "Position",
    "AAPL",
    1n,
    "PositionEvent::Migrated",
    Position.codec.version,
    null,
    metadata(runId, "trade_accumulators", nets(age).rule),
    `{"Migrated":{"symbol":"AAPL","net_position":"${nets(age).net}","accumulated_long":"0.3","accumulated_short":"0.1","threshold":{"Shares":"1"},"migrated_at":"1970-01-01T00:00:00Z","pending_execution_id":null,"pending_shares":null,"pending_direction":null,"last_updated":"2025-08-01T12:02:00Z"}}`,
  ],
  [
    "Position",
    "TSLA",
    1n,
    "PositionEvent::Migrated",
    Position.codec.version,
    null,
    metadata(runId, "trade_accumulators", nets(age).rule),
    '{"Migrated":{"symbol":"TSLA","net_position":"0","accumulated_long":"0","accumulated_short":"0","threshold":{"Shares":"1"},"migrated_at":"1970-01-01T00:00:00Z","pending_execution_id":5,"pending_shares":"3","pending_direction":"Sell","last_updated":"2025-08-01T12:02:00Z"}}',
  ],
];

export const positionViews = (age: Age) => [
  [
    "position_view",
    "AAPL",
    1n,
    `{"Position":{"symbol":"AAPL","net":"${nets(age).net}","accumulated_long":"0.3","accumulated_short":"0.1","pending_execution_id":null,"last_updated":"2025-08-01T12:02:00Z"}}`,
  ],
  [
    "position_view",
    "TSLA",
    1n,
    '{"Position":{"symbol":"TSLA","net":"0","accumulated_long":"0","accumulated_short":"0","pending_execution_id":5,"last_updated":"2025-08-01T12:02:00Z"}}',
  ],
];

/** `schwab_executions` had no column for the broker. */
export const orders = (table: "schwab_executions" | "offchain_trades", runId: string) => {
  const raw = table === "offchain_trades" ? '"schwab"' : "null";
  const order = (id: string, payload: string) => [
    "OffchainOrder",
    id,
    1n,
    "OffchainOrderEvent::Migrated",
    OffchainOrder.codec.version,
    null,
    metadata(runId, table),
    payload,
  ];
  return [
    order(
      "2",
      `{"Migrated":{"symbol":"AAPL","shares":"1","direction":"Sell","broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"A-2","price_cents":15025,"executed_at":"2025-08-01T12:01:00Z","migrated_at":"1970-01-01T00:00:00Z","legacy_broker":${raw}}}`,
    ),
    order(
      "3",
      `{"Migrated":{"symbol":"AAPL","shares":"1","direction":"Buy","broker":"Schwab","executor":"Schwab","status":{"Failed":{"error":"Migrated from legacy system"}},"broker_order_id":"order-3","price_cents":null,"executed_at":"2025-08-01T12:01:00Z","migrated_at":"1970-01-01T00:00:00Z","legacy_broker":${raw}}}`,
    ),
    order(
      "5",
      `{"Migrated":{"symbol":"TSLA","shares":"3","direction":"Sell","broker":"Schwab","executor":"Schwab","status":"Pending","broker_order_id":null,"price_cents":null,"executed_at":null,"migrated_at":"1970-01-01T00:00:00Z","legacy_broker":${raw}}}`,
    ),
  ];
};

export const orderViews = [
  [
    "offchain_order_view",
    "2",
    1n,
    '{"Execution":{"execution_id":2,"symbol":"AAPL","shares":"1","direction":"Sell","broker":"Schwab","executor":"Schwab","status":"Filled","broker_order_id":"A-2","price_cents":15025,"initiated_at":"2025-08-01T12:01:00Z","completed_at":"2025-08-01T12:01:00Z"}}',
  ],
  [
    "offchain_order_view",
    "3",
    1n,
    '{"Execution":{"execution_id":3,"symbol":"AAPL","shares":"1","direction":"Buy","broker":"Schwab","executor":"Schwab","status":"Failed","broker_order_id":"order-3","price_cents":null,"initiated_at":"2025-08-01T12:01:00Z","completed_at":"2025-08-01T12:01:00Z"}}',
  ],
  [
    "offchain_order_view",
    "5",
    1n,
    '{"Execution":{"execution_id":5,"symbol":"TSLA","shares":"3","direction":"Sell","broker":"Schwab","executor":"Schwab","status":"Pending","broker_order_id":null,"price_cents":null,"initiated_at":"1970-01-01T00:00:00Z","completed_at":null}}',
  ],
];

const fourFields = `"access_token":"0x${"a1".repeat(60)}","access_token_fetched_at":"2025-08-01T12:00:00Z","refresh_token":"0x${"b2".repeat(60)}","refresh_token_fetched_at":"2025-08-01T12:00:00Z"`;

export const tokens = (runId: string) => [
  "SchwabAuth",
  "schwab",
  1n,
  "TokensStored",
  SchwabAuth.codec.version,
  null,
  metadata(runId, "schwab_auth"),
  `{"TokensStored":{${fourFields}}}`,
];

export const tokensView = ["schwab_auth_view", "schwab", 1n, `{"Authenticated":{${fourFields}}}`];
