import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import * as UniqueKey from "@ledgerfold/event-store/internal/sqlite/UniqueKey";
import type { FoundTable, RowOrder } from "@ledgerfold/declaration/Writing";
import { Effect } from "effect";
import { type Compilable, sql } from "kysely";
import { type Cell, show } from "@ledgerfold/migration/internal/Cell";
import { columnsOf, kindOf } from "@ledgerfold/migration/internal/sqlite/LegacyTables";
import {
  compare,
  countOf,
  doubled,
  each,
  keyOnce,
  lazily,
  Moments,
  noProblems,
  nowhere,
  type Once,
} from "@ledgerfold/migration/internal/sqlite/RowOrder";
import * as TradeDirection from "./TradeDirection.ts";
import { say, turned } from "./tradeSums.ts";

/** By moment, then by id; rows whose moment can't be read come last and are reported when read. */
export const order = (database: Service, table: FoundTable): Effect.Effect<RowOrder, StoreError> =>
  Effect.gen(function* () {
    const operation = `ordering ${table.name}`;
    const total = yield* countOf(database, table);
    const rowids = new BigInt64Array(total);
    const moments = new Moments(total);
    const ids = lazily(() => rowids.slice());
    const blocks = lazily(() => new BigInt64Array(total).fill(unknownBlock));
    const conflicts = new Map<bigint, string>();
    const keys = yield* database.run(operation, () => tradeKeys(database, table));
    yield* each(database, table, keys, total, (row, place) => {
      rowids[place] = row.rowid;
      moments.set(place, row.block_timestamp ?? row.created_at);
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

    const ordered = ids.made ?? rowids;
    const places = new Uint32Array(total)
      .map((_, place) => place)
      .sort((a, b) => moments.compare(a, b) || compare(ordered[a], ordered[b]));
    const twice = yield* database.run(operation, () => [
      doubled(database, table, tradeOnce),
      doubled(database, table, keyOnce(table.key)),
    ]);
    const isClean = conflicts.size === 0 && twice.every((found) => found === nowhere);
    const sorted = BigInt64Array.from(places, (at) => rowids[at] ?? 0n);
    const early = earliest(places, moments);
    const says =
      early === 0 ? "fill" : yield* database.run(`adding up ${table.name}`, () => say(database));
    const doubt =
      says === "fill"
        ? undefined
        : TradeDirection.doubt(says, {
            count: early,
            from: moments.at(places[0] ?? 0),
            to: moments.at(places[early - 1] ?? 0),
          });
    return {
      rowids: sorted,
      tellsTwins: true,
      cells: (place) => {
        const block = blocks.made?.[places[place] ?? 0] ?? unknownBlock;
        const cells = { block_number: block === unknownBlock ? null : block };
        return doubt === undefined || place >= early ? cells : { ...cells, ...doubt };
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

const unknownBlock = -1n;

/** How many of the rows, in order, are from before the column's meaning changed. */
const earliest = (places: Uint32Array, moments: Moments): number => {
  const first = places.findIndex((place) => moments.at(place) >= turned);
  return first === -1 ? places.length : first;
};

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
  if (known && isPlain(database)) {
    return SqliteQuery.raw(sql<TradeKey>`
      select trade.rowid as rowid, trade.id, ${timestamp} as block_timestamp, trade.created_at,
        (select block_number from event_queue as block
          where block.tx_hash = lower(trade.tx_hash) and block.log_index = trade.log_index) as lowest,
        null as highest, null as odd, null as unset
      from ${sql.table(table.name)} as trade`);
  }
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

/** Whether each trade has one row at most, in the spelling in which the index of their key finds it. */
const isPlain = (database: Service): boolean => {
  const key = { table: "event_queue", name: "", columns: ["tx_hash", "log_index"] };
  if (UniqueKey.find(database, key) === "none") return false;
  const [odd] = database.execute(
    SqliteQuery.raw(sql`
      select 1 from event_queue
      where tx_hash is not lower(tx_hash) or typeof(tx_hash) <> 'text'
        or typeof(log_index) <> 'integer' or typeof(block_number) <> 'integer' limit 1`),
  );
  return odd === undefined;
};

/** The same hash may be spelled in two cases. */
const tradeOnce: Once = {
  column: "tx_hash",
  key: sql`lower(tx_hash) collate binary, log_index`,
  of: sql`typeof(tx_hash) = 'text' and typeof(log_index) = 'integer'`,
};
