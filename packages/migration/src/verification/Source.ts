import { isUtf8 } from "node:buffer";
import type { Service } from "@ledgerfold/event-store/SqliteDatabase";
import { type RawBuilder, sql } from "kysely";
import { type Cell, NotUtf8, type Row } from "./Cell.ts";
import { parameter, query } from "./Query.ts";

/** Rows that belong to numbered cases, read a span of numbers at a time. */
export interface Source {
  /** Puts each row in the place of its case. Synchronous and throws, like a statement. */
  readonly read: (first: number, last: number) => ReadonlyArray<Found | undefined>;
}

export interface Found {
  readonly row: Row;
  /** Whether more than one row belongs to the case; this is the first of them. */
  readonly doubled: boolean;
}

export interface Options {
  readonly columns: Readonly<Record<string, RawBuilder<unknown>>>;
  /** From the cases, known as `cases`, to the rows. */
  readonly from: RawBuilder<unknown>;
  readonly groupBy?: RawBuilder<unknown>;
}

/** No rows: of a table that is not there. */
export const none: Source = { read: () => [] };

export const make = (database: Service, options: Options): Source => {
  const rows = statement(database, options, (column) => column);
  const raw = statement(database, options, (column) => sql`cast(${column} as blob)`);

  return {
    read: (first, last) => {
      const found: Array<Found | undefined> = new Array(last - first + 1).fill(undefined);
      for (const row of rows.all(first, last)) {
        const number = row.ledgerfold_case;
        const place = Number(number) - first;
        found[place] =
          found[place] === undefined
            ? { row: checked(row, () => raw.get(number, number)), doubled: false }
            : { ...found[place], doubled: true };
      }
      return found;
    },
  };
};

const statement = (
  database: Service,
  { columns, from, groupBy }: Options,
  wrap: (column: RawBuilder<unknown>) => RawBuilder<unknown>,
) => {
  const list = Object.entries(columns).map(
    ([name, column]) => sql`${wrap(column)} as ${sql.ref(name)}`,
  );
  return database.prepare(
    query(sql<Record<string, Cell>>`
      select cases.number as ledgerfold_case, ${sql.join(list)} from ${from}
      where cases.number between ${parameter} and ${parameter}
      ${groupBy === undefined ? sql`` : sql`group by ${groupBy}`}`),
  );
};

/**
 * The driver puts U+FFFD for bytes that are not UTF-8 and says nothing. Where it stands, the same
 * row as bytes tells whether it was there before.
 */
export const checked = (row: Row, raw: () => Row | undefined): Row => {
  for (const name in row) {
    if (isDoubtful(row[name])) return mended(row, raw() ?? {});
  }
  return row;
};

const isDoubtful = (cell: Cell | undefined): boolean =>
  typeof cell === "string" && cell.includes("\ufffd");

const mended = (row: Row, raw: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => {
      const bytes = isDoubtful(cell) ? raw[name] : null;
      const isText = !(bytes instanceof Uint8Array) || isUtf8(bytes);
      return [name, isText ? cell : new NotUtf8(bytes)];
    }),
  );
