import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import type { RawBuilder } from "kysely";
import type { Cell, Row } from "./Cell.ts";
import type { AggregateName } from "./Difference.ts";
import type { Json, JsonObject } from "./Json.ts";
import type { Rules } from "./Rule.ts";

/** What one aggregate's rows must have become. */
export interface Subject {
  readonly aggregate: AggregateName;
  /** The names that the table had, latest first; a file has one of them. */
  readonly tables: readonly [string, ...ReadonlyArray<string>];
  /** All that any version of the table has. */
  readonly columns: ReadonlyArray<string>;
  /** SQL for the id of a row's stream; NULL where the row's cells make none. */
  readonly id: (column: (name: string) => RawBuilder<unknown>) => RawBuilder<unknown>;
  /** What belongs to a row, known as `legacy`, but stands in other tables. */
  readonly beside?: (database: Service) => Beside;
  /** What makes a row unfit to be migrated and shows in no field of the event. */
  readonly refuse: (row: Row) => Refusal | undefined;

  /** Before the tag in event_type. */
  readonly prefix: string;
  readonly tag: "Migrated" | "TokensStored";
  readonly fields: (table: string) => Rules;
  /** What a value in the metadata may be, beside run_id and legacy_table. */
  readonly metadata?: (row: Row) => Readonly<Record<string, ReadonlyArray<string>>>;

  /** What of it may be shown. */
  readonly show: Show;

  readonly view: {
    readonly table: string;
    readonly tag: string;
    /** The fields after the first event and nothing else. */
    readonly fields: (event: JsonObject, id: string) => Readonly<Record<string, Json | undefined>>;
  };
}

export interface Show {
  readonly text: (text: string) => string;
  readonly cell: (cell: Cell | undefined) => string;
  readonly json: (value: Json | undefined) => string;
}

export interface Beside {
  readonly columns: Readonly<Record<string, RawBuilder<unknown>>>;
  readonly joins: RawBuilder<unknown>;
}

export interface Refusal {
  readonly column: string;
  readonly reason: string;
}
