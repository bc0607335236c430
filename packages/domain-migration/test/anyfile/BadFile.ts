import { FastCheck as fc } from "effect";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { type AnyFile, anyFile, type Cell, type Row } from "./AnyFile.ts";

/** Any file with one cell in it that cannot be carried. */

export interface BadFile {
  readonly file: AnyFile;
  /** What a report must name, and nothing else. */
  readonly bad: { readonly table: string; readonly key: string; readonly column: string };
}

const blob = Buffer.from("bad");

/** None that a column's type would turn into a good one. */
const moments: ReadonlyArray<Cell> = [
  ...["", "2025-10-01", "2025-02-29 00:00:00", "2025-13-01 00:00:00", "2025-10-01 24:00:00"],
  ...["2025-10-01 12:00:60", "2025-10-01 12:00:00.", "2025-10-01 12:00:00.1234567890"],
  ...["2025-10-01 12:00:00+24:00", "2025-10-01T12:00:00z", " 2025-10-01 12:00:00", "now"],
  ...["9999-12-31 23:59:59-00:01", "0000-01-01 00:00:00+00:01", 1_759_320_000n, 2_460_000.5, blob],
];
const numbers: ReadonlyArray<Cell> = ["1x", "", Number.POSITIVE_INFINITY, 2 ** 96, blob];
const positives: ReadonlyArray<Cell> = [null, 0, -0, 0n, -Number.MIN_VALUE, -1n, ...numbers];
const sizes: ReadonlyArray<Cell> = [null, -Number.MIN_VALUE, -1n, ...numbers];
const integers: ReadonlyArray<Cell> = ["1x", "", 0.5, 2 ** 63, Number.NEGATIVE_INFINITY, blob];
const counts: ReadonlyArray<Cell> = [-1n, -(2n ** 63n), ...integers];
const texts: ReadonlyArray<Cell> = ["", blob];
const words: ReadonlyArray<Cell> = [null, "", "buy", "Filled", "SCHWAB", "BUY ", blob];
const tokens: ReadonlyArray<Cell> = [null, "", "0x", "ab".repeat(27), `${"ab".repeat(28)}a`, blob];

type Bad = (row: Row, file: AnyFile) => ReadonlyArray<Cell>;
const one =
  (...cells: ReadonlyArray<Cell>): Bad =>
  () =>
    cells;
/** NULL is bad where another column says so. */
const orNull =
  (cells: ReadonlyArray<Cell>, isNeeded: (row: Row) => boolean): Bad =>
  (row) =>
    isNeeded(row) ? [null, ...cells] : cells;
/** A number more is no fault of its own where the other three are NULL. */
const oracle =
  (...cells: ReadonlyArray<Cell>): Bad =>
  ({ pyth_price }) =>
    pyth_price === null ? [] : [null, ...cells];
const untyped =
  (...cells: ReadonlyArray<Cell>): Bad =>
  (_, { shape }) =>
    shape === "untyped" ? cells : [];

const isSent = ({ status }: Row) => status === "SUBMITTED" || status === "FILLED";
const isDone = ({ status }: Row) => status === "FILLED" || status === "FAILED";

const orders: Readonly<Record<string, Bad>> = {
  id: untyped("x", 1.5, null, blob),
  symbol: one(null, ...texts),
  shares: one(...positives),
  direction: one(...words),
  broker: one(...words),
  order_id: (row) => [
    ...texts,
    ...(typeof row.broker_order_id === "string" ? [`${row.broker_order_id} `] : []),
    ...(isSent(row) && (row.broker_order_id ?? null) === null ? [null] : []),
  ],
  // Beside an order_id a bad one is two faults.
  broker_order_id: (row) => (row.order_id === null ? texts : []),
  price_cents: orNull(counts, ({ status }) => status === "FILLED"),
  status: one(...words),
  executed_at: (row) => (isDone(row) ? [null, ...moments] : ["2025-10-01 12:00:00", ...moments]),
};

