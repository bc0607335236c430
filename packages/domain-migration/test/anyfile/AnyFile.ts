import { DatabaseSync } from "node:sqlite";
import { ddl as eventLog } from "@ledgerfold/fixtures/EventLogSchema";
import { type Age, ages, brokers, ddl, has, ordersTable } from "@ledgerfold/fixtures/LegacySchema";
import { FastCheck as fc } from "effect";

/** Whole legacy files of every schema age, with anything in them that a migration accepts. */

export type Cell = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, Cell>>;

export interface AnyFile {
  readonly age: Age;
  /** As the bot has it, a copy that lost its constraints, or one that lost its types too. */
  readonly shape: "bot" | "copy" | "untyped";
  readonly encoding: "UTF-8" | "UTF-16le" | "UTF-16be";
  readonly journalMode: "wal" | "delete";
  /** Whether another service has made its log in the file. */
  readonly hasLog: boolean;
  /** What the operator says of stale nets; without it there are none. */
  readonly netPosition: "column" | "computed" | null;
  readonly tables: Readonly<Record<string, ReadonlyArray<Row>>>;
}

/** Numbers go in as REAL, bigints as INTEGER, and the columns' types do the rest. */
export const write = (path: string, file: AnyFile): void => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    db.exec(`PRAGMA encoding = '${file.encoding}'; PRAGMA journal_mode = ${file.journalMode}`);
    db.exec(`PRAGMA synchronous = OFF; BEGIN; ${ddl(file.age, { checks: file.shape === "bot" })}`);
    if (file.hasLog) db.exec(`${eventLog}; ${inventory}`);
    if (file.shape === "untyped") for (const table of Object.keys(file.tables)) untype(db, table);
    for (const [table, rows] of Object.entries(file.tables)) {
      for (const row of rows) {
        const names = Object.keys(row);
        const places = names.map(() => "?").join();
        const insert = `INSERT INTO ${table} (${names.join()}) VALUES (${places})`;
        db.prepare(insert).run(...Object.values(row));
      }
    }
    db.exec("COMMIT");
  } finally {
    db.close();
  }
};

const inventory = `INSERT INTO events VALUES
  ('Inventory', 'AAPL', 1, 'InventoryEvent::Counted', '1.0', '{"Counted":{}}', '{}')`;

const untype = (db: DatabaseSync, table: string): void => {
  const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
  db.exec(`DROP TABLE ${table}`);
  db.exec(`CREATE TABLE ${table} (${columns.map(({ name }) => name).join(", ")})`);
};

const maxInteger = 2n ** 63n - 1n;
const any64 = fc.oneof(fc.bigInt(-5n, 5n), fc.bigInt(-maxInteger - 1n, maxInteger));
const count = fc.oneof(
  fc.bigInt(0n, 9n),
  fc.bigInt(0n, maxInteger),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, maxInteger),
);

/** The greatest double whose whole part fits in 96 bits. */
const most = 2 ** 96 - 2 ** 43;
const aboveZero: fc.Arbitrary<number | bigint> = fc.oneof(
  fc.integer({ min: 1, max: 9_999 }).map((cents) => cents / 100),
  fc.double({ min: Number.MIN_VALUE, max: most, noNaN: true }),
  fc.double({ min: Number.MIN_VALUE, max: 2 ** -1022, noNaN: true }),
  fc.constantFrom(0.1 + 0.2, 1e21, 1e-7, 2 ** 53, Number.MIN_VALUE, 2 ** -1022, most),
  fc.bigInt(1n, maxInteger),
);
const atLeastZero = fc.oneof(fc.constantFrom(0, -0, 0n), aboveZero);
const anyNumber: fc.Arbitrary<number | bigint> = fc.oneof(
  atLeastZero,
  aboveZero.map((value) => -value),
);

const text = fc.oneof(
  fc.constantFrom("AAPL", "tAAPL", "AAPL0x", "AAPLs1", "aapl", "7", " ", "\u00c4", "A\u0308"),
  fc.constantFrom("\ufeffAAPL", "\ufffd", "\ufffe", "\u001b[2J", "\0", "a\0b", "\u{1f4c8}", "'\""),
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
);

const first = Date.UTC(2000, 0) / 1000 - 2000 * 365.2425 * 86_400;
const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;

