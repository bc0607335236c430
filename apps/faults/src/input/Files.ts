import { FastCheck } from "effect";
import type { Damage } from "./Input.ts";
import { literal, text } from "./Texts.ts";

/** Damage to files: to their bytes, their schema and their cells. */

const share = FastCheck.double({ min: 0, max: 1, noNaN: true });
const page = FastCheck.nat(60);
const bytes = FastCheck.uint8Array({ maxLength: 2000 });

/** The first hundred bytes say how all others are to be read. */
const bit = FastCheck.oneof(
  FastCheck.nat(100 * 8 - 1),
  FastCheck.nat(4096 * 8 - 1),
  FastCheck.nat(60 * 4096 * 8 - 1),
);

/** As SQLite begins a rollback journal. */
const hot = (bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from("d9d505f920a163d700000001", "hex"), bytes]);
/** As SQLite begins a WAL. */
const logged = (bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from("377f0682002de21800001000", "hex"), bytes]);

export const ofBytes: FastCheck.Arbitrary<Damage> = FastCheck.oneof(
  FastCheck.record({ _tag: FastCheck.constant("Truncated" as const), to: share }),
  FastCheck.record({
    _tag: FastCheck.constant("Flipped" as const),
    bits: FastCheck.array(bit, { minLength: 1, maxLength: 12 }),
  }),
  FastCheck.record({ _tag: FastCheck.constant("PageCopied" as const), from: page, to: page }),
  FastCheck.record({
    _tag: FastCheck.constant("PageFilled" as const),
    page,
    byte: FastCheck.constantFrom(0, 255, 13, 10, 5, 2),
  }),
  FastCheck.record({
    _tag: FastCheck.constant("Replaced" as const),
    bytes: FastCheck.oneof(
      bytes,
      bytes.map((bytes) => Buffer.concat([Buffer.from("SQLite format 3\0"), bytes])),
      text.map((text) => Buffer.from(text)),
    ),
  }),
  FastCheck.record({
    _tag: FastCheck.constant("Beside" as const),
    suffix: FastCheck.constantFrom("-wal", "-journal", "-shm"),
    bytes: FastCheck.oneof(bytes, bytes.map(hot), bytes.map(logged)),
  }),
);

export interface Columns {
  readonly table: string;
  readonly column: string;
}

const statement = (sql: string): Damage => ({ _tag: "Statement", sql });

/** Any cell of these holds anything. */
export const ofCells = (columns: ReadonlyArray<Columns>): FastCheck.Arbitrary<Damage> =>
  FastCheck.tuple(
    FastCheck.constantFrom(...columns),
    FastCheck.oneof(FastCheck.nat(40).map(String), FastCheck.constant("rowid")),
    literal,
  ).map(([{ table, column }, row, value]) =>
    statement(`update "${table}" set "${column}" = ${value} where rowid = ${row}`),
  );

/** Another schema than any version made, with names of every kind beside ours. */
export const ofSchema = (columns: ReadonlyArray<Columns>): FastCheck.Arbitrary<Damage> => {
  const place = FastCheck.constantFrom(...columns);
  const name = FastCheck.oneof(
    FastCheck.constantFrom("more", "events", "EVENTS", "snapshots"),
    text,
  )
    .map((name) => name.replaceAll("\0", ""))
    .map((name) => `"${name.replaceAll('"', '""')}"`);
  return FastCheck.oneof(
    place.map(({ table }) => statement(`drop table "${table}"`)),
    place.map(({ table, column }) => statement(`alter table "${table}" drop column "${column}"`)),
    FastCheck.tuple(place, name).map(([{ table, column }, name]) =>
      statement(`alter table "${table}" rename column "${column}" to ${name}`),
    ),
    FastCheck.tuple(place, name).map(([{ table }, name]) =>
      statement(`alter table "${table}" rename to ${name}`),
    ),
    FastCheck.tuple(place, name, literal).map(([{ table }, name, value]) =>
      statement(`alter table "${table}" add column ${name} default (${value})`),
    ),
    FastCheck.tuple(name, name, literal).map(([table, column, value]) =>
      statement(`create table ${table} as select ${value} as ${column}`),
    ),
    FastCheck.tuple(place, name).map(([{ table }, name]) =>
      statement(`create view ${name} as select * from "${table}"`),
    ),
    FastCheck.tuple(place, name).map(([{ table }, name]) =>
      statement(
        `create trigger ${name} before insert on "${table}" begin select raise(abort, ${name.replaceAll('"', "'")}); end`,
      ),
    ),
    place.map(({ table }) => statement(`create table events as select * from "${table}"`)),
    place.map(({ table }) =>
      statement(
        `create table copied as select * from "${table}"; drop table "${table}"; alter table copied rename to "${table}"`,
      ),
    ),
    place.map(({ table }) => statement(`delete from "${table}"`)),
    FastCheck.constantFrom(
      statement("create virtual table found using fts5(a)"),
      statement("create table events (a) without rowid"),
      statement("create table snapshots (aggregate_type, aggregate_id) strict"),
      statement("pragma user_version = -1"),
      statement("pragma application_id = 7"),
      statement("pragma encoding = 'UTF-16le'"),
      statement("delete from events where rowid % 3 = 0"),
      statement("update events set sequence = sequence + 1"),
      statement("insert into events select * from events"),
      statement("update ledgerfold_runs set options = '{', counts = 'x', roots = ''"),
    ),
  );
};

/** JSON that says something else, or is none. */
export const ofReports: FastCheck.Arbitrary<Damage> = FastCheck.oneof(
  ofBytes,
  FastCheck.record({
    _tag: FastCheck.constant("Text" as const),
    from: FastCheck.constantFrom(
      ...['"', ":", ",", "{", "}", "[", "]", "0", "1", "9", "ledgerfold", "root", "rows", "table"],
      ...["true", "null", "Z", "a", "column", "finishedAt", "version", "events"],
    ),
    to: FastCheck.oneof(
      FastCheck.constantFrom("", "-1", "1e999", "null", "{}", "[]", '"__proto__"', "9".repeat(400)),
      FastCheck.constant("[".repeat(50_000)),
      text,
    ),
    nth: FastCheck.nat(300),
  }),
  FastCheck.json().map((json) => ({ _tag: "Replaced" as const, bytes: Buffer.from(json) })),
  FastCheck.constantFrom("[", '{"a":').map((open) => ({
    _tag: "Replaced" as const,
    bytes: Buffer.from(open.repeat(100_000)),
  })),
);
