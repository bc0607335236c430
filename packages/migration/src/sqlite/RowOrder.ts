import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import * as SqliteQuery from "@ledgerfold/event-store/SqliteQuery";
import { Effect, Option } from "effect";
import { type Compilable, type RawBuilder, sql } from "kysely";
import { type BadCell, display, type RawRow } from "../BadData.ts";
import { type Cell, show } from "../Cell.ts";
import * as LegacyTimestamp from "../LegacyTimestamp.ts";
import type { TableRole } from "../LegacySource.ts";
import { breathe } from "@ledgerfold/event-store/breathe";
import { columnsOf, type FoundTable, kindOf } from "./LegacyTables.ts";

/**
 * The rowids of a table in migration order, in 8 bytes a row, with what the tables beside it say.
 * Rows themselves are read later, by rowid: a statement left open would block the writes between.
 */
export interface RowOrder {
  readonly rowids: BigInt64Array;
  /** What belongs to the row in this place but stands elsewhere. */
  readonly cells: (place: number) => RawRow;
  /** What is wrong with the row in this place beside its own cells. */
  readonly problems: (place: number, key: () => string) => ReadonlyArray<BadCell>;
}

export const none: RowOrder = {
  rowids: new BigInt64Array(0),
  cells: () => nothing,
  problems: () => [],
};

const nothing: RawRow = {};

export const make = (
  database: Service,
  role: TableRole,
  table: FoundTable,
): Effect.Effect<RowOrder, StoreError> =>
  role === "trades" ? trades(database, table) : byKey(database, table);

const byKey = (database: Service, table: FoundTable): Effect.Effect<RowOrder, StoreError> =>
  Effect.gen(function* () {
    const operation = `ordering ${table.name}`;
    const rowids = new BigInt64Array(yield* countOf(database, table));
    const query = SqliteQuery.raw(sql<{ rowid: bigint }>`
      select rowid as rowid from ${sql.table(table.name)}
      order by ${sql.ref(table.key)} collate binary, rowid`);
    yield* each(database, table, query, rowids.length, ({ rowid }, place) => {
      rowids[place] = rowid;
    });
    const twice = yield* database.run(operation, () =>
      doubled(database, table, keyOnce(table.key)),
    );
    return {
      rowids,
      cells: () => nothing,
      problems: (place, key) => twice(rowids[place] ?? 0n, key),
    };
  });

const countOf = (database: Service, table: FoundTable): Effect.Effect<number, StoreError> =>
  database.run(`counting ${table.name}`, () => {
    const [counted] = database.execute(
      SqliteQuery.raw(sql<{ n: bigint }>`select count(*) as n from ${sql.table(table.name)}`),
    );
    return Number(counted?.n ?? 0n);
  });

/** Reads all rows of a query, some thousands at a time; there have to be so many. */
const each = <Row>(
  database: Service,
  table: FoundTable,
  query: Compilable<Row>,
  total: number,
  read: (row: Row, place: number) => void,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const operation = `ordering ${table.name}`;
    const rows = yield* database.run(operation, () => database.prepare(query).iterate());
    let place = 0;
    const batch = database.run(operation, () => {
      for (let n = 0; n < batchSize; n += 1) {
        const next = rows.next();
        if (next.done === true) return true;
        read(next.value, place);
        place += 1;
      }
      return false;
    });
    yield* Effect.zipLeft(batch, breathe).pipe(
      Effect.repeat({ until: (done) => done }),
      Effect.ensuring(Effect.sync(() => rows.return?.())),
    );
    if (place === total) return;
    const message = `${place} rows of ${table.name} were put in order, and there are ${total}`;
    yield* database.run(operation, () => {
      throw new Error(message);
    });
  });