const tables: Readonly<Record<string, Readonly<Record<string, Bad>>>> = {
  onchain_trades: {
    id: untyped("x", 1.5, null, blob),
    tx_hash: one(null, "", `0x${"0".repeat(63)}`, `0x${"0".repeat(63)}g`, `0X${"0".repeat(64)}`),
    log_index: one(null, ...counts),
    symbol: one(null, ...texts),
    amount: one(...positives),
    direction: one(...words),
    price_usdc: one(...positives),
    created_at: one(...moments),
    block_timestamp: orNull(moments, ({ created_at }) => created_at === null),
    gas_used: one(...counts),
    effective_gas_price: one(...counts),
    pyth_price: oracle(...numbers),
    pyth_confidence: oracle(-1n, -Number.MIN_VALUE, ...numbers),
    pyth_exponent: oracle(2n ** 31n, -(2n ** 31n) - 1n, ...integers),
    pyth_publish_time: oracle(...moments),
  },
  trade_accumulators: {
    symbol: one(null, ...texts),
    net_position: (row, { netPosition }) => [
      ...numbers,
      ...(netPosition === "computed" ? [] : [null]),
      // Beyond the noise of doubles, and nobody has decided.
      ...(netPosition === null ? [stale(row)] : []),
    ],
    accumulated_long: one(...sizes),
    accumulated_short: one(...sizes),
    pending_execution_id: one(...integers),
    last_updated: one(null, ...moments),
  },
  offchain_trades: orders,
  schwab_executions: orders,
  schwab_auth: {
    id: one(0n, 2n),
    access_token: one(...tokens),
    access_token_fetched_at: one(null, ...moments),
    refresh_token: one(...tokens),
    refresh_token_fetched_at: one(null, ...moments),
    encryption_version: one(null, 0n, 2n, "x", 1.5),
  },
  event_queue: { block_number: one(null, ...counts) },
};

const stale = ({ accumulated_long, accumulated_short }: Row): Cell => {
  const [long, short] = [Number(accumulated_long), Number(accumulated_short)];
  return long - short - Math.sign(long - short || 1) * Math.max(1, long, short) * 2e-9;
};

const keys: Readonly<Record<string, string>> = {
  onchain_trades: "id",
  trade_accumulators: "symbol",
  offchain_trades: "id",
  schwab_executions: "id",
  schwab_auth: "id",
};

const keyOf = (column: string, cell: Cell, rowid: number): string => {
  if (typeof cell === "bigint") return `${column} ${cell}`;
  return typeof cell === "string" ? `${column} ${quote(cell)}` : `rowid ${rowid}`;
};

interface Place {
  readonly table: string;
  readonly index: number;
  readonly column: string;
  readonly cells: ReadonlyArray<Cell>;
}

const placesOf = (file: AnyFile): ReadonlyArray<Place> =>
  Object.entries(file.tables).flatMap(([table, rows]) =>
    rows.flatMap((row, index) =>
      Object.entries(tables[table] ?? {}).flatMap(([column, bad]): ReadonlyArray<Place> => {
        const cells = Object.hasOwn(row, column) ? bad(row, file) : [];
        const isOf = table !== "event_queue" || tradeOf(file, row) !== undefined;
        return cells.length > 0 && isOf ? [{ table, index, column, cells }] : [];
      }),
    ),
  );

const tradeOf = ({ tables: { onchain_trades = [] } }: AnyFile, queue: Row): Row | undefined =>
  onchain_trades.find(
    ({ tx_hash, log_index }) =>
      String(tx_hash).toLowerCase() === String(queue.tx_hash).toLowerCase() &&
      BigInt(log_index as bigint) === BigInt(queue.log_index as bigint),
  );

const damage = (file: AnyFile, place: Place, cell: Cell): BadFile => {
  const { table, index, column } = place;
  const rows = file.tables[table] ?? [];
  const row = { ...rows[index], [column]: cell };
  const key = keys[table];
  const trade = table === "event_queue" ? tradeOf(file, row) : undefined;
  return {
    file: { ...file, tables: { ...file.tables, [table]: rows.with(index, row) } },
    bad: {
      table,
      key:
        key === undefined
          ? `of onchain_trades id ${trade?.id}`
          : keyOf(key, row[key] ?? null, index + 1),
      column,
    },
  };
};

/** Columns first, so that those of tables with few rows come up as well. */
export const badFile: fc.Arbitrary<BadFile> = fc
  .record({
    file: anyFile.map(
      (file) => ({ ...file, shape: file.shape === "bot" ? "copy" : file.shape }) as const,
    ),
    column: fc.nat(),
    place: fc.nat(),
    cell: fc.nat(),
  })
  .chain(({ file, column, place, cell }) => {
    const places = Map.groupBy(placesOf(file), ({ table, column: name }) => `${table}.${name}`);
    const columns = [...places.values()];
    const inColumn = columns[column % Math.max(1, columns.length)] ?? [];
    const chosen = inColumn[place % Math.max(1, inColumn.length)];
    const value = chosen?.cells[cell % chosen.cells.length];
    return fc.constant(
      chosen === undefined || value === undefined ? undefined : damage(file, chosen, value),
    );
  })
  .filter((found) => found !== undefined);
