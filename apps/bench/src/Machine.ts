import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import Sqlite from "better-sqlite3";

/** Where and with what the numbers were made: without it they mean nothing. */
export const describe = () => ({
  date: new Date().toISOString(),
  machine: {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    gibibytes: Math.round(totalmem() / 2 ** 30),
    /** Of the last minute, before anything was measured. */
    load: loadavg()[0] ?? 0,
  },
  system: `${distribution()}, ${type()} ${release()} ${arch()}`,
  versions: {
    node: process.versions.node,
    sqlite: sqliteVersion(),
    "better-sqlite3": versionOf("better-sqlite3"),
    kysely: versionOf("kysely"),
    effect: versionOf("effect"),
    pg: versionOf("pg"),
    "emmett-postgresql": versionOf("@event-driven-io/emmett-postgresql"),
    "emmett-sqlite": versionOf("@event-driven-io/emmett-sqlite"),
    sqlite3: versionOf("sqlite3"),
  },
});

const distribution = (): string => {
  try {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    return name ?? "unknown";
  } catch {
    return "unknown";
  }
};

const sqliteVersion = (): string => {
  const db = new Sqlite(":memory:");
  const version = db.prepare<[], string>("select sqlite_version()").pluck().get() ?? "unknown";
  db.close();
  return version;
};

/** Read where it is installed: not every package lets its package.json be imported. */
const versionOf = (library: string): string =>
  JSON.parse(
    readFileSync(new URL(`../node_modules/${library}/package.json`, import.meta.url), "utf8"),
  ).version;
