import type { FileTable } from "@ledgerfold/event-store/sqlite/FileSchema";
import { Schema } from "effect";
import { quote } from "./Cell.ts";

/**
 * What becomes of every column and table that a bot's file is known to have, of all schema ages: it
 * is carried, something is derived from it, or it is left out for a reason. What is not declared
 * here stops a migration until the operator names it.
 */

/** What becomes of a column. Fields are `Aggregate.field` of the first event of a stream. */
export interface Fate {
  readonly fate: "carried" | "derived" | "left out";
  /** The fields that hold its value. */
  readonly to: ReadonlyArray<string>;
  /** The fields that are worked out from it, maybe with others. */
  readonly into: ReadonlyArray<string>;
  /** How, or why not; may be empty for what is simply carried. */
  readonly words: string;
}

const carried = (to: string, words = "", into: ReadonlyArray<string> = []): Fate => ({
  fate: "carried",
  to: [to],
  into,
  words,
});
const derived = (words: string, ...into: ReadonlyArray<string>): Fate => ({
  fate: "derived",
  to: [],
  into,
  words,
});
const leftOut = (words: string): Fate => ({ fate: "left out", to: [], into: [], words });

interface Table {
  readonly columns: Readonly<Record<string, Fate>>;
  /** Why any other column is left out. Without it another column is undeclared. */
  readonly rest?: string;
}

const leftAlone = (rest: string): Table => ({ columns: {}, rest });

const inUnits = "as whole units of 10^pyth_exponent";

const orders = {
  id: carried("OffchainOrder.aggregate_id", "a position names its pending order by it", [
    "Position.pending_shares",
    "Position.pending_direction",
  ]),
  symbol: carried("OffchainOrder.symbol", "a pending order must be of its position's symbol", [
    "Position.pending_shares",
    "Position.pending_direction",
  ]),
  shares: carried("OffchainOrder.shares", "a position carries those of its pending order", [
    "Position.pending_shares",
  ]),
  direction: carried("OffchainOrder.direction", "a position carries that of its pending order", [
    "Position.pending_direction",
  ]),
  order_id: carried("OffchainOrder.broker_order_id"),
  price_cents: carried("OffchainOrder.price_cents"),
  status: carried("OffchainOrder.status"),
  executed_at: carried("OffchainOrder.executed_at"),
};

const tables: Readonly<Record<string, Table>> = {
  onchain_trades: {
    columns: {
      id: carried("OnChainTrade.legacy_id"),
      tx_hash: carried(
        "OnChainTrade.aggregate_id",
        "in lower case; finds the trade's row of event_queue",
        ["OnChainTrade.block_number"],
      ),
      log_index: carried("OnChainTrade.aggregate_id", "finds the trade's row of event_queue", [
        "OnChainTrade.block_number",
      ]),
      symbol: carried("OnChainTrade.symbol"),
      amount: carried("OnChainTrade.amount"),
      direction: carried("OnChainTrade.direction"),
      price_usdc: carried("OnChainTrade.price_usdc"),
      created_at: carried("OnChainTrade.created_at", "stands for a missing block_timestamp", [
        "OnChainTrade.block_timestamp",
      ]),
      block_timestamp: carried("OnChainTrade.block_timestamp"),
      gas_used: carried("OnChainTrade.gas_used"),
      effective_gas_price: carried("OnChainTrade.effective_gas_price"),
      pyth_price: carried("OnChainTrade.pyth_price.value", inUnits),
      pyth_confidence: carried("OnChainTrade.pyth_price.conf", inUnits),
      pyth_exponent: carried("OnChainTrade.pyth_price.expo", "the unit of price and confidence", [
        "OnChainTrade.pyth_price.value",
        "OnChainTrade.pyth_price.conf",
      ]),
      pyth_publish_time: carried("OnChainTrade.pyth_price.publish_time"),
    },
  },
  trade_accumulators: {
    columns: {
      symbol: carried("Position.symbol", "the stream's id too; a pending order must be of it", [
        "Position.aggregate_id",
        "Position.pending_shares",
        "Position.pending_direction",
      ]),
      net_position: carried(
        "Position.net_position",
        "while it agrees with long - short; for a stale one see --net-position",
      ),
      accumulated_long: carried(
        "Position.accumulated_long",
        "the net is long - short without a net_position that is carried",
        ["Position.net_position"],
      ),
      accumulated_short: carried(
        "Position.accumulated_short",
        "the net is long - short without a net_position that is carried",
        ["Position.net_position"],
      ),
      pending_execution_id: carried("Position.pending_execution_id", "finds the order's row", [
        "Position.pending_shares",
        "Position.pending_direction",
      ]),
      last_updated: carried("Position.last_updated"),
    },
  },
  offchain_trades: {
    columns: {
      ...orders,
      broker: carried("OffchainOrder.broker", "letter for letter in legacy_broker", [
        "OffchainOrder.legacy_broker",
      ]),
      broker_order_id: carried("OffchainOrder.broker_order_id", "order_id says the same"),
    },
  },
  schwab_executions: { columns: orders },
  schwab_auth: {
    columns: {
      id: derived("must be 1: there is one stream of tokens", "SchwabAuth.aggregate_id"),
      access_token: carried("SchwabAuth.access_token", "still encrypted"),
      access_token_fetched_at: carried("SchwabAuth.access_token_fetched_at"),
      refresh_token: carried("SchwabAuth.refresh_token", "still encrypted"),
      refresh_token_fetched_at: carried("SchwabAuth.refresh_token_fetched_at"),
      encryption_version: derived(
        "must be 1, the encryption that all stored tokens have",
        "SchwabAuth.access_token",
        "SchwabAuth.refresh_token",
      ),
    },
  },
  event_queue: {
    columns: {
      tx_hash: derived("finds the trade, whatever the case", "OnChainTrade.block_number"),
      log_index: derived("finds the trade", "OnChainTrade.block_number"),
      block_number: carried("OnChainTrade.block_number", "0 where no row knows the trade"),
    },
    rest: "the bot's own queue, of which only block numbers are needed",
  },
  trade_execution_links: leftAlone("audit of which trade an order hedged; the events replace it"),
  metrics_pnl: leftAlone("figures, which can be worked out from the events again"),
  pyth_prices: leftAlone("prices from outside, not the bot's own"),
  symbol_locks: leftAlone("locks of the running bot"),
  _sqlx_migrations: leftAlone("the bot's own record of its schema"),
  events: leftAlone("the event log itself"),
  snapshots: leftAlone("the event log's own"),
};

