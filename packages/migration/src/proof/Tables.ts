import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import { type RawBuilder, sql } from "kysely";
import { folded } from "../ColumnLedger.ts";
import { query } from "../verification/Query.ts";
import type { AggregateName } from "../verification/Difference.ts";
import type { Layout } from "./Row.ts";

/** The tables that are proven, as far as a file has them. */

export interface ProvenTable {
  readonly layout: Layout;
  /** As SQL names its rowid; a column can hide one of the names. */
  readonly rowid: string;
  /** Of whose streams this is the view. */
  readonly viewOf: AggregateName | undefined;
}

/** A table that should be proven, and why it cannot be. */
export interface Unproven {
  readonly side: Layout["side"];
  readonly table: string;
  readonly reason: string;
}

interface Kind {
  readonly side: Layout["side"];
  readonly key: Layout["key"];
  /** Only these, where the bot goes on writing the others; all of them by default. */
  readonly columns?: ReadonlyArray<string>;
  readonly viewOf?: AggregateName;
}

const legacy: Kind = { side: "legacy", key: "rowid" };
const viewOf = (aggregate: AggregateName): Kind => ({
  side: "event",
  key: "view_id",
  viewOf: aggregate,
});

/** In the order in which they are proven. */
const kinds: Readonly<Record<string, Kind>> = {
  onchain_trades: legacy,
  trade_accumulators: legacy,
  offchain_trades: legacy,
  schwab_executions: legacy,
  schwab_auth: legacy,
  event_queue: { ...legacy, columns: ["block_number", "log_index", "tx_hash"] },
  events: { side: "event", key: "rowid" },
  onchain_trade_view: viewOf("OnChainTrade"),
  position_view: viewOf("Position"),
  offchain_order_view: viewOf("OffchainOrder"),
  schwab_auth_view: viewOf("SchwabAuth"),
};

export const isKnown = (name: string): boolean => Object.hasOwn(kinds, name);

export interface Found {
  readonly proven: ReadonlyArray<ProvenTable>;
  readonly unproven: ReadonlyArray<Unproven>;
}

/** Synchronous and throws, like a statement. */
export const find = (database: Service): Found => {
  const proven: Array<ProvenTable> = [];
  const unproven: Array<Unproven> = [];
  const encoding = encodingOf(database);
  for (const [table, { side, key, columns, viewOf }] of Object.entries(kinds)) {
    const [there] = database.execute(
      query(sql<{ type: string; wr: bigint }>`
        select type, wr from pragma_table_list
        where schema in ('main', 'temp') and name = ${table} collate nocase and type <> 'view'
        order by schema desc limit 1`),
    );
    if (there === undefined) continue;
    const names = columnsOf(database, table);
    const rowid = ["rowid", "_rowid_", "oid"].find((name) => !names.all.has(name));
    if (there.type !== "table" || there.wr !== 0n || rowid === undefined) {
      unproven.push({ side, table, reason: "the table has no rowids" });
    } else if (key !== "rowid" && !names.all.has(key)) {
      unproven.push({ side, table, reason: `the table has no column ${key}` });
    } else {
      const own = names.stored.filter((name) => columns?.includes(name) ?? true);
      const layout = { side, table, encoding, key: safeKey(database, table, key), columns: own };
      proven.push({ layout, rowid, viewOf });
    }
  }
  return { proven, unproven };
};

/** An id that stands beside tokens is not to be written down, unless it is the one that is known. */
const safeKey = (database: Service, table: string, key: Layout["key"]): Layout["key"] => {
  if (table !== "schwab_auth_view") return key;
  const [other] = database.execute(
    query(sql`select 1 from schwab_auth_view where view_id is not 'schwab' limit 1`),
  );
  return other === undefined ? key : "rowid";
};

/** What is worked out whenever it is read is not stored, so it cannot change alone. */
const columnsOf = (database: Service, table: string) => {
  const rows = database.execute(
    query(sql<{ name: string; hidden: bigint }>`
      select name, hidden from pragma_table_xinfo(${table})`),
  );
  const stored = rows.filter(({ hidden }) => hidden !== virtual).map(({ name }) => folded(name));
  return {
    all: new Set(rows.map(({ name }) => folded(name))),
    stored: stored.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  };
};

const virtual = 2n;

const encodingOf = (database: Service): string => {
  const [found] = database.execute(
    query(sql<{ encoding: string }>`select encoding from pragma_encoding`),
  );
  return found?.encoding ?? "UTF-8";
};

/** SQL for the order of the rows. */
export const order = (key: Layout["key"], { rowid }: ProvenTable): RawBuilder<unknown> =>
  key === "rowid"
    ? sql`order by ${sql.ref(rowid)}`
    : sql`order by ${sql.ref(key)} collate binary, ${sql.ref(rowid)}`;
