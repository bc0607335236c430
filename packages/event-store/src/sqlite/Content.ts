import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type Sqlite from "better-sqlite3";
import { Effect } from "effect";

/**
 * A SHA-256 of all that a database holds: every row of every table, its own tables included, each
 * cell with its type and all its bits. A file and a copy of it have the same one, which their bytes
 * have not: a part of the file may still be in its WAL, and SQLite counts changes in the header.
 */
export const hash = (connection: Sqlite.Database): Effect.Effect<string, unknown> =>
  Effect.gen(function* () {
    const sum = createHash("sha256");
    for (const name of ["encoding", "user_version", "application_id"]) {
      sum.update(`${name} ${connection.pragma(name, { simple: true })}\n`);
    }
    for (const table of connection.prepare<[], Table>(tables).all()) {
      const query = connection.prepare<[], Array<Cell>>(everyRow(connection, table)).raw();
      sum.update(`${JSON.stringify(table.name)}\n`);
      const rows = yield* Effect.try({ try: () => query.iterate(), catch: (cause) => cause });
      // An iterator that is left alone keeps the connection busy.
      yield* Effect.ensuring(
        drain(rows, (text) => sum.update(text)),
        Effect.sync(() => rows.return?.()),
      );
    }
    return sum.digest("hex");
  });

interface Table {
  readonly name: string;
  readonly withoutRowid: number | bigint;
}

type Cell = null | bigint | number | string | Buffer;

const tables = `select name, wr as withoutRowid from pragma_table_list
  where schema = 'main' and type in ('table', 'shadow') order by name collate binary`;

/** In the order of the table itself. Text comes as the hex of its bytes, valid or not. */
const everyRow = (connection: Sqlite.Database, { name, withoutRowid }: Table): string => {
  const names = connection
    .prepare<[string], string>("select name from pragma_table_xinfo(?) where hidden <> 1")
    .pluck()
    .all(name);
  const columns = names.map(quoted).map((column) => {
    return `iif(typeof(${column}) = 'text', hex(cast(${column} as blob)), ${column})`;
  });
  const taken = new Set(names.map((column) => column.toLowerCase()));
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
  const key = Number(withoutRowid) === 0 && rowid !== undefined ? [rowid] : [];
  return `select ${[...key, ...columns].join()} from ${quoted(name)} not indexed`;
};

/** Reads in short pieces, so that signals have their turn between them. */
const drain = (rows: IterableIterator<Array<Cell>>, write: (text: string) => void) =>
  Effect.iterate(true, {
    while: (more) => more,
    body: () =>
      Effect.zipRight(
        Effect.promise(() => turn()),
        Effect.try({
          try: () => {
            let text = "";
            while (text.length < pieceLength) {
              const next = rows.next();
              if (next.done === true) {
                write(text);
                return false;
              }
              for (const cell of next.value) text += `${typed(cell)},`;
            }
            write(text);
            return true;
          },
          catch: (cause) => cause,
        }),
      ),
  });

/** Characters. */
const pieceLength = 1_000_000;

/** As many cells follow in a row as the table has columns, so a comma is end enough. */
const typed = (cell: Cell): string => {
  if (cell === null) return "";
  if (typeof cell === "bigint") return `i${cell}`;
  if (typeof cell === "string") return `t${cell}`;
  // JavaScript's decimal is the shortest that has the same 64 bits, but for the sign of zero.
  if (typeof cell === "number") return Object.is(cell, -0) ? "r-0" : `r${cell}`;
  return `b${cell.toString("hex")}`;
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
