import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import type { Effect } from "effect";
import type { RawBuilder } from "kysely";
import type { Json, JsonObject } from "./Kind.ts";

/** What a team's functions get of the verifier, and what they give it. */

/** What a cell holds: INTEGER, REAL, TEXT, TEXT whose bytes are not UTF-8, BLOB or NULL. */
export type Cell = bigint | number | string | NotUtf8 | Uint8Array | null;

export interface NotUtf8 {
  readonly bytes: Uint8Array;
}

/** The cells of a row by column; a column that the table has not is not there. */
export type Row = Readonly<Record<string, Cell>>;

/** What comes of reading something that may hold anything. */
export type Read<A> = A | Unreadable;

/** Why a value could not be read, told without the value; the verifier's own class of it. */
export interface Unreadable {
  readonly reason: string;
}

/** Comparable with `===`. */
export type Value = string | bigint | null;

export type Reader<In> = (input: In) => Read<Value>;

/** How the log has a value; undefined where that takes more to tell. */
export type Writer = (value: Value) => Json | undefined;

/**
 * How one field of an event is compared with the row it came from. Each side has a reader of its
 * own, and the two values must be equal.
 */
export interface Rule {
  /** Undefined where the row does not say. */
  readonly legacy: (row: Row, metadata: JsonObject) => Read<Value | undefined>;
  readonly stored: Reader<Json | undefined>;
  /** How the log has what `legacy` gives: `stored` reads that again. */
  readonly written: Writer;
  readonly showLegacy: (row: Row) => string;
  readonly showStored: (value: Json | undefined) => string;
  /** How grave it is where a value is another, and in which way it can be; as of text without it. */
  readonly values?: Values;
  /** Reads any cell as a value of the field: another column may have been taken for the right one. */
  readonly cell?: Reader<Cell | undefined>;
  /** Earlier versions did not write the field: the events of one run have it all or none. */
  readonly allOrNone?: true;
}

/** What values are: who or what, as ids, words and flags say; a decimal; a moment or day; or text. */
export type Values = "who" | "decimal" | "moment" | "text";

/** Fields that are an object of their own, or null where the row has none of them. */
export interface Group {
  readonly isUnset: (row: Row) => Read<boolean>;
  readonly showLegacy: (row: Row) => string;
  readonly fields: Readonly<Record<string, Rule>>;
}

/** Fields that list the rows of another table that belong to the row. */
export interface List {
  /** The field whose rows they are. */
  readonly rows: string;
  readonly fields: Rules;
}

export type Rules = Readonly<Record<string, Rule | Group | List>>;

/** SQL for a column of the legacy row; NULL where the table has none of that name. */
export type Column = (name: string) => RawBuilder<unknown>;

/** What belongs to a row but stands in other tables. */
export interface Beside {
  readonly columns: Readonly<Record<string, RawBuilder<unknown>>>;
  readonly joins: RawBuilder<unknown>;
  /** Temporary tables that this made, by name: they go when the rows have been read. */
  readonly made?: ReadonlyArray<string>;
}

export interface Refusal {
  readonly column: string;
  readonly reason: string;
}

/** How values are shown, where some of them may not be. */
export interface Show {
  readonly text: (text: string) => string;
  readonly cell: (cell: Cell | undefined) => string;
  readonly json: (value: Json | undefined) => string;
}

/**
 * A view's field after the first event and nothing else. The row's fields are given where it is not
 * what it would be without them: a field that versions wrote differently may be as it is there.
 */
export type Viewed = (event: JsonObject, id: string, stored?: JsonObject) => Json | undefined;

/** What each of a view's fields says: an event's field, the stream's id, or what is worked out. */
export type Sources = Readonly<Record<string, string | Viewed>>;

/** The verifier's own ways, in place of what the columns say. */
export interface Verify {
  /** SQL for the id of a row's stream; NULL where the row's cells make none. */
  readonly id?: (column: Column) => RawBuilder<unknown>;
  readonly beside?: (database: Service, column: Column) => Beside;
  /** What makes a row unfit to be migrated and shows in no field of the event. */
  readonly refuse?: (row: Row) => Refusal | undefined;
  /** What a value in the metadata may be, beside run_id and legacy_table; undefined: not there. */
  readonly metadata?: (row: Row) => Readonly<Record<string, ReadonlyArray<string | undefined>>>;
  /** What the row is of, where it says more than an event that was true once. */
  readonly hasGoneOn?: (row: Row, event: JsonObject) => string | undefined;
  /** What of it may be shown. */
  readonly show?: Show;
  /** Whether only a migration may write an event of this tag. */
  readonly isOnlyFirst?: boolean;
  /** What streams say against each other; asked where rows go on with the log. */
  readonly streams?: (
    database: Service,
    tell: (found: Contradiction) => void,
  ) => Effect.Effect<void, DatabaseBusy | DatabaseError>;
}

/** What the stream of one aggregate says against another's. */
export interface Contradiction {
  /** Of the stream where it shows, which must be there. */
  readonly aggregate: string;
  readonly id: string;
  readonly kind: "missing" | "extra" | "different";
  /** Of which event of it: `#7 OffChainOrderFilled.shares_filled`. */
  readonly field: string | null;
  readonly reason: string;
  readonly expected?: string;
  readonly stored?: string;
}

/**
 * Something about the file as a whole that no comparison of a row with its event can see. It may
 * have a good reason, so it is no difference.
 */
export interface Finding {
  readonly kind: string;
  /** A sentence; text from the file in it is quoted. */
  readonly text: string;
}

/** What legacy rows may say against each other, asked of them alone; each table is read once. */
export interface Findings {
  /** Each kind, and what it means. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly check: (
    database: Service,
    tell: (findings: ReadonlyArray<Finding>) => Effect.Effect<void>,
  ) => Effect.Effect<void, DatabaseBusy | DatabaseError>;
}
