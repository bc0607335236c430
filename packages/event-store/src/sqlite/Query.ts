import {
  type Compilable,
  DummyDriver,
  Kysely,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";

/** Queries for `SqliteDatabase` to run: Kysely builds and compiles them here and runs none. */

/**
 * Builds queries for `SqliteDatabase` to run: `Tables` says what columns there are, by table. It runs
 * none itself.
 */
export const builder = <Tables>(): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });

const bare = builder<Record<string, never>>();

/** A query written with Kysely's `sql`. */
export const raw = <Row>(query: RawBuilder<Row>): Compilable<Row> => ({
  compile: () => query.compile(bare),
});

/** The same, compiled once: values in it only mark where parameters go. */
export const once = <Row>(query: RawBuilder<Row>): Compilable<Row> => {
  const compiled = query.compile(bare);
  return { compile: () => compiled };
};

/**
 * In a query that `SqliteDatabase.runWith` runs: the text in this place of the columns that it gets.
 * There are three at most.
 */
export const text = (column: 0 | 1 | 2, place: RawBuilder<unknown>): RawBuilder<string> =>
  sql`${sql.id(functionOf(column))}(${place})`;

/** Text in lower case, of any script: SQLite's own `lower` knows ASCII alone. */
export const lower = (text: RawBuilder<unknown>): RawBuilder<string> =>
  sql`${sql.id(lowerName)}(${text})`;

/** What `lower` calls. */
export const lowerName = "ledgerfold_lower";

/** What `text` calls. */
export const functionOf = (column: 0 | 1 | 2): string => `ledgerfold_text_${column}`;
