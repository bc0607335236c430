import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
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
