import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { Context, type Effect } from "effect";
import type { BadCell, RawRow } from "./BadData.ts";
import type { FileTable } from "@ledgerfold/event-store/sqlite/FileSchema";
import type { Finding } from "./verification/Finding.ts";

/** The rows of the legacy tables, raw and in order. Layer: `sqlite/LegacySqlite`. */

/** The four tables by what they hold, since the one of orders had two names. */
export type TableRole = "trades" | "positions" | "orders" | "auth";

export interface LegacyRow {
  readonly rowid: bigint;
  /** By column, the columns that this file lacks as NULL; with what other tables say of the row. */
  readonly cells: RawRow;
  /** What is wrong with the row beside its own cells: a key that stands twice, for one. */
  readonly problems: ReadonlyArray<BadCell>;
}

/** The rows of one table in the order in which they are migrated. */
export interface LegacyRows {
  readonly table: string;
  /** The columns that this file has, in lower case. */
  readonly columns: ReadonlySet<string>;
  readonly total: number;
  /** What is wrong with the table itself; it then has no rows here. */
  readonly problems: ReadonlyArray<BadCell>;
  readonly chunk: (from: number, to: number) => Effect.Effect<ReadonlyArray<LegacyRow>, StoreError>;
}

export class LegacySource extends Context.Tag("@ledgerfold/migration/LegacySource")<
  LegacySource,
  {
    /** All tables of the file, whoever made them. */
    readonly schema: Effect.Effect<ReadonlyArray<FileTable>, StoreError>;
    /** What the rows say against each other; reads each table once more. */
    readonly check: (
      tell: (findings: ReadonlyArray<Finding>) => Effect.Effect<void>,
    ) => Effect.Effect<void, StoreError>;
    /**
     * Trades by moment and id, positions by symbol (binary), orders by id. Undefined when the file
     * has no such table. Trades carry `block_number` of event_queue; positions carry `order_symbol`,
     * `order_shares` and `order_direction` of the order that is pending.
     */
    readonly rows: (role: TableRole) => Effect.Effect<LegacyRows | undefined, StoreError>;
  }
>() {}
