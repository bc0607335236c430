import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { breathe } from "@ledgerfold/event-store/breathe";
import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import * as Decimal from "./Decimal.ts";
import { quoted } from "./Display.ts";
import type { Finding } from "./Finding.ts";
import { subject as orderSubject } from "./Orders.ts";
import { columnOf, parameter, query, table } from "./Query.ts";

/**
 * The bot's own law, asked of the legacy rows alone: for each base symbol long is the sum of its
 * BUY trades less that of its SELL orders, short is the sum of its SELL trades less that of its BUY
 * orders, whatever became of the orders; and an order that is live is the one that its position
 * waits for. Keeps one entry a symbol, and reads each table once.
 */
export const check = (
  database: Service,
  tell: (findings: ReadonlyArray<Finding>) => Effect.Effect<void>,
): Effect.Effect<void, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const books = new Books();
    for (const [names, columns, add] of [
      [["trade_accumulators"], positionColumns, addPosition],
      [["onchain_trades"], ["symbol", "direction", "amount"], addTrade],
      [orderSubject.tables, ["id", "symbol", "direction", "shares", "status"], addOrder],
    ] as const) {
      const read = yield* database.run("checking the law", () => pages(database, names, columns));
      for (let rows = read(); rows.length > 0; rows = yield* database.run("checking", read)) {
        yield* tell(rows.flatMap((row) => add(books, row) ?? []));
        yield* breathe;
      }
    }
    for (const [symbol, book] of books.all) yield* tell(judge(symbol, book, books.awaited));
  });

const positionColumns = ["symbol", "accumulated_long", "accumulated_short", "pending_execution_id"];

interface Position {
  /** Undefined where the cells hold no numbers, which is a difference. */
  readonly long: Decimal.Decimal | undefined;
  readonly short: Decimal.Decimal | undefined;
  readonly pending: bigint | null;
}

/** Of one base symbol. */
class Book {
  readonly trades = { BUY: new Decimal.Sum(), SELL: new Decimal.Sum() };
  readonly orders = { BUY: new Decimal.Sum(), SELL: new Decimal.Sum() };
  /** More than one only in a damaged file. */
  readonly positions: Array<Position> = [];
  readonly live: Array<bigint> = [];
  liveCount = 0;
  /** Whether a row of it holds what is no number or no direction, which is a difference. */
  isUnreadable = false;

  add(side: "trades" | "orders", direction: Cell.Cell | undefined, size: Cell.Cell | undefined) {
    const amount = decimal(size);
    if ((direction === "BUY" || direction === "SELL") && amount !== undefined) {
      this[side][direction].add(amount);
    } else {
      this.isUnreadable = true;
    }
  }
}

class Books {
  readonly all = new Map<string, Book>();
  /** The orders that positions wait for, once they are found. */
  readonly awaited = new Map<bigint, { readonly symbol: string; readonly status: string } | null>();
  private readonly byToken = new Map<string, Book>();

  of(symbol: string): Book {
    const known = this.all.get(symbol) ?? new Book();
    this.all.set(symbol, known);
    return known;
  }

  /** `tAAPL`, `AAPL0x` and `AAPLs1` are tokens of AAPL. */
  ofToken(token: string): Book {
    const known = this.byToken.get(token);
    if (known !== undefined) return known;
    const bases = [/^t(.+)$/s, /^(.+)0x$/s, /^(.+)s1$/s].flatMap(
      (form) => form.exec(token)?.[1] ?? [],
    );
    const [first = token] = bases;
    const book = this.of([...bases, token].find((base) => this.all.has(base)) ?? first);
    this.byToken.set(token, book);
    return book;
  }
}

const decimal = (cell: Cell.Cell | undefined): Decimal.Decimal | undefined => {
  const read = Cell.decimal(cell);
  return typeof read === "string" ? read : undefined;
};

/** Bytes that are no text look like this too, and such a row is a difference. */
const isText = (cell: Cell.Cell | undefined): cell is string =>
  typeof cell === "string" && !cell.includes("\ufffd");

const addPosition = (books: Books, row: Row): void => {
  if (!isText(row.symbol)) return;
  const pending = typeof row.pending_execution_id === "bigint" ? row.pending_execution_id : null;
  if (pending !== null) books.awaited.set(pending, null);
  books.of(row.symbol).positions.push({
    long: decimal(row.accumulated_long),
    short: decimal(row.accumulated_short),
    pending,
  });
};

const addTrade = (books: Books, { symbol, direction, amount }: Row): void => {
  if (isText(symbol)) books.ofToken(symbol).add("trades", direction, amount);
};

