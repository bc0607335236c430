import { setImmediate as turn } from "node:timers/promises";
import type Sqlite from "better-sqlite3";
import { Effect } from "effect";

/**
 * Whether two databases of a connection hold the same: `main` and the one attached as `other`. Every
 * row of every table is compared, SQLite's own tables included, each cell with its type and all its
 * bits. The bytes of two such files need not be the same: a part of a file may still be in its WAL,
 * and SQLite counts changes in the header. SQLite compares, in short pieces, so that signals have
 * their turn between them.
 */
export const isSame = (
  connection: Sqlite.Database,
  other: string,
): Effect.Effect<boolean, unknown> =>
  Effect.tryPromise({
    try: (interrupted) => compare(connection, other, interrupted),
    catch: (cause) => cause,
  });

const compare = async (
  connection: Sqlite.Database,
  other: string,
  interrupted: AbortSignal,
): Promise<boolean> => {
  for (const name of ["encoding", "user_version", "application_id"]) {
    const of = (schema: string) => connection.pragma(`${quoted(schema)}.${name}`, { simple: true });
    if (of("main") !== of(other)) return false;
  }
  for (const table of connection.prepare<[], Table>(tables).all()) {
    for (const isDifferent of looks(connection, other, table)) {
      await turn();
      if (interrupted.aborted || isDifferent()) return false;
    }
  }
  return true;
};

interface Table {
  readonly name: string;
  readonly withoutRowid: number | bigint;
}

/** That of the tables is first: where it is the same, the others are there in both. */
const tables = `select name, wr as withoutRowid from pragma_table_list
  where schema = 'main' and type in ('table', 'shadow')
  order by name <> 'sqlite_schema', name collate binary`;

/** A question for SQLite that takes it some milliseconds. */
type Look = () => boolean;

const looks = (
  connection: Sqlite.Database,
  other: string,
  { name, withoutRowid }: Table,
): Iterable<Look> => {
  const columns = connection
    .prepare<[string], string>("select name from pragma_table_xinfo(?) where hidden <> 1")
    .pluck()
    .all(name);
  const taken = new Set(columns.map((column) => column.toLowerCase()));
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
  const sides = {
    ours: `main.${quoted(name)}`,
    theirs: `${quoted(other)}.${quoted(name)}`,
    columns: columns.map(quoted),
  };
  return Number(withoutRowid) === 0 && rowid !== undefined
    ? byRowid(connection, sides, rowid)
    : byContent(connection, sides);
};

interface Sides {
  readonly ours: string;
  readonly theirs: string;
  readonly columns: ReadonlyArray<string>;
}

function* byRowid(
  connection: Sqlite.Database,
  { ours, theirs, columns }: Sides,
  rowid: string,
): Iterable<Look> {
  const unlike = columns.map((column) => {
    const [one, other] = [`one.${column}`, `other.${column}`];
    return `${one} collate binary is not ${other} or typeof(${one}) <> typeof(${other})
      or ${sign(one)} is not ${sign(other)}`;
  });
  yield ask(connection, `${count(ours)} <> ${count(theirs)}`);
  const last = connection
    .prepare<[bigint], bigint>(
      `select ${rowid} from ${ours} not indexed where ${rowid} >= ?
      order by ${rowid} limit 1 offset ${pieceRows - 1}`,
    )
    .pluck();
  const differs = connection
    .prepare<[bigint, bigint], bigint>(
      `select exists (select 1 from ${ours} as one not indexed
        left join ${theirs} as other not indexed on other.${rowid} = one.${rowid}
        where one.${rowid} between ? and ?
          and (other.${rowid} is null or ${unlike.join(" or ")}))`,
    )
    .pluck();
  for (let from: bigint | undefined = leastRowid; from !== undefined; ) {
    const [first, end]: [bigint, bigint | undefined] = [from, last.get(from)];
    yield () => differs.get(first, end ?? mostRowid) === 1n;
    from = end === undefined || end === mostRowid ? undefined : end + 1n;
  }
}

const pieceRows = 10_000;
const leastRowid = -(2n ** 63n);
const mostRowid = 2n ** 63n - 1n;

/** Where no name is left for the rowids, or there are none: how often each row is there. */
const byContent = (
  connection: Sqlite.Database,
  { ours, theirs, columns }: Sides,
): ReadonlyArray<Look> => {
  const cells = columns.flatMap((column) => [
    `${column} collate binary`,
    `typeof(${column})`,
    sign(column),
  ]);
  const places = cells.map((_, place) => place + 1).join();
  const rows = (table: string) =>
    `select ${cells.join()}, count(*) from ${table} not indexed group by ${places}`;
  return [
    ask(connection, `${count(ours)} <> ${count(theirs)}`),
    ask(connection, `exists (${rows(ours)} except ${rows(theirs)})`),
  ];
};

/** A zero that has one is equal to one that has none. */
const sign = (cell: string) =>
  `iif(typeof(${cell}) = 'real' and ${cell} = 0, atan2(${cell}, -1), 0)`;

const count = (table: string) => `(select count(*) from ${table} not indexed)`;

const ask = (connection: Sqlite.Database, condition: string): Look => {
  const statement = connection.prepare<[], bigint>(`select ${condition}`).pluck();
  return () => statement.get() === 1n;
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
