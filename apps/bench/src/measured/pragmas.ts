import type Sqlite from "better-sqlite3";

/** What decides how fast a connection is, to be read back from the connection itself. */
export const names = [
  "journal_mode",
  "synchronous",
  "cache_size",
  "page_size",
  "wal_autocheckpoint",
  "mmap_size",
] as const;

export const read = (db: Sqlite.Database): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, String(db.pragma(name, { simple: true }))]));
