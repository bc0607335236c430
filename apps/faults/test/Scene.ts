import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { afterAll } from "vitest";

/** A bot's file, what is run on it, and what the file says afterwards. */

/** All of it, for as long as it takes, instead of a sample: `LEDGERFOLD_SOAK=1 pnpm test:faults`. */
export const isSoak = process.env.LEDGERFOLD_SOAK === "1";

export type Mode = "wal" | "delete";

const root = mkdtempSync(join(tmpdir(), "ledgerfold-faults-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

export const folder = (): string => mkdtempSync(join(root, "t-"));

/** Its folder holds nothing else. */
export const legacy = (mode: Mode): string => {
  const path = join(folder(), "legacy.db");
  SampleDatabase.write(path, { trades: 300, journalMode: mode });
  return path;
};

/** What SQLite keeps of a file, in a folder of its own. */
export const copy = (path: string): string => {
  const to = join(folder(), "legacy.db");
  for (const part of ["", "-wal", "-journal"]) {
    if (existsSync(`${path}${part}`)) copyFileSync(`${path}${part}`, `${to}${part}`);
  }
  return to;
};

const bin = fileURLToPath(new URL("../../cli/bin/migrate_to_events.js", import.meta.url));

/** The program and its words that migrate the file. */
export const migration = (path: string): readonly [string, ...Array<string>] => [
  process.execPath,
  bin,
  "--database-url",
  path,
  "--force",
];

export interface Said {
  /** What SQLite's own check finds: `ok`. */
  readonly check: string;
  /** Its tables but for those of the log. */
  readonly rows: string;
  /** Events, snapshots and views, but for what each run makes anew; empty where there are none. */
  readonly log: string;
}

/** Opens it as the next user of the file would, so that SQLite recovers what a crash has left. */
export const said = (path: string): Said => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    const all = (sql: string) => {
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all();
    };
    const names = all(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name",
    );
    const text = (isWanted: (name: string) => boolean) =>
      names
        .map(({ name }) => String(name))
        .filter(isWanted)
        .flatMap((name) =>
          all(`select * from "${name}" order by rowid`).map((row) => show(name, row)),
        )
        .join("\n");
    return {
      check: String(all("pragma integrity_check")[0]?.integrity_check),
      rows: text((name) => !isOfLog(name)),
      log: text(isOfLog),
    };
  } finally {
    db.close();
  }
};

const isOfLog = (name: string) => /^(events|snapshots|.*_view|ledgerfold_.*)$/.test(name);

const began = Date.now();

/** But for a run's own name, its moment, and hashes over these. */
const show = (name: string, { options: _, roots: __, ...row }: Record<string, unknown>): string =>
  `${name} ${JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value))}`
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}/g, "run")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (text) => (Date.parse(text) < began ? text : "now"));

/** Backups that have their name, and what a runbook does not know of; half a backup it does. */
export const beside = (path: string) => {
  const names = readdirSync(join(path, "..")).filter((name) => name !== "legacy.db");
  const isBackup = (name: string) => name.endsWith(".backup");
  const isHalf = (name: string) =>
    /\.backup\.[0-9a-f]{8}\.partial(-journal|-wal|-lock)?$/.test(name);
  return {
    backups: names.filter(isBackup).map((name) => join(path, "..", name)),
    strays: names.filter((name) => !isBackup(name) && !isHalf(name)),
  };
};

/** What two differ by first: empty where they say the same. */
export const difference = (found: Said, wanted: Said): string =>
  (["check", "rows", "log"] as const)
    .flatMap((part) => {
      const [one, other] = [found[part].split("\n"), wanted[part].split("\n")];
      const at = Array.from({ length: Math.max(one.length, other.length) }).findIndex(
        (_, line) => one[line] !== other[line],
      );
      return at < 0 ? [] : [`${part}, line ${at + 1}: ${one[at]}\ninstead of: ${other[at]}`];
    })
    .join("\n");
