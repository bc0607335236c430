import type {
  Beside,
  Column,
  Refusal,
  Show,
  Verify,
} from "@ledgerfold/declaration/internal/Checking";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import type { Losses } from "@ledgerfold/declaration/Loss";
import type { Where } from "@ledgerfold/declaration/Where";
import type { RawBuilder } from "kysely";
import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import type { Named } from "./Difference.ts";
import { quoted } from "./Display.ts";
import * as Json from "./Json.ts";
import type { JsonObject } from "./Json.ts";
import type { Reader } from "./Read.ts";
import type { Folding } from "./Fold.ts";
import type { Rules } from "./Rule.ts";

export type { Refusal, Show } from "@ledgerfold/declaration/internal/Checking";

/** What one aggregate's rows must have become. */
export interface AggregateSpec {
  readonly aggregate: string;
  /** The names that the table had, latest first; a file has one of them. */
  readonly tables: readonly [string, ...ReadonlyArray<string>];
  /** The columns that tell its rows apart. */
  readonly key: ReadonlyArray<string>;
  /** All that any version of the table has. */
  readonly columns: ReadonlyArray<string>;
  /** Picks the rows of the table that are meant, where it has rows of several kinds. */
  readonly where: Where;
  /** Whether a column is declared for the table while it has this name. */
  readonly declares: (table: string, column: string) => boolean;
  /** Rows of other tables that are a part of a row, by the event's field that lists them. */
  readonly parts?: Readonly<Record<string, Part>>;
  /** SQL for the id of a row's stream; NULL where the row's cells make none. */
  readonly id: (column: Column) => RawBuilder<unknown>;
  /** Cells of other tables that are read beside a row's own, and the SQL joins that reach them. */
  readonly beside?: (database: Service, column: Column) => Beside;
  /** Tables in which rows are looked up, and the columns of them that are read. */
  readonly lookedUpIn: Readonly<Record<string, ReadonlyArray<string>>>;
  /** Why a row must not be migrated, where no field of the event would show it. */
  readonly refuse: (row: Row) => Refusal | undefined;

  /** The columns that get the time when the row is written, and how it is read. */
  readonly writtenAt: Readonly<Record<string, Reader<Cell.Cell | undefined>>>;
  /** Names what the row describes, such as an order, where the row has gone on since the event. */
  readonly hasGoneOn?: (row: Row, event: JsonObject) => string | undefined;
  /**
   * The column whose numbers grow from row to row, and the field of the first event that has them;
   * null where they are the ids of the streams.
   */
  readonly grows?: { readonly column: string; readonly field: string | null };
  /** What it means where a field is lost, as far as the definition says. */
  readonly losses: Losses;
  /** Who writes the rows. */
  readonly writer: string;

  /** Before the tag in event_type. */
  readonly prefix: string;
  readonly tag: string;
  /** The version of the event that a migration writes today. */
  readonly version: string;
  /** Whether only a migration may write an event of this tag. */
  readonly isOnlyFirst: boolean;
  /** Why the aggregate itself can read such an event in no version; undefined where it can. */
  readonly unreadable: (event: Stored) => string | undefined;
  /** How the log has an event's tag: around its fields, or among them as `_tag`. */
  readonly tagged: "around" | "within";
  readonly fields: Rules;
  /** Whether an event may be without the field, or have null in it. */
  readonly mayLack: (field: string, value: null | undefined) => boolean;
  /** What a value in the metadata may be, beside run_id and legacy_table; undefined: not there. */
  readonly metadata?: (row: Row) => Readonly<Record<string, ReadonlyArray<string | undefined>>>;

  /** How its streams are folded, where the definition says so. */
  readonly folding?: Folding;

  /** What its streams and others' say against each other. */
  readonly streams?: NonNullable<Verify["streams"]>;

  /** Shows values or, where they may be secrets, conceals them. */
  readonly show: Show;
  readonly secret: Named["secret"];

  readonly view: {
    readonly table: string;
    readonly tag: string;
    readonly tagged: "around" | "within";
    /** Whether the field has null where the event, which can be read without it, does not say it. */
    readonly mayLack: (field: string) => boolean;
    /**
     * The view's fields after the first event, while no other event has followed; with those of the
     * row where they are not these.
     */
    readonly fields: (
      event: JsonObject,
      id: string,
      stored?: JsonObject,
    ) => Readonly<Record<string, Json.Json | undefined>>;
  };
}

/** An event of the log as far as its columns are text. */
interface Stored {
  readonly type: string;
  readonly version: string;
  readonly payload: string;
}

export interface Part {
  readonly table: string;
  /** The column of the part's table that refers to the row, as a foreign key does. */
  readonly of: string;
  /** The column of the row's table that `of` refers to. */
  readonly names: string;
  /** The column by which the event lists a row's parts. */
  readonly key: string;
  /** Picks the rows of the part's table that are meant. */
  readonly where: Where;
  readonly columns: ReadonlyArray<string>;
  /** Why a part must not be migrated, where none of its fields would show it. */
  readonly refuse: (row: Row) => Refusal | undefined;
}

/** Shows every value as it is: for tables without secrets. */
export const openly: Show = { text: quoted, cell: Cell.show, json: Json.show };
