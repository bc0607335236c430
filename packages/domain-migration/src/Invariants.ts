import * as Cell from "@ledgerfold/verifier/Cell";
import type { Row } from "@ledgerfold/verifier/Cell";
import * as Decimal from "@ledgerfold/verifier/Decimal";
import { quoted } from "@ledgerfold/verifier/internal/Display";
import type * as Finding from "@ledgerfold/verifier/Finding";
import * as Findings from "@ledgerfold/verifier/Findings";

/**
 * The bot's own law, asked of the legacy rows alone: for each base symbol long is the sum of its
 * BUY trades less that of its SELL orders, short is the sum of its SELL trades less that of its BUY
 * orders, whatever became of the orders; and an order that is live is the one that its position
 * waits for. Keeps one entry a symbol, and reads each table once.
 */
export const findings = Findings.fold<Books>({
  kinds: {
    "long-differs":
      "`accumulated_long` is not the sum of the symbol's BUY trades less that of its SELL orders, of every status",
    "short-differs":
      "`accumulated_short` is not the sum of its SELL trades less that of its BUY orders",
    "hedged-directions":
      "long and short come out only if the trades from before 2025-09-18 have the direction of their hedge: BUY orders from then are taken from long, SELL orders from short",
    "no-position": "trades or orders of a symbol that has no row in `trade_accumulators`",
    "pending-order-missing": "a position waits for an order that does not exist",
    "pending-order-of-another-symbol": "the order that a position waits for is of another symbol",
    "pending-order-not-live":
      "the order that a position waits for is neither PENDING nor SUBMITTED",
    "live-order-not-awaited":
      "an order is live, and the position of its symbol does not wait for it",
    "several-live-orders": "a symbol has more than one live order",
  },
  start: () => new Books(),
  read: [
    {
      tables: ["trade_accumulators"],
      columns: [
        "symbol",
        "accumulated_long",
        "accumulated_short",
        "pending_execution_id",
        "last_updated",
      ],
      add: (books, row) => void addPosition(books, row) as undefined,
    },
    {
      tables: ["onchain_trades"],
      columns: ["symbol", "direction", "amount"],
      add: (books, row) => void addTrade(books, row) as undefined,
    },
    {
      tables: ["offchain_trades", "schwab_executions"],
      columns: ["id", "symbol", "direction", "shares", "status", "executed_at"],
      add: (books, row) => addOrder(books, row).map(told),
    },
  ],
  *end(books) {
    for (const [symbol, book] of books.all) yield judge(symbol, book, books.awaited).map(told);
  },
});

interface Position {
  /** Undefined where the cells hold no numbers, which is a difference. */
  readonly long: Decimal.Decimal | undefined;
  readonly short: Decimal.Decimal | undefined;
  readonly pending: bigint | null;
  readonly isEarly: boolean;
}

/** Of one base symbol. */
class Book {
  readonly trades = { BUY: new Decimal.Sum(), SELL: new Decimal.Sum() };
  readonly orders = { BUY: new Decimal.Sum(), SELL: new Decimal.Sum() };
  /** Those of the orders from before trades had their own direction. */
  readonly early = { BUY: new Decimal.Sum(), SELL: new Decimal.Sum() };
  /** More than one only in a damaged file. */
  readonly positions: Array<Position> = [];
  readonly live: Array<bigint> = [];
  liveCount = 0;
  /** Whether a row of it holds what is no number or no direction, which is a difference. */
  isUnreadable = false;

  add(
    side: "trades" | "orders" | "early",
    direction: Cell.Cell | undefined,
    size: Cell.Cell | undefined,
  ) {
    const isSide = direction === "BUY" || direction === "SELL";
    if (isSide && typeof size === "number" && Number.isFinite(size)) {
      this[side][direction].addDouble(size);
      return;
    }
    const amount = decimal(size);
    if (isSide && amount !== undefined) {
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
    isEarly: isEarly(row.last_updated) ?? false,
  });
};

/** The bot wrote the direction of the hedge until then. Undefined where there is no moment. */
const isEarly = (cell: Cell.Cell | undefined): boolean | undefined => {
  const moment = Cell.moment(cell);
  return typeof moment === "bigint" ? moment < turned : undefined;
};
const turned = BigInt(Date.UTC(2025, 8, 18)) * 1_000_000n;

const addTrade = (books: Books, { symbol, direction, amount }: Row): void => {
  if (isText(symbol)) books.ofToken(symbol).add("trades", direction, amount);
};

const addOrder = (books: Books, row: Row): ReadonlyArray<Fact> => {
  const { id, symbol, direction, shares } = row;
  if (!isText(symbol)) return [];
  const book = books.of(symbol);
  book.add("orders", direction, shares);
  // A live order has no moment, and is as old as its position.
  const early = isEarly(row.executed_at) ?? book.positions.some((one) => one.isEarly);
  if (early) book.add("early", direction, shares);
  if (typeof id !== "bigint") return [];
  const status = typeof row.status === "string" ? row.status : "";
  if (books.awaited.get(id) === null) books.awaited.set(id, { symbol, status: shown(status) });
  if (!isLive(status)) return [];
  book.liveCount += 1;
  if (book.live.length < mostNamed) book.live.push(id);
  if (book.positions.some(({ pending }) => pending === id)) return [];
  const mayBeForgotten = book.positions.some(({ pending }) => pending === null);
  return [{ kind: "live-order-not-awaited", symbol, order: id, status, mayBeForgotten }];
};