/** Tables by how their names are built. */
const families: ReadonlyArray<readonly [name: string, pattern: RegExp, why: string]> = [
  ["*_view", /_view$/, "views of the event log, ours and those of other services"],
  ["ledgerfold_*", /^ledgerfold_/, "of our own making"],
  ["sqlite_*", /^sqlite_/, "SQLite's own"],
];

/** What the first events say that no column does, and where that is from. */
export const added: Readonly<Record<string, string>> = {
  "OnChainTrade.migrated_at": "the moment of the run",
  "Position.migrated_at": "the moment of the run",
  "Position.threshold": "one whole share",
  "OffchainOrder.migrated_at": "the moment of the run",
};

/** The tables and columns that are declared by name. */
export const declared: Readonly<Record<string, Readonly<Record<string, Fate>>>> =
  Object.fromEntries(Object.entries(tables).map(([name, { columns }]) => [name, columns]));

/** SQLite takes only the letters of ASCII for the same in both cases. */
export const folded = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const ofTable = (name: string): Table | undefined => {
  const known = folded(name);
  if (Object.hasOwn(tables, known)) return tables[known];
  const [, , why] = families.find(([, pattern]) => pattern.test(known)) ?? [];
  return why === undefined ? undefined : leftAlone(why);
};

const ofColumn = ({ columns, rest }: Table, name: string): Fate | undefined => {
  const known = folded(name);
  if (Object.hasOwn(columns, known)) return columns[known];
  return rest === undefined ? undefined : leftOut(rest);
};

/** What becomes of this column; undefined where nobody has declared it. */
export const fate = (table: string, column: string): Fate | undefined => {
  const found = ofTable(table);
  return found === undefined ? undefined : ofColumn(found, column);
};

/** Something in a file that nobody has declared: a whole table, or a column of one. */
export interface Undeclared {
  readonly table: string;
  readonly column: string | null;
}

/** As `--leave-out` names it. */
const nameOf = ({ table, column }: Undeclared): string =>
  column === null ? table : `${table}.${column}`;

/** The same, fit for a screen; `--leave-out` takes this form as well. */
export const show = (undeclared: Undeclared): string => quote(nameOf(undeclared)).slice(1, -1);

const undeclaredIn = (schema: ReadonlyArray<FileTable>): ReadonlyArray<Undeclared> =>
  schema.flatMap(({ name: table, columns }): ReadonlyArray<Undeclared> => {
    const found = ofTable(table);
    if (found === undefined) return [{ table, column: null }];
    return columns
      .filter((column) => ofColumn(found, column) === undefined)
      .map((column) => ({ table, column }));
  });

/** What is undeclared in a file, and what of it the operator has named to leave it out. */
export interface Judged {
  readonly undeclared: ReadonlyArray<Undeclared>;
  readonly leftOut: ReadonlyArray<Undeclared>;
  /** Names given for nothing. */
  readonly unknown: ReadonlyArray<string>;
}

