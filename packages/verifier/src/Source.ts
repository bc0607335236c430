import { isUtf8 } from "node:buffer";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { type RawBuilder, sql } from "kysely";
import { type Cell, NotUtf8, type Row } from "./Cell.ts";
import { parameter, query } from "./Query.ts";

/** Rows that belong to numbered cases, read a span of numbers at a time. */
export interface Source {
  /** Gives each row at its case's place, from 0 for `first`. Synchronous and throws. */
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
}

/** The source of a table that is not there, which has no rows. */
export const none: Source = { read: () => [] };

export const make = (database: Service, options: Options): Source => {
  const rows = statement(database, options, (column) => column);
  const raw = statement(database, options, (column) => sql`cast(${column} as blob)`);
  const checked = checker(database);

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

/** Any number of rows for each case, in their order. */
export interface Many {
  readonly read: (first: number, last: number) => ReadonlyArray<ReadonlyArray<Row> | undefined>;
}

/** Reads parts: in `from`, `cases` is the list of parts in order, and `part` is their table. */
export const many = (database: Service, { columns, from }: Options): Many => {
  const list = (wrap: (column: RawBuilder<unknown>) => RawBuilder<unknown>) =>
    sql.join(
      Object.entries(columns).map(([name, column]) => sql`${wrap(column)} as ${sql.id(name)}`),
    );
  const rows = database.prepare(
    query(sql<Record<string, Cell>>`
      select cases.number as ledgerfold_case, part.rowid as ledgerfold_rowid, ${list((column) => column)}
      from ${from} where cases.number between ${parameter} and ${parameter}
      order by cases.number, cases.place`),
  );
  const raw = database.prepare(
    query(sql<Record<string, Cell>>`
      select ${list((column) => sql`cast(${column} as blob)`)} from ${from}
      where cases.number = ${parameter} and part.rowid = ${parameter}`),
  );
  const checked = checker(database);
  return {
    read: (first, last) => {
      const found: Array<Array<Row> | undefined> = new Array(last - first + 1).fill(undefined);
      for (const row of rows.all(first, last)) {
        const place = Number(row.ledgerfold_case) - first;
        const list = found[place] ?? [];
        found[place] = list;
        list.push(checked(row, () => raw.get(row.ledgerfold_case, row.ledgerfold_rowid)));
      }
      return found;
    },
  };
};

const statement = (
  database: Service,
  { columns, from }: Options,
  wrap: (column: RawBuilder<unknown>) => RawBuilder<unknown>,
) => {
  const list = Object.entries(columns).map(
    ([name, column]) => sql`${wrap(column)} as ${sql.id(name)}`,
  );
  return database.prepare(
    query(sql<Record<string, Cell>>`
      select cases.number as ledgerfold_case, ${sql.join(list)} from ${from}
      where cases.number between ${parameter} and ${parameter}`),
  );
};

/**
 * Finds text that is invalid in the file's encoding. The driver silently replaces bytes that are
 * not UTF-8 with U+FFFD, and SQLite converts invalid UTF-16 to other characters. A row with a text
 * that may come of either is therefore read a second time, as bytes.
 */
export const checker = (database: Service) => {
  const [found] = database.execute(
    query(sql<{ encoding: string }>`select encoding from pragma_encoding`),
  );
  const { isDoubtful, isText } = readers[found?.encoding ?? ""] ?? utf8;
  const mended = (row: Row, raw: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => {
        const bytes = typeof cell === "string" && isDoubtful(cell) ? raw[name] : null;
        const isGood = !(bytes instanceof Uint8Array) || isText(bytes, cell);
        return [name, isGood ? cell : new NotUtf8(bytes)];
      }),
    );
  return (row: Row, raw: () => Row | undefined): Row => {
    for (const name in row) {
      const cell = row[name];
      if (typeof cell === "string" && isDoubtful(cell)) return mended(row, raw() ?? {});
    }
    return row;
  };
};

/** Tells whether reading may have altered a text, and whether these bytes are that text. */
interface Reader {
  readonly isDoubtful: (text: string) => boolean;
  readonly isText: (bytes: Uint8Array, read: unknown) => boolean;
}

const utf8: Reader = {
  isDoubtful: (text) => text.includes("\ufffd"),
  isText: (bytes) => isUtf8(bytes),
};

const utf16 = (label: string): Reader => {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  const decode = (bytes: Uint8Array): string | undefined => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
  return {
    isDoubtful: (text) => /[^\p{ASCII}]/u.test(text),
    isText: (bytes, read) => decode(bytes) === read,
  };
};

/** By SQLite's names of a file's encodings. */
const readers: Readonly<Record<string, Reader>> = {
  "UTF-8": utf8,
  "UTF-16le": utf16("utf-16le"),
  "UTF-16be": utf16("utf-16be"),
};