/** Any moment of the years 0000 to 9999 in any of its forms. */
const moment = fc
  .record({
    second: fc.oneof(
      fc.integer({ min: 1_754_000_000, max: 1_769_000_000 }),
      fc.integer({ min: first, max: last }),
      fc.constantFrom(first, last, 0, -1),
    ),
    fraction: fc.oneof(
      fc.constantFrom("", ".0", ".000000001", ".999999999", ".5"),
      fc
        .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 1, max: 9 }))
        .map(([digits, places]) => `.${String(digits).padStart(9, "0").slice(-places)}`),
    ),
    separator: fc.constantFrom(" ", "T"),
    zone: fc.oneof(
      fc.constantFrom("", "Z", "+00:00", "-00:00"),
      fc
        .record({ sign: fc.constantFrom("+", "-"), minutes: fc.integer({ min: 0, max: 1439 }) })
        .map(({ sign, minutes }) => `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`),
    ),
  })
  .map(({ second, fraction, separator, zone }) => {
    const minutes = zone.length > 1 ? Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)) : 0;
    const local = second + (zone.startsWith("-") ? -60 : 60) * minutes;
    // In the first and the last day of all years there is not every zone.
    const [shown, of] = first <= local && local <= last ? [local, zone] : [second, "Z"];
    const iso = new Date(shown * 1000).toISOString();
    return `${iso.slice(0, 10)}${separator}${iso.slice(11, 19)}${fraction}${of}`;
  });
const two = (number: number) => String(number).padStart(2, "0");

const direction = fc.constantFrom("BUY", "SELL");

const spellings = {
  lower: (digits: string) => digits,
  upper: (digits: string) => digits.toUpperCase(),
  mixed: (digits: string) => digits.replace(/[ace]/g, (digit) => digit.toUpperCase()),
};
const spelling = fc.constantFrom(...(Object.keys(spellings) as Array<keyof typeof spellings>));
const digits = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => Buffer.from(array).toString("hex"));
const hash = fc
  .tuple(fc.oneof(fc.constantFrom("0a".repeat(32), "ef".repeat(32)), digits(32)), spelling)
  .map(([hex, how]) => `0x${spellings[how](hex)}`);
const token = fc
  .tuple(
    fc.constantFrom("", "0x"),
    fc.oneof(digits(28), fc.integer({ min: 29, max: 60 }).chain(digits)),
    spelling,
  )
  .map(([prefix, hex, how]) => prefix + spellings[how](hex));

const exponentOf = (value: number | bigint): number =>
  Number(Number(value).toExponential().split("e")[1]);

/** With an exponent that leaves units which a decimal of the other services can hold. */
const oracle = fc
  .record({
    pyth_price: anyNumber,
    pyth_confidence: atLeastZero,
    unit: fc.oneof(fc.constant(0.9), fc.double({ min: 0, max: 1, noNaN: true })),
    any32: fc.integer(),
    pyth_publish_time: moment,
  })
  .map(({ pyth_price, pyth_confidence, unit, any32, pyth_publish_time }) => {
    const sizes = [pyth_price, pyth_confidence].filter((value) => Number(value) !== 0);
    const exponents = sizes.map(exponentOf);
    const [least, greatest] = [Math.max(...exponents) - 27, Math.min(...exponents) + 400];
    const exponent = sizes.length === 0 ? any32 : Math.round(greatest - unit * (greatest - least));
    return { pyth_price, pyth_confidence, pyth_exponent: BigInt(exponent), pyth_publish_time };
  });

const noOracle = {
  pyth_price: null,
  pyth_confidence: null,
  pyth_exponent: null,
  pyth_publish_time: null,
};

const trade = fc
  .record({
    id: any64,
    tx_hash: hash,
    log_index: count,
    symbol: text,
    amount: aboveZero,
    direction,
    price_usdc: aboveZero,
    created_at: fc.option(moment, { freq: 3 }),
    block_timestamp: fc.option(moment),
    instead: moment,
    gas_used: fc.option(count),
    effective_gas_price: fc.option(count),
    oracle: fc.option(oracle),
    queue: fc.option(
      fc.record({
        block_number: count,
        how: spelling,
        as: fc.constantFrom("INTEGER" as const, "REAL" as const, "TEXT" as const),
        isTwice: fc.boolean(),
      }),
      { freq: 2 },
    ),
  })
  .map(({ created_at, instead, oracle, ...row }) => ({
    ...row,
    created_at: created_at ?? (row.block_timestamp === null ? instead : null),
    ...(oracle ?? noOracle),
  }));