export const judge = (
  schema: ReadonlyArray<FileTable>,
  leaveOut: ReadonlyArray<string> = [],
): Judged => {
  const names = new Set(leaveOut.map(folded));
  const all = undeclaredIn(schema);
  const namesOf = (one: Undeclared) => [folded(nameOf(one)), folded(show(one))];
  const isNamed = (one: Undeclared) => namesOf(one).some((name) => names.has(name));
  const known = new Set(all.flatMap(namesOf));
  return {
    undeclared: all.filter((one) => !isNamed(one)),
    leftOut: all.filter(isNamed),
    unknown: leaveOut.filter((name) => !known.has(folded(name))),
  };
};

/** A schema nobody has seen, so nothing was written. */
export class UndeclaredSchema extends Schema.TaggedError<UndeclaredSchema>()("UndeclaredSchema", {
  /** Tables, and columns as `table.column`. */
  names: Schema.Array(Schema.String),
}) {
  override get message() {
    const options = this.names.map((name) => `--leave-out ${inShell(name)}`).join(" ");
    return `This file has what no known version of the bot made: ${list(this.names)}. Nothing was written, as it would be lost without a word. Look at it, and to go on without it add ${options}.`;
  }
}

/** `--leave-out` names what is not there or is not left out; nothing was written. */
export class NothingToLeaveOut extends Schema.TaggedError<NothingToLeaveOut>()(
  "NothingToLeaveOut",
  { names: Schema.Array(Schema.String), nameable: Schema.Array(Schema.String) },
) {
  override get message() {
    const choice =
      this.nameable.length === 0
        ? "In this file nothing has to be named."
        : `What has to be named is ${list(this.nameable)}.`;
    return `--leave-out names ${list(this.names)}, which this file does not have or which the column ledger has declared. ${choice} See migrate_to_events ledger.`;
  }
}

/** Fails where something is undeclared, or named for nothing. */
export const refusal = (judged: Judged): UndeclaredSchema | NothingToLeaveOut | undefined => {
  const undeclared = judged.undeclared.map(show);
  if (judged.unknown.length > 0) {
    const names = judged.unknown.map((name) => quote(name).slice(1, -1));
    const nameable = [...judged.leftOut, ...judged.undeclared].map(show);
    return new NothingToLeaveOut({ names, nameable });
  }
  return undeclared.length > 0 ? new UndeclaredSchema({ names: undeclared }) : undefined;
};

const list = (names: ReadonlyArray<string>): string => names.join(", ");

const inShell = (name: string): string =>
  /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;

/** One line of the ledger: a table, a column (or `*` for all others) and what becomes of it. */
export type Line = readonly [table: string, column: string, becomes: string];

/** In words, as the ledger prints it. */
export const describe = ({ fate: kind, to, into, words }: Fate): string => {
  const places = [
    ...(to.length === 0 ? [] : [`to ${list(to)}`]),
    ...(into.length === 0 ? [] : [`into ${list(into)}`]),
  ].join(", and ");
  return `${[kind, places].filter((part) => part !== "").join(" ")}${words === "" ? "" : `: ${words}`}`;
};

/** The whole ledger. */
export const lines = (): ReadonlyArray<Line> => [
  ...Object.entries(tables).flatMap(([table, { columns, rest }]) => [
    ...Object.entries(columns).map(([column, found]): Line => [table, column, describe(found)]),
    ...(rest === undefined ? [] : [[table, "*", describe(leftOut(rest))] as const]),
  ]),
  ...families.map(([name, , why]): Line => [name, "*", describe(leftOut(why))]),
  ...Object.entries(added).map(([field, how]): Line => ["", "", `added as ${field}: ${how}`]),
];

/** What becomes of what one file has; what is undeclared says so. */
export const linesOf = (schema: ReadonlyArray<FileTable>): ReadonlyArray<Line> =>
  schema.flatMap(({ name, columns }): ReadonlyArray<Line> => {
    const table = quote(name).slice(1, -1);
    if (ofTable(name) === undefined)
      return [[table, "*", undeclared({ table: name, column: null })]];
    if (columns.length === 0) return [[table, "*", "a virtual table, and none of the bot's"]];
    return columns.map((column) => {
      const found = fate(name, column);
      const becomes = found === undefined ? undeclared({ table: name, column }) : describe(found);
      return [table, quote(column).slice(1, -1), becomes];
    });
  });

const undeclared = (one: Undeclared): string => `UNDECLARED: see --leave-out ${inShell(show(one))}`;

/** As a table of Markdown, which reads well on a terminal too. */
export const print = (rows: ReadonlyArray<Line>): string => {
  const all = [["table", "column", "becomes"] as const, ...rows].map(escaped);
  const widths = [0, 1, 2].map((place) => Math.max(...all.map((row) => row[place]?.length ?? 0)));
  const row = (cells: ReadonlyArray<string>, fill = " ") =>
    `| ${cells.map((cell, place) => cell.padEnd(widths[place] ?? 0, fill)).join(" | ")} |`;
  const [head, ...body] = all.map((cells) => row(cells));
  return [head, row(["", "", ""], "-"), ...body].join("\n");
};

const escaped = (line: Line) => line.map((cell) => cell.replaceAll("|", "\\|"));