/** By moment, then by id; rows whose moment can't be read come last and are reported when read. */
const trades = (database: Service, table: FoundTable): Effect.Effect<RowOrder, StoreError> =>
  Effect.gen(function* () {
    const total = yield* countOf(database, table);
    const rowids = new BigInt64Array(total);
    const milliseconds = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
    // A file of a million trades must fit in little memory, so what few files need is made by need.
    const nanoseconds = lazily(() => new Int32Array(total));
    const ids = lazily(() => rowids.slice());
    const blocks = lazily(() => new BigInt64Array(total).fill(unknownBlock));
    const conflicts = new Map<bigint, string>();
    yield* each(database, table, tradeKeys(database, table), total, (row, place) => {
      rowids[place] = row.rowid;
      const text = row.block_timestamp ?? row.created_at;
      const moment = typeof text === "string" ? LegacyTimestamp.parse(text) : Option.none();
      if (Option.isSome(moment)) {
        const within = ((moment.value % million) + million) % million;
        milliseconds[place] = Number((moment.value - within) / million);
        if (within !== 0n) nanoseconds.make()[place] = Number(within);
      }
      if (row.odd !== null && (row.odd > 0n || row.lowest !== row.highest)) {
        const found = [row.lowest, row.highest, ...(row.unset ? [null] : [])].map(show);
        conflicts.set(row.rowid, [...new Set(found)].join(" and "));
      } else if (typeof row.lowest === "bigint" && row.lowest >= 0n) {
        blocks.make()[place] = row.lowest;
      } else if (row.lowest !== null) {
        conflicts.set(row.rowid, show(row.lowest));
      }
      const id = typeof row.id === "bigint" ? row.id : row.rowid;
      if (id !== row.rowid || ids.made !== undefined) ids.make()[place] = id;
    });

    const order = ids.made ?? rowids;
    const places = new Uint32Array(total)
      .map((_, place) => place)
      .sort(
        (a, b) =>
          compare(milliseconds[a], milliseconds[b]) ||
          compare(nanoseconds.made?.[a], nanoseconds.made?.[b]) ||
          compare(order[a], order[b]),
      );
    const twice = yield* database.run(`ordering ${table.name}`, () => [
      doubled(database, table, tradeOnce),
      doubled(database, table, keyOnce(table.key)),
    ]);
    const isClean = conflicts.size === 0 && twice.every((found) => found === nowhere);
    const sorted = BigInt64Array.from(places, (at) => rowids[at] ?? 0n);
    return {
      rowids: sorted,
      cells: (place) => {
        const block = blocks.made?.[places[place] ?? 0] ?? unknownBlock;
        return { block_number: block === unknownBlock ? null : block };
      },
      problems: (place, key) => {
        if (isClean) return noProblems;
        const rowid = sorted[place] ?? 0n;
        const conflict = conflicts.get(rowid);
        const problems = twice.flatMap((found) => found(rowid, key));
        if (conflict === undefined) return problems;
        const rule = "must be one INTEGER from 0 for one log entry";
        const of = `of ${table.name} ${key()}`;
        return [
          ...problems,
          { table: "event_queue", key: of, column: "block_number", value: conflict, rule },
        ];
      },
    };
  });

/** Made when it is first written to. */
const lazily = <A>(make: () => A): { readonly made: A | undefined; readonly make: () => A } => {
  let made: A | undefined;
  return {
    get made() {
      return made;
    },
    make: () => {
      made ??= make();
      return made;
    },
  };
};

const unknownBlock = -1n;
const million = 1_000_000n;
const batchSize = 10_000;

const compare = (a: number | bigint | undefined, b: number | bigint | undefined): number =>
  a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;

interface TradeKey {
  readonly rowid: bigint;
  readonly id: Cell;
  readonly block_timestamp: Cell;
  readonly created_at: Cell;
  /** Of the block numbers that event_queue has for the trade; null when it has none. */
  readonly lowest: Cell;
  readonly highest: Cell;
  /** How many of them are not INTEGER, and how many of those NULL. */
  readonly odd: bigint | null;
  readonly unset: bigint | null;
}

