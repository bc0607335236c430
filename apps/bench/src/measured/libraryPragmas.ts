import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { Effect } from "effect";
import { sql } from "kysely";
import { names } from "./pragmas.ts";

/** Those of the connection that the library has opened. */
export const read = Effect.flatMap(SqliteDatabase.SqliteDatabase, (database) =>
  database.run("reading pragmas", () =>
    Object.fromEntries(
      names.map((name) => {
        const query = SqliteQuery.raw<Record<string, unknown>>(sql`pragma ${sql.raw(name)}`);
        return [name, String(Object.values(database.execute(query)[0] ?? {})[0])];
      }),
    ),
  ),
);
