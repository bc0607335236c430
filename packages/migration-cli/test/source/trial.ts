import { carried } from "@ledgerfold/declaration/Fate";
import { anyText } from "@ledgerfold/declaration/Kind";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import { type BadCell, describe } from "@ledgerfold/migration/BadData";
import Sqlite from "better-sqlite3";
import { Effect } from "effect";
import * as Copy from "../../src/source/Copy.ts";
import { tableOf } from "./tableOf.ts";

const things = ["flag", "number", "real", "amount", "word", "bytes", "moment"];
const tables = {
  values: {
    ...tableOf("things"),
    columns: Object.fromEntries(["id", ...things].map((name) => [name, carried(name, anyText())])),
  },
  berlin: tableOf("berlin", "Europe/Berlin"),
  utc: tableOf("utc", "UTC"),
  wrong: tableOf("wrong", "Europe/Berlin"),
};

const copy = (url: string, table: Table) =>
  Effect.gen(function* () {
    const source = yield* PostgresDatabase.make({ url, prepare: false });
    const path = yield* TemporaryFile.make("copy");
    const bad: Array<BadCell> = [];
    const plan = { tables: [table], migrations: {}, zone: "America/New_York" };
    const done = yield* Effect.either(
      Copy.fill(source, path, plan, {
        onBad: (one) => Effect.sync(() => void bad.push(one)),
        onProgress: () => Effect.void,
      }),
    );
    if (done._tag === "Left") return bad.length > 0 ? bad.map(describe) : [done.left._tag];
    const db = new Sqlite(path, { readonly: true });
    db.defaultSafeIntegers();
    const rows = db.prepare(`select * from ${table.names[0]} order by id`).raw().all();
    db.close();
    return rows;
  }).pipe(Effect.scoped);

/** What there is of these tables in a copy, as JSON. */
export const outcome = (url: string): Promise<string> =>
  Effect.runPromise(
    Effect.map(
      Effect.all(
        Object.fromEntries(Object.entries(tables).map(([name, one]) => [name, copy(url, one)])),
      ),
      (found) =>
        JSON.stringify(found, (_, value: unknown) =>
          typeof value === "bigint" ? `${value}n` : value,
        ),
    ),
  );
