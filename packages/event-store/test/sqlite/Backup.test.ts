import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Fiber } from "effect";
import Sqlite from "better-sqlite3";
import * as SqliteBackup from "../../src/sqlite/Backup.ts";
import * as Content from "../../src/sqlite/Content.ts";
import * as TempFile from "./TempFile.ts";

const file = (statements: string) =>
  Effect.map(TempFile.make, (path) => {
    const db = new DatabaseSync(path);
    db.exec(statements);
    db.close();
    return path;
  });

const make = (database: string) =>
  SqliteBackup.make({
    database,
    backup: `${database}.backup`,
    onProgress: () => Effect.void,
  });

const isSame = (path: string, other: string) =>
  Effect.acquireUseRelease(
    Effect.sync(() => new Sqlite(path, { readonly: true }).defaultSafeIntegers()),
    (connection) => {
      connection.prepare("attach ? as other").run(other);
      return Content.isSame(connection, "other");
    },
    (connection) => Effect.sync(() => connection.close()),
  );

const table = "create table t (a, b); insert into t values";
const many = `create table t (a, b); insert into t
  with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select i, 0 from n;`;

describe("the content of two files", () => {
  const differing: ReadonlyArray<readonly [what: string, one: string, other: string]> = [
    ["one bit of a double", `${table} (0.1, 0)`, `${table} (0.10000000000000002, 0)`],
    ["the sign of a zero", `${table} (0.0, 0)`, `${table} (-0.0, 0)`],
    ["the class of a number", `${table} (1, 0)`, `${table} (1.0, 0)`],
    ["a number and its text", `${table} (1, 0)`, `${table} ('1', 0)`],
    ["a text and its bytes", `${table} ('a', 0)`, `${table} (x'61', 0)`],
    ["null and the empty text", `${table} (null, 0)`, `${table} ('', 0)`],
    ["the 63rd bit", `${table} (9007199254740992, 0)`, `${table} (9007199254740993, 0)`],
    [
      "bytes that are no text",
      `${table} (cast(x'ff' as text), 0)`,
      `${table} (cast(x'fe' as text), 0)`,
    ],
    [
      "what follows a zero byte",
      `${table} ('a' || char(0) || 'b', 0)`,
      `${table} ('a' || char(0) || 'c', 0)`,
    ],
    ["the column", `${table} ('a', '')`, `${table} ('', 'a')`],
    [
      "the case of a text",
      "create table t (a collate nocase); insert into t values ('a')",
      "create table t (a collate nocase); insert into t values ('A')",
    ],
    [
      "the last of many rows",
      `${many} update t set b = 1 where a = 20000`,
      `${many} update t set b = 2 where a = 20000`,
    ],
    [
      "the last of the rowids",
      `${table} (1, 1); update t set rowid = 9223372036854775807`,
      `${table} (1, 2); update t set rowid = 9223372036854775807`,
    ],
    [
      "a table whose rowids have no name",
      "create table t (rowid, oid, _rowid_); insert into t values (1, 1, 1), (1, 1, 1), (2, 1, 1)",
      "create table t (rowid, oid, _rowid_); insert into t values (1, 1, 1), (2, 1, 1), (2, 1, 1)",
    ],
    ["a rowid", `${table} (1, 1)`, `${table} (1, 1); update t set rowid = 7`],
    ["a row more", `${table} (1, 1)`, `${table} (1, 1), (1, 1)`],
    ["an empty table", `${table} (1, 1)`, `${table} (1, 1); create table u (a)`],
    ["a name", "create table t (a)", "create table t (b)"],
    ["a trigger", table.slice(0, 22), `${table.slice(0, 22)}; create view v as select 1`],
    ["the user's version", "create table t (a)", "create table t (a); pragma user_version = 7"],
    [
      "a table without rowids",
      "create table t (rowid primary key, b) without rowid; insert into t values ('a', 1)",
      "create table t (rowid primary key, b) without rowid; insert into t values ('a', 2)",
    ],
  ];
  for (const [what, one, other] of differing) {
    it.scoped(`differs with ${what}`, () =>
      Effect.gen(function* () {
        expect(yield* isSame(yield* file(one), yield* file(one))).toBe(true);
        expect(yield* isSame(yield* file(one), yield* file(other))).toBe(false);
        expect(yield* isSame(yield* file(other), yield* file(one))).toBe(false);
      }),
    );
  }

  it.scoped("is the same whatever the journal mode, and while all of it is in the WAL", () =>
    Effect.gen(function* () {
      const rows = `${table} (0.1, 'a'), (-0.0, null)`;
      const path = yield* file("pragma journal_mode = wal");
      const db = new DatabaseSync(path);
      yield* Effect.addFinalizer(() => Effect.sync(() => db.close()));
      db.exec(`begin; ${rows}; commit; begin immediate`);
      const { path: backup } = yield* make(path);
      expect(readdirSync(dirname(path)).sort()).toEqual(
        ["", "-shm", "-wal", ".backup"].map((part) =>
          `${path}${part}`.slice(dirname(path).length + 1),
        ),
      );
      expect(yield* isSame(yield* file(rows), backup)).toBe(true);
    }),
  );
});

