import type { Beside, Column, Refusal, Show } from "@ledgerfold/declaration/Checking";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import type { Where } from "@ledgerfold/declaration/Where";
import type { RawBuilder } from "kysely";
import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import type { Named } from "./Difference.ts";
import { quoted } from "./Display.ts";
import * as Json from "./Json.ts";
import type { JsonObject } from "./Json.ts";
import type { Rules } from "./Rule.ts";

export type { Refusal, Show } from "@ledgerfold/declaration/Checking";

/** What one aggregate's rows must have become. */
export interface AggregateSpec {
  readonly aggregate: string;
  /** The names that the table had, latest first; a file has one of them. */
  readonly tables: readonly [string, ...ReadonlyArray<string>];
  /** All that any version of the table has. */
  readonly columns: ReadonlyArray<string>;
  /** Which rows of the table. */
  readonly where: Where;
  /** Whether the table under this name has such a column that is declared. */
  readonly declares: (table: string, column: string) => boolean;
  /** Rows of other tables that are a part of a row, by the event's field that lists them. */
  readonly parts?: Readonly<Record<string, Part>>;
  /** SQL for the id of a row's stream; NULL where the row's cells make none. */
  readonly id: (column: Column) => RawBuilder<unknown>;
  /** What belongs to a row but stands in other tables. */
  readonly beside?: (database: Service, column: Column) => Beside;
  /** What makes a row unfit to be migrated and shows in no field of the event. */
  readonly refuse: (row: Row) => Refusal | undefined;

  /** The columns that get the time when the row is written. */
  readonly writtenAt: ReadonlyArray<string>;
  /** What the row is of, where it says more than an event that was true once. */
  readonly hasGoneOn?: (row: Row, event: JsonObject) => string | undefined;
  /** Where the first event has a number that grows from row to row, and the row's column of it. */
  readonly grows?: { readonly column: string; readonly field: string | null };
  /** Who writes the rows. */
  readonly writer: string;

  /** Before the tag in event_type. */
  readonly prefix: string;
  readonly tag: string;
  /** That a migration writes today. */
  readonly version: string;
  /** Whether only a migration may write an event of this tag. */
  readonly isOnlyFirst: boolean;
  /** How the log has an event's tag: around its fields, or among them as `_tag`. */
  readonly tagged: "around" | "within";
  readonly fields: Rules;
  /** What a value in the metadata may be, beside run_id and legacy_table. */
  readonly metadata?: (row: Row) => Readonly<Record<string, ReadonlyArray<string>>>;

  /** What of it may be shown. */
  readonly show: Show;
  readonly secret: Named["secret"];

  readonly view: {
    readonly table: string;
    readonly tag: string;
    readonly tagged: "around" | "within";
    /** The fields after the first event and nothing else. */
    readonly fields: (
      event: JsonObject,
      id: string,
    ) => Readonly<Record<string, Json.Json | undefined>>;
  };
}

export interface Part {
  readonly table: string;
  /** The part's column that has the row's key. */
  readonly of: string;
  /** The row's column that it names. */
  readonly names: string;
  /** They are listed in its order. */
  readonly key: string;
  /** Which rows of the part's table. */
  readonly where: Where;
  readonly columns: ReadonlyArray<string>;
  /** What makes it unfit to be migrated and shows in none of its fields. */
  readonly refuse: (row: Row) => Refusal | undefined;
}

/** Where nothing is secret. */
export const openly: Show = { text: quoted, cell: Cell.show, json: Json.show };
