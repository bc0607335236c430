import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { Context, Effect } from "effect";
import type { BadCell, RawRow } from "./BadData.ts";
import type { Finding, Findings } from "@ledgerfold/declaration/internal/Checking";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import type { Hooks } from "@ledgerfold/declaration/Writing";
import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";

/** Where a migration has the legacy rows from. */

/** A declared table, and what a backend has to do for it beyond what its declaration says. */
export interface Declared {
  readonly table: Table;
  readonly sqlite: Hooks | undefined;
}

/** A row of another table that belongs to one here. */
export interface LegacyPart {
  readonly rowid: bigint;
  readonly cells: RawRow;
}

/** A row as it is, with what belongs to it. */
export interface LegacyRow {
  readonly rowid: bigint;
  /** By column, the columns that this file lacks as NULL; with what other tables say of the row. */
  readonly cells: RawRow;
  /** The rows of other tables that belong to it, by the event's field that lists them. */
  readonly parts: Readonly<Record<string, ReadonlyArray<LegacyPart>>>;
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
  /** Rows of other tables that should belong to one here and do not. */
  readonly strays: ReadonlyArray<BadCell>;
  /** Tables whose rows would belong to those here, and which are not there. */
  readonly missing: ReadonlyArray<string>;
  readonly chunk: (from: number, to: number) => Effect.Effect<ReadonlyArray<LegacyRow>, StoreError>;
  /** Whether rows that make one stream are told as their problems, so that none need be claimed. */
  readonly tellsTwins: boolean;
  /** Takes these streams for these rows; by place, the key of the row that had one before. */
  readonly claim: (
    claims: ReadonlyArray<Claim>,
  ) => Effect.Effect<ReadonlyArray<string | undefined>, StoreError>;
  /** A bad cell of this row, whose rule advises nothing that the table itself refuses. */
  readonly advised: (rowid: bigint, bad: BadCell) => Effect.Effect<BadCell, StoreError>;
}

/** Of no table, or of one that cannot be read. */
export const noRows: LegacyRows = {
  table: "",
  columns: new Set(),
  total: 0,
  problems: [],
  strays: [],
  missing: [],
  chunk: () => Effect.succeed([]),
  tellsTwins: true,
  claim: () => Effect.succeed([]),
  advised: (_, bad) => Effect.succeed(bad),
};

/** That a row makes the stream of this id. */
export interface Claim {
  readonly id: string;
  readonly rowid: bigint;
}

/**
 * The rows of the legacy tables, raw and in order. `sqlite/LegacySqlite` is its layer, also for rows in
 * PostgreSQL, which the command copies to a file first.
 */
export class LegacySource extends Context.Tag("@ledgerfold/migration/LegacySource")<
  LegacySource,
  {
    /** All tables of the file, whoever made them. */
    readonly schema: Effect.Effect<ReadonlyArray<FileTable>, StoreError>;
    /** What the rows say against each other; reads each table once more. */
    readonly check: (
      findings: Findings,
      tell: (findings: ReadonlyArray<Finding>) => Effect.Effect<void>,
    ) => Effect.Effect<void, StoreError>;
    /** Rows that no definition takes, of tables of which each takes only some. */
    readonly unclaimed: (
      tables: ReadonlyArray<Table>,
    ) => Effect.Effect<ReadonlyArray<BadCell>, StoreError>;
    /** In the order of their migration. Undefined when the file has no such table. */
    readonly rows: (declared: Declared) => Effect.Effect<LegacyRows | undefined, StoreError>;
  }
>() {}
