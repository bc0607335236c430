import { DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as TableShape from "@ledgerfold/event-store/internal/sqlite/TableShape";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { type Cell, NotUtf8, type Row } from "../Cell.ts";
import { parameter, query } from "../Query.ts";
import { checker } from "../Source.ts";
import * as StoredTable from "./StoredTable.ts";

/**
 * What the verification reads of a log in another SQLite file: a copy in temporary tables of the
 * connection that reads the legacy file. They have the names that the tables have in their file, and
 * stand before those of the legacy file, so the same verifier reads them. All of it is of one
 * snapshot, with its rowids, and each cell with its storage class and its bytes.
 */
export const copy = (
  source: Service,
  database: Service,
  /** The tables of the views. */
  views: ReadonlyArray<string>,
  onProgress: (done: number) => Effect.Effect<void>,
): Effect.Effect<void, StoreError> => {
  let done = 0;
  const rows = (table: StoredTable.StoredTable, alias: string) =>
    Effect.gen(function* () {
      const operation = `copying ${table.name}`;
      const read = yield* source.run(operation, () => reader(source, table, alias));
      const write = yield* database.run(operation, () => writer(source, database, table, alias));
      let after: bigint | null = null;
      for (;;) {
        const from: bigint | null = after;
        const page = yield* source.run(operation, () => read(from));
        yield* Effect.mapError(
          database.run(operation, () => page.forEach(write)),
          (error) =>
            error._tag === "DatabaseError" && error.code === "SQLITE_CONSTRAINT_ROWID"
              ? twice(source, operation)
              : error,
        );
        done += page.length;
        yield* onProgress(done);
        yield* breathe;
        if (page.length < pageSize) return;
        after = page.at(-1)?.["rowid"] as bigint;
      }
    });
  const table = ({ name, columns, key }: Copied) =>
    Effect.gen(function* () {
      const found = yield* source.run("looking at the log", () => StoredTable.find(source, name));
      const stored = found ?? StoredTable.empty(name, columns);
      yield* database.run("making a copy of the log", () => StoredTable.make(database, stored));
      if (found?.alias !== undefined) yield* rows(found, found.alias);
      yield* database.run("making a copy of the log", () =>
        StoredTable.index(database, stored, key),
      );
    });
  return source.transaction(
    Effect.forEach([events, ...views.map(viewTable)], table, { discard: true }),
  );
};

const twice = ({ path }: Service, operation: string) =>
  new DatabaseError({
    ...{ database: path, operation, code: "SQLITE_CORRUPT" },
    cause: new Error("a rowid stands in it twice"),
  });

/**
 * Makes the copy of a log that is not there yet: empty tables, which hide legacy ones of their
 * names.
 */
export const copyNothing = (
  database: Service,
  views: ReadonlyArray<string>,
): Effect.Effect<void, StoreError> =>
  database.run("making a copy of the log", () => {
    for (const { name, columns } of [events, ...views.map(viewTable)]) {
      StoredTable.make(database, StoredTable.empty(name, columns));
    }
  });

interface Copied {
  readonly name: string;
  /** The columns that a store makes, in case the file has no such table. */
  readonly columns: ReadonlyArray<string>;
  readonly key: ReadonlyArray<string>;
}

const copied = ({ table, columns }: TableShape.TableShape, key: ReadonlyArray<string>): Copied => ({
  name: table,
  columns: Object.keys(columns),
  key,
});

const events = copied(TableShape.ofEvents, ["aggregate_type", "aggregate_id", "sequence"]);

const viewTable = (name: string) => copied(TableShape.ofView(name), ["view_id"]);

const pageSize = 1_000;

/** Rows after a rowid, in its order. */
const reader = (source: Service, { name, columns }: StoredTable.StoredTable, alias: string) => {
  const select = (wrap: (column: RawBuilder<unknown>) => RawBuilder<unknown>) => {
    const list = columns.map((column, place) => {
      return sql`${wrap(sql.id(column.name))} as ${sql.id(cellName(place))}`;
    });
    return sql<Row>`select ${sql.join([sql`${sql.id(alias)} as rowid`, ...list])}
      from ${sql.id("main", name)}`;
  };
  const asRead = select((column) => column);
  const first = source.prepare(
    query(sql<Row>`${asRead} order by ${sql.id(alias)} limit ${sql.lit(pageSize)}`),
  );
  const next = source.prepare(
    query(sql<Row>`${asRead} where ${sql.id(alias)} > ${parameter}
      order by ${sql.id(alias)} limit ${sql.lit(pageSize)}`),
  );
  const raw = source.prepare(
    query(sql<Row>`${select((column) => sql`cast(${column} as blob)`)}
      where ${sql.id(alias)} = ${parameter}`),
  );
  const checked = checker(source);
  return (after: bigint | null): ReadonlyArray<Row> =>
    (after === null ? first.all() : next.all(after)).map((row) =>
      checked(row, () => raw.get(row["rowid"])),
    );
};

/**
 * Writes rows to the copy. Text that is invalid in its encoding stays TEXT of the same bytes,
 * unless the two databases have different encodings: then it becomes a BLOB of these bytes.
 */
const writer = (
  source: Service,
  database: Service,
  { name, columns }: StoredTable.StoredTable,
  alias: string,
) => {
  const table = sql.id("temp", name);
  const names = [alias, ...columns.map((column) => column.name)].map((column) => sql.id(column));
  const insert = database.prepare(
    query(sql`insert into ${table} (${sql.join(names)})
      values (${sql.join(names.map(() => parameter))})`),
  );
  const isSame = StoredTable.encoding(source) === StoredTable.encoding(database);
  const bytes = (cell: Cell | undefined) => (cell instanceof NotUtf8 ? cell.bytes : cell);
  return (row: Row) => {
    const cells = columns.map((_, place) => row[cellName(place)]);
    insert.run(row["rowid"], ...cells.map(bytes));
    if (!isSame) return;
    columns.forEach((column, place) => {
      const cell = cells[place];
      if (!(cell instanceof NotUtf8)) return;
      const mend = sql`update ${table} set ${sql.id(column.name)} = cast(${parameter} as text)
        where ${sql.id(alias)} = ${parameter}`;
      database.prepare(query(mend)).run(cell.bytes, row["rowid"]);
    });
  };
};

const cellName = (place: number) => `c${place}`;
