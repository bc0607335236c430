import type { EncodedStream } from "@ledgerfold/event-store/EncodedStream";
import type { Metadata, StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import type { Timestamp } from "@ledgerfold/scalars/Timestamp";
import type { Effect } from "effect";
import type { RawBuilder, SqlBool } from "kysely";
import type { Table } from "./Table.ts";

/** What a team's functions get of the writer, and what they give it. */

/**
 * What a SQLite cell can hold, whatever its column declares: INTEGER is a `bigint`, REAL a `number`,
 * BLOB bytes, and TEXT a `string` or, when its bytes are not valid text, `NotText`.
 */
export type Cell = bigint | number | string | Uint8Array | NotText | null;

/** TEXT whose bytes are no text in the file's encoding. */
export interface NotText {
  readonly bytes: Uint8Array;
}

/** By column, the columns that a file lacks as NULL. */
export type RawRow = Readonly<Record<string, Cell>>;

/** One execution of the migration. */
export interface Run {
  readonly id: string;
  readonly migratedAt: Timestamp;
  /** What the operator has decided of what the migrations leave open, by the decision's name. */
  readonly decisions?: Readonly<Record<string, string>>;
}

/** Something wrong between the columns of a row, laid on one of them. */
export interface Fault {
  readonly column: string;
  readonly rule: string;
}

/** A value of the legacy database that cannot be carried exactly. */
export interface BadCell {
  readonly table: string;
  /** The row's key, as `id 7` or `symbol "AAPL"`; empty when the whole table is meant. */
  readonly key: string;
  readonly column: string;
  /** Storage class and value, escaped; never a token. Empty when there is no value. */
  readonly value: string;
  /** What the value would have to be. */
  readonly rule: string;
}

/** A declared table as a run finds it in the file. */
export interface Found {
  /** Under which of its names. */
  readonly table: string;
  /** The columns that this file has, in lower case. */
  readonly columns: ReadonlySet<string>;
  /** Of every event of it in this run: the short way gives this very object, which is told fast. */
  readonly metadata: Metadata;
}

/** How a pass over one table came out. */
export interface Outcome {
  /** Streams written or, in a dry run, that would be. */
  readonly written: number;
  readonly alreadyThere: number;
  readonly bad: number;
  readonly differing: number;
}

/** What a migration has to say for itself. */
export type Said =
  | { readonly _tag: "Warning"; readonly message: string }
  /** What was done, in the words of the migration's plan. */
  | { readonly _tag: "Result"; readonly message: string };

/** The short way of a good row into the log, past the schemas; they say what it has to give. */
export interface Direct {
  readonly stream: (cells: RawRow) => EncodedStream | undefined;
  /** Counts a row that is written. */
  readonly onWritten: (cells: RawRow) => void;
}

/** What a run counts and says beside its events. */
export interface Told {
  readonly direct?: Direct;
  readonly onWritten?: (row: never, cells: RawRow) => ReadonlyArray<Said>;
  readonly summary?: (outcome: Outcome) => ReadonlyArray<Said>;
}

/** What a table needs of SQLite beyond what its declaration says. */
export interface Hooks {
  /** Another order than by the declared columns, maybe with cells that stand beside the rows. */
  readonly order?: (database: Service, table: FoundTable) => Effect.Effect<RowOrder, StoreError>;
  /** A table whose cells come with each row. */
  readonly join?: (database: Service) => Join | undefined;
}

/** Of `beside`, to the rows as `row`. */
export interface Join {
  readonly table: string;
  readonly on: RawBuilder<SqlBool>;
  readonly columns: Readonly<Record<string, RawBuilder<Cell>>>;
}

/** What a legacy table looks like in a file, found by looking. */
export interface FoundTable {
  readonly table: Table;
  readonly name: string;
  readonly key: Table["key"];
  readonly isSecret: boolean;
  /** All columns that are asked for, under the names that they are declared with. */
  readonly asked: ReadonlyArray<string>;
  /** Those that this file has, in lower case. */
  readonly columns: ReadonlySet<string>;
  readonly problems: ReadonlyArray<BadCell>;
  /** Of text in the whole file: `UTF-8`, `UTF-16le` or `UTF-16be`. */
  readonly encoding: string;
}

/** The rowids of a table in migration order, in 8 bytes a row, with what the tables beside it say. */
export interface RowOrder {
  readonly rowids: BigInt64Array;
  /** What belongs to the row in this place but stands elsewhere. */
  readonly cells: (place: number) => RawRow;
  /** What is wrong with the row in this place beside its own cells. */
  readonly problems: (place: number, key: () => string) => ReadonlyArray<BadCell>;
  /** Whether these are told of all rows that make one stream; if not, they are looked for. */
  readonly tellsTwins?: boolean;
}
