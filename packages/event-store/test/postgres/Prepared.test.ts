import { expect, it } from "@effect/vitest";
import { Array as Arr, Effect } from "effect";
import { sql } from "kysely";
import * as PostgresQuery from "../../src/postgres/Query.ts";
import * as Server from "./Server.ts";

it.scopedLive("a connection keeps no statement for each of very many texts", () =>
  Effect.gen(function* () {
    const { database } = yield* Server.openAsIs({ connections: 1 });
    const run = (number: number) =>
      database.use((session) =>
        session.execute("selecting", PostgresQuery.raw(sql`select 1 as ${sql.id(`n${number}`)}`)),
      );
    yield* Effect.forEach(Arr.range(1, 600), run);
    const counting = sql<{
      kept: number;
    }>`select count(*)::int as kept from pg_prepared_statements`;
    const [found] = yield* database.use((session) =>
      session.execute("counting", PostgresQuery.raw(counting)),
    );
    expect(found?.kept).toBe(500);
    expect(yield* run(600)).toEqual([{ n600: 1 }]);
  }),
);