const addOrder = (books: Books, row: Row): ReadonlyArray<Finding> => {
  const { id, symbol, direction, shares } = row;
  if (!isText(symbol)) return [];
  const book = books.of(symbol);
  book.add("orders", direction, shares);
  if (typeof id !== "bigint") return [];
  const status = typeof row.status === "string" ? row.status : "";
  if (books.awaited.get(id) === null) books.awaited.set(id, { symbol, status: shown(status) });
  if (!isLive(status)) return [];
  book.liveCount += 1;
  if (book.live.length < mostNamed) book.live.push(id);
  return book.positions.some(({ pending }) => pending === id)
    ? []
    : [{ kind: "live-order-not-awaited", symbol, order: id, status }];
};

const mostNamed = 20;
const isLive = (status: string): boolean => status === "PENDING" || status === "SUBMITTED";
const shown = (status: string): string => (/^[A-Z]+$/.test(status) ? status : quoted(status));

const judge = (symbol: string, book: Book, awaited: Books["awaited"]): ReadonlyArray<Finding> => {
  const { live, liveCount, positions } = book;
  return [
    ...lawful(symbol, book),
    ...positions.flatMap(({ pending }) => waiting(symbol, pending, awaited)),
    ...(liveCount > 1
      ? [{ kind: "several-live-orders", symbol, orders: live, count: liveCount } as const]
      : []),
  ];
};

const lawful = (symbol: string, book: Book): ReadonlyArray<Finding> => {
  const { trades, orders, positions, isUnreadable } = book;
  const [position, ...others] = positions;
  if (isUnreadable || others.length > 0) return [];
  const sides = [
    { kind: "long-differs", trades: trades.BUY.value, orders: orders.SELL.value },
    { kind: "short-differs", trades: trades.SELL.value, orders: orders.BUY.value },
  ] as const;
  const [long, short] = sides.map((side) => Decimal.subtract(side.trades, side.orders));
  if (position === undefined) {
    const [shownLong, shownShort] = [Decimal.show(long ?? "0e0"), Decimal.show(short ?? "0e0")];
    return [{ kind: "no-position", symbol, long: shownLong, short: shownShort }];
  }
  if (position.long === undefined || position.short === undefined) return [];
  const stored = [position.long, position.short];
  const noise = Decimal.shift(
    stored.reduce((a, b) => (Decimal.isLess(a, b) ? b : a), "1e0"),
    -9,
  );
  return sides.flatMap((side, place): ReadonlyArray<Finding> => {
    const expected = Decimal.subtract(side.trades, side.orders);
    const found = stored[place] ?? "0e0";
    if (!Decimal.isLess(noise, Decimal.abs(Decimal.subtract(found, expected)))) return [];
    return [
      {
        kind: side.kind,
        symbol,
        stored: Decimal.show(found),
        expected: Decimal.show(expected),
        trades: Decimal.show(side.trades),
        orders: Decimal.show(side.orders),
      },
    ];
  });
};

const waiting = (
  symbol: string,
  order: bigint | null,
  awaited: Books["awaited"],
): ReadonlyArray<Finding> => {
  if (order === null) return [];
  const found = awaited.get(order) ?? null;
  if (found === null) return [{ kind: "pending-order-missing", symbol, order }];
  const { symbol: orderSymbol, status } = found;
  return [
    ...(orderSymbol === symbol
      ? []
      : [{ kind: "pending-order-of-another-symbol", symbol, order, orderSymbol } as const]),
    ...(isLive(status) ? [] : [{ kind: "pending-order-not-live", symbol, order, status } as const]),
  ];
};

const pageSize = 500;

/** Gives the rows of the first of these tables that there is, some at a time, until none is left. */
const pages = (
  database: Service,
  names: ReadonlyArray<string>,
  columns: ReadonlyArray<string>,
): (() => ReadonlyArray<Row>) => {
  const found = names.map((name) => table(database, name)).find((one) => one !== undefined);
  // That it has no rowids is a difference.
  if (found?.hasRowids !== true) return () => [];
  const column = columnOf(found);
  const list = columns.map((name): RawBuilder<unknown> => sql`${column(name)} as ${sql.ref(name)}`);
  const statement = database.prepare(
    query(sql<Row>`
      select legacy.rowid as ledgerfold_rowid, ${sql.join(list)}
      from ${sql.table(found.name)} as legacy where legacy.rowid >= ${parameter}
      order by legacy.rowid limit ${sql.lit(pageSize)}`),
  );
  let from: bigint | undefined = -(2n ** 63n);
  return () => {
    if (from === undefined) return [];
    const rows = statement.all(from);
    const last = rows.at(-1)?.ledgerfold_rowid;
    from = typeof last === "bigint" && last < 2n ** 63n - 1n ? last + 1n : undefined;
    return rows;
  };
};