type Trade = typeof trade extends fc.Arbitrary<infer A> ? A : never;

const position = fc.record({
  symbol: text,
  accumulated_long: atLeastZero,
  accumulated_short: atLeastZero,
  net: fc.oneof(
    fc.constantFrom("agrees", "noise"),
    anyNumber,
    fc.constant(null), // Only where `computed` decides, and where the column may be NULL.
  ),
  pending_execution_id: fc.option(
    fc.oneof(fc.bigInt(0n, 5n), any64), // Some of these orders are there.
  ),
  last_updated: moment,
});
type Position = typeof position extends fc.Arbitrary<infer A> ? A : never;

const order = fc
  .record({
    id: fc.oneof(fc.bigInt(0n, 5n), any64),
    symbol: text,
    shares: aboveZero,
    direction,
    broker: fc.nat({ max: 5 }),
    status: fc.constantFrom("PENDING", "SUBMITTED", "FILLED", "FAILED"),
    name: text,
    column: fc.constantFrom("order_id", "broker_order_id", "both", "none"),
    price_cents: fc.option(count),
    cents: count,
    executed_at: moment,
  })
  .map(({ name, column, price_cents, cents, executed_at, ...row }) => {
    const { status } = row;
    const where = column === "none" && needsId.test(status) ? "both" : column;
    return {
      ...row,
      order_id: where === "order_id" || where === "both" ? name : null,
      broker_order_id: where === "broker_order_id" || where === "both" ? name : null,
      price_cents: status === "FILLED" ? (price_cents ?? cents) : price_cents,
      executed_at: status === "FILLED" || status === "FAILED" ? executed_at : null,
    };
  });
type Order = typeof order extends fc.Arbitrary<infer A> ? A : never;
const needsId = /SUBMITTED|FILLED/;

const auth = fc.record({
  access_token: token,
  access_token_fetched_at: moment,
  refresh_token: token,
  refresh_token_fetched_at: moment,
});

const few = <A>(row: fc.Arbitrary<A>, ...keys: ReadonlyArray<(row: A) => unknown>) =>
  keys.reduce<fc.Arbitrary<Array<A>>>(
    (rows, key) => rows.map((all) => [...new Map(all.map((one) => [key(one), one])).values()]),
    fc.array(row, { maxLength: 6 }),
  );

/** SQLite writes these characters alike in UTF-16. */
const apart = (symbol: string) => symbol.replace(/[\ufffe\uffff]/gu, "\ufffd");

const apartIn = (tables: AnyFile["tables"]): AnyFile["tables"] =>
  Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => [
      table,
      rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, cell]) => [
            name,
            typeof cell === "string" ? apart(cell) : cell,
          ]),
        ),
      ),
    ]),
  );

const rowKey = ({ tx_hash, log_index }: Pick<Trade, "tx_hash" | "log_index">) =>
  `${tx_hash.toLowerCase()}:${log_index}`;

export const anyFile: fc.Arbitrary<AnyFile> = fc
  .record({
    age: fc.constantFrom(...ages),
    shape: fc.constantFrom<AnyFile["shape"]>("bot", "copy", "untyped"),
    encoding: fc.constantFrom<AnyFile["encoding"]>("UTF-8", "UTF-8", "UTF-16le", "UTF-16be"),
    journalMode: fc.constantFrom<AnyFile["journalMode"]>("delete", "wal"),
    hasLog: fc.boolean(),
    netPosition: fc.constantFrom<AnyFile["netPosition"]>(null, "column", "computed"),
    trades: few(trade, ({ id }) => id, rowKey),
    strangers: few(fc.record({ tx_hash: hash, log_index: count, block_number: count }), rowKey),
    positions: few(position, ({ symbol }) => apart(symbol)),
    orders: few(order, ({ id }) => id),
    auth: fc.option(auth, { freq: 3 }),
  })
  .map(({ trades, strangers, positions, orders, auth, ...file }) => ({
    ...file,
    tables: {
      onchain_trades: trades.map((row) => tradeOf(row, file)),
      trade_accumulators: positions.map((row) => positionOf(row, file)),
      [ordersTable(file.age)]: ordersOf(orders, file),
      event_queue: [
        ...trades.flatMap((row) => queueOf(row, file)),
        ...strangers
          .filter((row) => !trades.some((known) => rowKey(known) === rowKey(row)))
          .map(waiting),
      ],
      // Tokens from before they were encrypted are refused.
      schwab_auth:
        auth === null || !has(file.age, "encryption_version")
          ? []
          : [{ id: 1n, ...auth, encryption_version: 1n }],
    },
  }))
  .map((file) => (file.encoding === "UTF-8" ? file : { ...file, tables: apartIn(file.tables) }));

