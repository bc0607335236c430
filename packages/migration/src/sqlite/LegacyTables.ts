import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import * as SqliteQuery from "@ledgerfold/event-store/SqliteQuery";
import { sql } from "kysely";
import type { BadCell } from "../BadData.ts";
import { fate, folded } from "../ColumnLedger.ts";
import type { Cell } from "../Cell.ts";
import type { TableRole } from "../LegacySource.ts";

/** What the legacy tables look like in this file, found by looking. */

interface Shape {
  readonly names: ReadonlyArray<string>;
  /** Identifies a row, and reports name it. */
  readonly key: string;
  readonly always: ReadonlyArray<string>;
  /** In files of some ages only. */
  readonly sometimes: ReadonlyArray<string>;
  /** By a name that the table once had, the columns that came with the next one. */
  readonly later?: Readonly<Record<string, ReadonlyArray<string>>>;
}

export const shapes: Readonly<Record<TableRole, Shape>> = {
  trades: {
    names: ["onchain_trades"],
    key: "id",
    always: [
      "id",
      "tx_hash",
      "log_index",
      "symbol",
      "amount",
      "direction",
      "price_usdc",
      "created_at",
    ],
    sometimes: [
      "block_timestamp",
      "gas_used",
      "effective_gas_price",
      "pyth_price",
      "pyth_confidence",
      "pyth_exponent",
      "pyth_publish_time",
    ],
  },
  positions: {
    names: ["trade_accumulators"],
    key: "symbol",
    always: [
      "symbol",
      "accumulated_long",
      "accumulated_short",
      "pending_execution_id",
      "last_updated",
    ],
    sometimes: ["net_position"],
  },
  orders: {
    names: ["offchain_trades", "schwab_executions"],
    key: "id",
    always: [
      "id",
      "symbol",
      "shares",
      "direction",
      "order_id",
      "price_cents",
      "status",
      "executed_at",
      "broker",
      "broker_order_id",
    ],
    sometimes: [],
    later: { schwab_executions: ["broker", "broker_order_id"] },
  },
  auth: {
    names: ["schwab_auth"],
    key: "id",
    always: [
      "id",
      "access_token",
      "access_token_fetched_at",
      "refresh_token",
      "refresh_token_fetched_at",
    ],
    sometimes: ["encryption_version"],
  },
};

export interface FoundTable extends Shape {
  readonly name: string;
  /** In lower case. */
  readonly columns: ReadonlySet<string>;
  readonly problems: ReadonlyArray<BadCell>;
  /** Of text in the whole file: `UTF-8`, `UTF-16le` or `UTF-16be`. */
  readonly encoding: string;
}

export type Found = Readonly<Record<TableRole, FoundTable | undefined>>;

/** Builds queries on tables whose columns are known only at run time. */
export const legacy = SqliteQuery.builder<Record<string, Record<string, Cell>>>();

/** The columns of a table, in lower case; empty when there is none. */
export const columnsOf = (database: Service, table: string): ReadonlySet<string> =>
  new Set(
    database
      .execute(
        SqliteQuery.raw(sql<{ name: string }>`select name from pragma_table_xinfo(${table})`),
      )
      .map(({ name }) => folded(name)),
  );

export const find = (database: Service): Found => ({
  trades: findTable(database, shapes.trades),
  positions: findTable(database, shapes.positions),
  orders: findTable(database, shapes.orders),
  auth: findTable(database, shapes.auth),
});

const findTable = (database: Service, shape: Shape): FoundTable | undefined => {
  const there = shape.names.flatMap((name) => {
    const kind = kindOf(database, name);
    return kind === undefined ? [] : [{ name, kind }];
  });
  // A view under one of the names is no second table; alone, it is no table either.
  const tables = there.filter(({ kind }) => kind !== "view");
  const [table = there[0]] = tables;
  if (table === undefined) return undefined;
  const { name, kind } = table;
  // What this table never had is left out, or the run has been refused.
  const columns = new Set([...columnsOf(database, name)].filter(isDeclaredIn(name)));
  const later = shape.later?.[name] ?? [];
  const missing = shape.always.filter((column) => !columns.has(column) && !later.includes(column));
  const problem = (column: string, rule: string): BadCell => {
    return { table: name, key: "", column, value: "", rule };
  };
  const problems = [
    ...(tables.length > 1
      ? [problem("", `is there as ${tables[1]?.name} too: the same table under two names`)]
      : []),
    ...(kind === "table" ? [] : [problem("", `is a ${kind}, unlike any table that the bot made`)]),
    ...(columns.has("rowid") ? [problem("rowid", "hides which row is which: drop it")] : []),
    ...missing.map((column) => problem(column, "is missing: every version of this table has it")),
  ];
  return { ...shape, name, columns, problems, encoding: encodingOf(database) };
};

/** The name `rowid` is nobody's, and its presence has a rule of its own. */
const isDeclaredIn = (table: string) => (column: string) =>
  column === "rowid" || fate(table, column) !== undefined;

const encodingOf = (database: Service): string => {
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ encoding: string }>`select encoding from pragma_encoding`),
  );
  return found?.encoding ?? "UTF-8";
};

/** Undefined where nothing has that name. */
export const kindOf = (database: Service, name: string): string | undefined => {
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ type: string; wr: bigint }>`
      select type, wr from pragma_table_list where schema = 'main' and name = ${name} collate nocase`),
  );
  if (found === undefined) return undefined;
  return found.wr === 0n ? found.type : "table WITHOUT ROWID";
};