/**
 * Joined once and ignoring case: a copied event_queue may lack its index, spell hashes otherwise, and
 * hold its integers as text.
 */
const tradeKeys = (database: Service, table: FoundTable): Compilable<TradeKey> => {
  const timestamp = table.columns.has("block_timestamp")
    ? sql.ref("trade.block_timestamp")
    : sql`null`;
  const isThere = kindOf(database, "event_queue")?.startsWith("table") === true;
  const queue = isThere ? columnsOf(database, "event_queue") : new Set();
  const known = ["tx_hash", "log_index", "block_number"].every((column) => queue.has(column));
  const blocks = known
    ? sql`select lower(tx_hash) as tx_hash, cast(log_index as integer) as log_index, min(block_number) as lowest,
          max(block_number) as highest, sum(typeof(block_number) <> 'integer') as odd,
          sum(block_number is null) as unset
        from event_queue
        where (typeof(log_index) in ('integer', 'real') and cast(log_index as integer) = log_index)
          or (typeof(log_index) = 'text' and log_index <> '' and log_index not glob '*[^0-9]*')
        group by 1, 2`
    : sql`select null as tx_hash, null as log_index, null as lowest, null as highest, null as odd,
          null as unset
        where false`;
  return SqliteQuery.raw(sql<TradeKey>`
    select trade.rowid as rowid, trade.id, ${timestamp} as block_timestamp, trade.created_at,
      block.lowest, block.highest, block.odd, block.unset
    from ${sql.table(table.name)} as trade
    left join (${blocks}) as block
      on block.tx_hash = lower(trade.tx_hash) and block.log_index = trade.log_index`);
};

/** What no two rows of a table may share; `of` says which rows have it at all. */
interface Once {
  readonly column: string;
  readonly key: RawBuilder<unknown>;
  readonly of: RawBuilder<unknown>;
}

const keyOnce = (column: string): Once => ({
  column,
  key: sql`${sql.ref(column)} collate binary`,
  of: sql`typeof(${sql.ref(column)}) in ('text', 'integer')`,
});

/** The same hash may be spelled in two cases. */
const tradeOnce: Once = {
  column: "tx_hash",
  key: sql`lower(tx_hash) collate binary, log_index`,
  of: sql`typeof(tx_hash) = 'text' and typeof(log_index) = 'integer'`,
};

/**
 * What to say of a row that shares its key with another. The bot's own schema forbids it; copies may
 * not. Most files have none, and that is known for less than which they are.
 */
const doubled = (
  database: Service,
  table: FoundTable,
  { column, key, of }: Once,
): ((rowid: bigint, rowKey: () => string) => ReadonlyArray<BadCell>) => {
  const [some] = database.execute(
    SqliteQuery.raw(sql`
      select 1 from ${sql.table(table.name)} where ${of}
      group by ${key} having count(*) > 1 limit 1`),
  );
  if (some === undefined) return nowhere;
  const rows = database.execute(
    SqliteQuery.raw(sql<{ rowid: bigint; other: bigint; cell: Cell }>`
      select rowid as rowid, cell, iif(rowid = first, last, first) as other from (
        select rowid, ${sql.ref(column)} as cell,
          min(rowid) over same as first, max(rowid) over same as last
        from ${sql.table(table.name)} where ${of} window same as (partition by ${key})
      ) where first <> last`),
  );
  const byRow = new Map(rows.map((row) => [row.rowid, row]));
  return (rowid, rowKey) => {
    const row = byRow.get(rowid);
    if (row === undefined) return [];
    const value = display(table.name, row.cell);
    const rule = `must not stand twice: the row with rowid ${row.other} has the same key`;
    return [{ table: table.name, key: rowKey(), column, value, rule }];
  };
};

const noProblems: ReadonlyArray<BadCell> = [];
const nowhere = () => noProblems;
