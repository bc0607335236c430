import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import type { RawBuilder } from "kysely";
import * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import type { AggregateName } from "./Difference.ts";
import { quoted } from "./Display.ts";
import * as Json from "./Json.ts";
import type { JsonObject } from "./Json.ts";
import type { Rules } from "./Rule.ts";

/** SQL for a column of the legacy row; NULL where the table has none of that name. */
export type Column = (name: string) => RawBuilder<unknown>;

/** What one aggregate's rows must have become. */
export interface Subject {
  readonly aggregate: AggregateName;
  /** The names that the table had, latest first; a file has one of them. */
  readonly tables: readonly [string, ...ReadonlyArray<string>];
  /** All that any version of the table has. */
  readonly columns: ReadonlyArray<string>;
  /** SQL for the id of a row's stream; NULL where the row's cells make none. */
  readonly id: (column: Column) => RawBuilder<unknown>;
  /** What belongs to a row but stands in other tables. */
  readonly beside?: (database: Service, column: Column) => Beside;
  /** What makes a row unfit to be migrated and shows in no field of the event. */
  readonly refuse: (row: Row) => Refusal | undefined;

  /** Before the tag in event_type. */
  /** The columns that get the time when the bot writes the row. */
  readonly writtenAt: ReadonlyArray<string>;
  /** Whether a row says more than an event that was true once: the bot goes on with it. */
  readonly hasGoneOn?: (row: Row, event: JsonObject) => boolean;

  readonly prefix: string;
  readonly tag: "Migrated" | "TokensStored";
  readonly fields: Rules;
  /** What a value in the metadata may be, beside run_id and legacy_table. */
  readonly metadata?: (row: Row) => Readonly<Record<string, ReadonlyArray<string>>>;

  /** What of it may be shown. */
  readonly show: Show;

  readonly view: {
    readonly table: string;
    readonly tag: string;
    /** The fields after the first event and nothing else. */
    readonly fields: (
      event: JsonObject,
      id: string,
    ) => Readonly<Record<string, Json.Json | undefined>>;
  };
}

export interface Show {
  readonly text: (text: string) => string;
  readonly cell: (cell: Cell.Cell | undefined) => string;
  readonly json: (value: Json.Json | undefined) => string;
}

/** Where nothing is secret. */
export const openly: Show = { text: quoted, cell: Cell.show, json: Json.show };

export interface Beside {
  readonly columns: Readonly<Record<string, RawBuilder<unknown>>>;
  readonly joins: RawBuilder<unknown>;
}

export interface Refusal {
  readonly column: string;
  readonly reason: string;
}