const mostNamed = 20;
const isLive = (status: string): boolean => status === "PENDING" || status === "SUBMITTED";
const shown = (status: string): string => (/^[A-Z]+$/.test(status) ? status : quoted(status));

const judge = (symbol: string, book: Book, awaited: Books["awaited"]): ReadonlyArray<Fact> => {
  const { live, liveCount, positions } = book;
  return [
    ...lawful(symbol, book),
    ...positions.flatMap(({ pending }) => waiting(symbol, pending, awaited)),
    ...(liveCount > 1
      ? [{ kind: "several-live-orders", symbol, orders: live, count: liveCount } as const]
      : []),
  ];
};

const lawful = (symbol: string, book: Book): ReadonlyArray<Fact> => {
  const { trades, orders, early, positions, isUnreadable } = book;
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
  const isOff = (place: number, expected: Decimal.Decimal) =>
    Decimal.isLess(noise, Decimal.abs(Decimal.subtract(stored[place] ?? "0e0", expected)));
  const moved = Decimal.subtract(early.BUY.value, early.SELL.value);
  const hedged = [
    Decimal.subtract(long ?? "0e0", moved),
    Decimal.subtract(short ?? "0e0", Decimal.subtract("0e0", moved)),
  ];
  const differing = sides.flatMap((side, place): ReadonlyArray<Fact> => {
    const expected = Decimal.subtract(side.trades, side.orders);
    const found = stored[place] ?? "0e0";
    if (!isOff(place, expected)) return [];
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
  return differing.length > 0 && !hedged.some((expected, place) => isOff(place, expected))
    ? [{ kind: "hedged-directions", symbol }]
    : differing;
};

const waiting = (
  symbol: string,
  order: bigint | null,
  awaited: Books["awaited"],
): ReadonlyArray<Fact> => {
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

type Fact =
  | Accumulated
  | { readonly kind: "hedged-directions"; readonly symbol: string }
  | {
      /** Trades or orders of a symbol that has no row of its own. */
      readonly kind: "no-position";
      readonly symbol: string;
      readonly long: string;
      readonly short: string;
    }
  | { readonly kind: "pending-order-missing"; readonly symbol: string; readonly order: bigint }
  | {
      readonly kind: "pending-order-of-another-symbol";
      readonly symbol: string;
      readonly order: bigint;
      readonly orderSymbol: string;
    }
  | {
      readonly kind: "pending-order-not-live";
      readonly symbol: string;
      readonly order: bigint;
      readonly status: string;
    }
  | {
      /** A live order that the position of its symbol does not wait for. */
      readonly kind: "live-order-not-awaited";
      readonly symbol: string;
      readonly order: bigint;
      readonly status: string;
      /** Whether the position waits for nothing, as after the bot's migration of its schema. */
      readonly mayBeForgotten: boolean;
    }
  | {
      readonly kind: "several-live-orders";
      readonly symbol: string;
      /** The first of them. */
      readonly orders: ReadonlyArray<bigint>;
      readonly count: number;
    };

/** What the position has accumulated is not what its trades and orders make. */
interface Accumulated {
  readonly kind: "long-differs" | "short-differs";
  readonly symbol: string;
  /** Exact decimals, all of them. */
  readonly stored: string;
  /** `trades` - `orders`. */
  readonly expected: string;
  readonly trades: string;
  readonly orders: string;
}

const told = (fact: Fact): Finding.Finding => ({ kind: fact.kind, text: sentence(fact) });

const sentence = (finding: Fact): string => {
  const position = `position ${quoted(finding.symbol)}`;
  switch (finding.kind) {
    case "long-differs":
    case "short-differs": {
      const { stored, expected, trades, orders } = finding;
      const [side, trade, order] =
        finding.kind === "long-differs" ? ["long", "BUY", "SELL"] : ["short", "SELL", "BUY"];
      return `${position} has accumulated_${side} ${stored}, but ${trade} trades of ${trades} less ${order} orders of ${orders} make ${expected}`;
    }
    case "hedged-directions":
      return `${position} has what its trades and orders make only if BUY and SELL of its trades from before 2025-09-18 are those of the hedge; then its long and short are the hedge's too, as far as they are from then`;
    case "no-position":
      return `${position} does not exist, but its trades and orders make long ${finding.long} and short ${finding.short}`;
    case "pending-order-missing":
      return `${position} waits for order ${finding.order}, which does not exist`;
    case "pending-order-of-another-symbol":
      return `${position} waits for order ${finding.order}, which is of ${quoted(finding.orderSymbol)}`;
    case "pending-order-not-live":
      return `${position} waits for order ${finding.order}, which is ${finding.status}`;
    case "live-order-not-awaited": {
      const { order, status, mayBeForgotten } = finding;
      const advice = mayBeForgotten
        ? `: the bot's own schema migration of 2026-01-26 makes positions forget their orders; settle it with the broker, or set pending_execution_id to ${order} again, before you migrate`
        : "";
      return `${position} does not wait for order ${order} of its symbol, which is ${status}${advice}`;
    }
    case "several-live-orders": {
      const { orders, count } = finding;
      const more = count > orders.length ? ` and ${count - orders.length} more` : "";
      return `${position} has ${count} live orders: ${orders.join(", ")}${more}`;
    }
  }
};
