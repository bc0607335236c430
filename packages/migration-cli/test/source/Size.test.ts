import { statSync } from "node:fs";
import * as PostgresDatabase from "@ledgerfold/event-store/postgres/Database";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import { Effect } from "effect";
import { beforeAll, describe, expect, it } from "vitest";
import * as Catalog from "../../src/source/Catalog.ts";
import * as Copy from "../../src/source/Copy.ts";
import * as Size from "../../src/source/Size.ts";
import * as TableCopy from "../../src/source/TableCopy.ts";
import * as Wanted from "../../src/source/Wanted.ts";
import * as Program from "./program.ts";
import { database, query, start, versions } from "./server.ts";
import { tableOf } from "./tableOf.ts";

/** The room that a copy is said to need, held to the file that comes of it; and the memory. */

const { begin } = Program.make("copyProgram");

/** Bytes, said and taken. */
const sizesOf = (url: string, name: string) =>
  Effect.gen(function* () {
    const source = yield* PostgresDatabase.make({ url, prepare: false });
    const plan = { tables: [tableOf(name)], migrations: {} };
    const said = yield* source.use((session) =>
      Effect.flatMap(Catalog.read(session), (relations) => {
        const { wanted } = Wanted.find(plan, relations);
        return Size.of(
          session,
          wanted.map((one) => TableCopy.make(one, TableCopy.columnsOf(one, undefined).columns)),
        );
      }),
    );
    const path = yield* TemporaryFile.make("copy");
    yield* Copy.fill(source, path, plan, {
      onBad: () => Effect.void,
      onProgress: () => Effect.void,
    });
    return { said, taken: statSync(path).size };
  }).pipe(Effect.scoped, Effect.runPromise);

const tables: Readonly<Record<string, string>> = {
  "texts that the server keeps compressed":
    "(id, value) as select n, repeat('abcdefgh', 5000) from generate_series(1, 200) n",
  "moments, which take a third there":
    "(id, value) as select n, timestamptz '2025-01-01' + n * interval '1.000001 s' from generate_series(1, 50000) n",
  "ids that are texts here":
    "(id, value) as select gen_random_uuid(), n from generate_series(1, 50000) n",
  bytes:
    "(id, value) as select n, decode(repeat(md5(n::text), 1000), 'hex') from generate_series(1, 500) n",
  "json of more pages than are looked at":
    "(id, value) as select n, jsonb_build_object('a', repeat(md5(n::text), n % 60)) from generate_series(1, 30000) n",
};

describe.each(versions)("PostgreSQL %i", (version) => {
  let url = "";
  beforeAll(async () => {
    url = await database(
      await start(version),
      ...Object.values(tables).map((table, place) => `create table t${place} ${table}`),
      "create table parted (id int, value int) partition by range (id)",
      "create table lower partition of parted for values from (0) to (25000)",
      "create table upper partition of parted for values from (25000) to (50000)",
      "insert into parted select n, n from generate_series(0, 49999) n",
      "create view seen as select id, value from t1",
      "create materialized view kept as select id, value from t1",
      "create table empty (id int, value int)",
    );
  });

  it.each<readonly [what: string, name: string]>([
    ...Object.keys(tables).map((what, place) => [what, `t${place}`] as const),
    ["partitions", "parted"],
    ["a view", "seen"],
    ["a materialized view", "kept"],
  ])("of %s is enough, and not much too much", async (_, name) => {
    const { said, taken } = await sizesOf(url, name);
    expect(said).toBeGreaterThan(taken);
    // Of narrow rows most is what SQLite adds, and an index is counted with the file that sorts it.
    expect(said).toBeLessThan(4 * taken);
  });

  it("of nothing is nothing", async () => {
    expect(await sizesOf(url, "empty")).toMatchObject({ said: 0 });
  });

  it("takes the memory of some rows, however large those are that come after small ones", async () => {
    await query(
      url,
      `create table grown (id int, value text);
       insert into grown select n, 'small' from generate_series(1, 20000) n;
       insert into grown select n, repeat(md5(n::text), 30000) from generate_series(20001, 20300) n`,
    );
    const { ended } = begin({ NODE_OPTIONS: "--max-old-space-size=100" }, url, "grown");
    expect(await ended).toEqual({ code: 0, said: "20300\n" });
  });
});