it.scoped("a copy that is interrupted leaves nothing, wherever it was", () =>
  Effect.gen(function* () {
    const path = yield* file("create table t (a); insert into t values (zeroblob(20000000))");
    for (const steps of [1, 3, 8]) {
      let told = 0;
      const reached = yield* Effect.makeLatch();
      const running = yield* SqliteBackup.make({
        database: path,
        backup: `${path}.backup`,
        onProgress: ({ done, total }) => {
          expect(done).toBeLessThan(total);
          told += 1;
          return told >= steps ? Effect.asVoid(reached.open) : Effect.void;
        },
      }).pipe(Effect.fork);
      yield* reached.await;
      const [draft = ""] = readdirSync(dirname(path)).filter((name) => name.endsWith(".partial"));
      const file = openSync(join(dirname(path), draft), "r");
      expect(Exit.isInterrupted(yield* Fiber.interrupt(running))).toBe(true);
      // Not copied to its end first.
      expect(fstatSync(file).size).toBeLessThan(statSync(path).size);
      closeSync(file);
      expect(readdirSync(dirname(path))).toHaveLength(1);
    }
    const { bytes } = yield* make(path);
    expect(bytes).toBe(statSync(path).size);
  }),
);

it.scoped("a file that comes into being meanwhile is not replaced", () =>
  Effect.gen(function* () {
    const path = yield* file("create table t (a); insert into t values (zeroblob(20000000))");
    const backup = join(dirname(path), "backup");
    const failure = yield* SqliteBackup.make({
      database: path,
      backup,
      onProgress: () => Effect.sync(() => writeFileSync(backup, "mine")),
    }).pipe(Effect.flip);
    expect(failure).toMatchObject({ _tag: "BackupFailed", database: path, backup });
    expect(failure.message).toContain("EEXIST");
    expect(readFileSync(backup, "utf8")).toBe("mine");
    expect(readdirSync(dirname(path))).toHaveLength(2);
  }),
);

it.scoped("a copy that SQLite finds sound and that holds something else is refused", () =>
  Effect.gen(function* () {
    const rows = "values ('none') union all select hex(zeroblob(4000)) from generate";
    const path = yield* file(
      `create table t (a); with recursive generate (n) as (select 1 union all select n + 1
        from generate where n < 5000) insert into t ${rows}`,
    );
    let changed = 0;
    /** Once SQLite has put pages of the copy on the disk, in one cell a 0 becomes a 1. */
    const change = Effect.sync(() => {
      const [draft = ""] = readdirSync(dirname(path)).filter((name) => name.endsWith(".partial"));
      const copy = join(dirname(path), draft);
      const place = readFileSync(copy).indexOf("0".repeat(100));
      if (changed > 0 || place < 0) return;
      changed = place + 50;
      const descriptor = openSync(copy, "r+");
      writeSync(descriptor, "1", changed);
      closeSync(descriptor);
    });
    const failure = yield* SqliteBackup.make({
      database: path,
      backup: `${path}.backup`,
      onProgress: () => change,
    }).pipe(Effect.flip);
    expect(changed).toBeGreaterThan(0);
    expect(failure.message).toContain("the copy does not hold what the database holds. Nothing");
    expect(readdirSync(dirname(path))).toHaveLength(1);
  }),
);
