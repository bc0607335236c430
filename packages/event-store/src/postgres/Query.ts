import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from "kysely";

/** Queries for `PostgresDatabase` to run: Kysely builds and compiles them here and runs none. */

/** Its tables are those of one schema. */
export const builder = <Tables>(schema: string): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }).withSchema(schema);

const bare = builder<Record<string, never>>("public");

/** A query written with Kysely's `sql`. */
export const raw = <Row>(query: RawBuilder<Row>): Compilable<Row> => {
  const compiled = query.compile(bare);
  return { compile: () => compiled };
};

/** How many rows a statement has changed, and how many there were to be changed. */
export interface Changed {
  readonly changed: number;
  readonly wanted: number;
}

/** Deletes what stands behind a `from`. Its parameters are bound twice. */
export const removal = (from: RawBuilder<unknown>): Compilable<Changed> =>
  raw(sql<Changed>`
    with gone as (delete from ${from} returning 1)
    select (select count(*) from gone) as changed, (select count(*) from ${from}) as wanted`);