type Of = Pick<AnyFile, "age" | "shape" | "netPosition">;

const unless = (condition: boolean, row: Row): Row => (condition ? {} : row);

const tradeOf = (
  { queue: _, instead: __, ...row }: Trade & { instead?: string },
  { age }: Of,
): Row => {
  const { block_timestamp, gas_used, effective_gas_price, ...rest } = row;
  const { pyth_price, pyth_confidence, pyth_exponent, pyth_publish_time, ...always } = rest;
  const created_at = always.created_at ?? (has(age, "block_timestamp") ? null : block_timestamp);
  return {
    ...always,
    created_at,
    ...unless(!has(age, "block_timestamp"), { block_timestamp }),
    ...unless(!has(age, "gas"), { gas_used, effective_gas_price }),
    ...unless(!has(age, "pyth"), {
      pyth_price,
      pyth_confidence,
      pyth_exponent,
      pyth_publish_time,
    }),
  };
};

const waiting = (row: Row): Row => ({
  ...row,
  event_data: "{}",
  processed: 0n,
  created_at: "2025-08-01 12:00:00",
});

const queueOf = ({ queue, tx_hash, log_index }: Trade, { shape }: Of): ReadonlyArray<Row> => {
  if (queue === null) return [];
  const hex = spellings[queue.how](tx_hash.slice(2).toLowerCase());
  const loose = {
    INTEGER: log_index,
    REAL: log_index <= 2n ** 53n ? Number(log_index) : log_index,
    TEXT: String(log_index),
  };
  const row = waiting({
    tx_hash: `0x${hex}`,
    log_index: shape === "untyped" ? loose[queue.as] : log_index,
    block_number: queue.block_number,
  });
  return queue.isTwice && shape !== "bot" ? [row, row] : [row];
};

/** long - short as the bot works it out, or as near to it as the noise of doubles. */
const positionOf = ({ net, ...row }: Position, { age, shape, netPosition }: Of): Row => {
  if (!has(age, "net_position")) return row;
  const [long, short] = [row.accumulated_long, row.accumulated_short].map(Number);
  const agreeing = (long ?? 0) - (short ?? 0);
  const size = Math.max(1, long ?? 0, short ?? 0);
  const isStale = net !== "agrees" && net !== "noise";
  if (net === "noise" || (isStale && netPosition === null)) {
    return { ...row, net_position: agreeing - Math.sign(agreeing) * size * 5e-10 };
  }
  if (!isStale) return { ...row, net_position: agreeing };
  const isNullable = shape !== "bot" && netPosition === "computed";
  return { ...row, net_position: net === null && !isNullable ? agreeing : net };
};

const ordersOf = (orders: ReadonlyArray<Order>, { age, shape }: Of): ReadonlyArray<Row> => {
  const live = new Set<string>();
  const words = shape === "bot" ? brokers(age) : brokers("2026-01-26");
  return orders.map(({ broker, broker_order_id, ...row }): Row => {
    const isLive = row.status === "PENDING" || row.status === "SUBMITTED";
    const isSecond = shape === "bot" && isLive && live.has(apart(row.symbol));
    if (isLive) live.add(apart(row.symbol));
    const fitting: Row = isSecond
      ? { ...row, status: "FAILED", executed_at: "2025-08-01 12:00:00" }
      : row;
    if (has(age, "offchain_trades")) {
      const word = words[broker % words.length] ?? "schwab";
      return { ...fitting, broker: word, broker_order_id };
    }
    return { ...fitting, order_id: row.order_id ?? broker_order_id };
  });
};
