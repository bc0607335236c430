import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import type { Performer } from "../Performer.ts";
import type { Columns } from "./Files.ts";
import type { Damage, Input } from "./Input.ts";

/** Where files are whole, and from where each input gets its own. */
export interface Place {
  readonly columns: {
    readonly legacy: ReadonlyArray<Columns>;
    readonly log: ReadonlyArray<Columns>;
  };
  /** Makes what an input works on in an empty folder, damaged as it says. */
  readonly lay: (input: Input, folder: string) => Laid;
}

interface Laid {
  readonly words: ReadonlyArray<string>;
  readonly env: Readonly<Record<string, string>>;
  /** The file that the command works on. */
  readonly path: string;
}

const options = { trades: 30, orders: 6 };

export const make = async (root: string, performer: Performer): Promise<Place> => {
  const at = (name: string) => join(root, name);
  SampleDatabase.write(at("legacy"), { ...options, journalMode: "delete" });
  SampleDatabase.write(at("old"), { ...options, age: "2025-10-09", journalMode: "delete" });
  SampleDatabase.write(at("wal"), { ...options, journalMode: "wal" });
  copyFileSync(at("legacy"), at("migrated"));
  const done = async (...words: ReadonlyArray<string>) => {
    const { code, stderr } = await performer.perform(words, { TMPDIR: root });
    if (code !== 0) throw new Error(stderr);
  };
  await done("--database-url", at("migrated"), "--force", "--no-backup");
  await done("--database-url", at("legacy"), "--event-store-url", `sqlite:${at("log")}`, "--force");
  await done("verify-only", "--database-url", at("migrated"), "--report", at("report.json"));

  const lay = ({ words, env, file, damages }: Input, folder: string): Laid => {
    const path = join(folder, "legacy.db");
    const tmp = join(folder, "tmp");
    mkdirSync(tmp);
    const files = {
      legacy: path,
      log: join(folder, "log.db"),
      report: join(folder, "report.json"),
    };
    copyFileSync(at(file), files.legacy);
    copyFileSync(at("log"), files.log);
    copyFileSync(at("report.json"), files.report);
    for (const [name, damage] of damages) {
      inflict(damage, name === "report" || name === "log" ? files[name] : path);
    }
    const named = (word: string) =>
      word
        .replaceAll("{folder}", folder)
        .replaceAll(/\{(legacy|log|report)\}/g, (_, name: keyof typeof files) => files[name]);
    return {
      words: words.map(named),
      env: {
        ...{ PATH: process.env.PATH ?? "", HOME: folder, TMPDIR: tmp },
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, named(value)])),
      },
      path,
    };
  };
  return {
    columns: {
      legacy: columnsOf(at("legacy"), (table) => !isOfLog(table)),
      log: columnsOf(at("migrated"), isOfLog),
    },
    lay,
  };
};

const isOfLog = (table: string) => /^(events|snapshots|.*_view|ledgerfold_runs)$/.test(table);

const columnsOf = (path: string, isWanted: (table: string) => boolean): ReadonlyArray<Columns> =>
  withDatabase(path, (db) =>
    db
      .prepare(
        `select t.name as "table", c.name as "column" from sqlite_schema as t
          join pragma_table_info(t.name) as c where t.type = 'table' and t.name not like 'sqlite%'`,
      )
      .all()
      .map(({ table, column }) => ({ table: String(table), column: String(column) }))
      .filter(({ table }) => isWanted(table)),
  );

const withDatabase = <A>(path: string, work: (db: DatabaseSync) => A): A => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    return work(db);
  } finally {
    db.close();
  }
};

const pageSize = 4096;

const startOf = (bytes: Buffer, page: number): number =>
  (page * pageSize) % Math.max(pageSize, bytes.length - (bytes.length % pageSize));
const pageOf = (bytes: Buffer, page: number): Buffer =>
  bytes.subarray(startOf(bytes, page), startOf(bytes, page) + pageSize);

const inflict = (damage: Damage, path: string): void => {
  const change = (work: (bytes: Buffer) => void) => {
    const bytes = readFileSync(path);
    work(bytes);
    writeFileSync(path, bytes);
  };
  switch (damage._tag) {
    case "Truncated":
      truncateSync(path, Math.floor(readFileSync(path).length * damage.to));
      break;
    case "Flipped":
      change((bytes) => {
        for (const bit of damage.bits) {
          const at = (bit >> 3) % (bytes.length || 1);
          if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
        }
      });
      break;
    case "PageCopied":
      change((bytes) => {
        pageOf(bytes, damage.from).copy(pageOf(bytes, damage.to));
      });
      break;
    case "PageFilled":
      change((bytes) => {
        pageOf(bytes, damage.page).fill(damage.byte);
      });
      break;
    case "Replaced":
      writeFileSync(path, damage.bytes);
      break;
    case "Beside":
      writeFileSync(`${path}${damage.suffix}`, damage.bytes);
      break;
    case "Text": {
      const parts = readFileSync(path, "utf8").split(damage.from);
      const at = damage.nth % parts.length;
      const head = parts.slice(0, at).join(damage.from);
      writeFileSync(path, head + damage.to + parts.slice(at).join(damage.from));
      break;
    }
    case "Statement":
      attempt(path, damage.sql);
      break;
  }
};

/** Others' rules stand against some of it, and what came before against more. */
const attempt = (path: string, sql: string): void => {
  if (!existsSync(path)) return;
  try {
    withDatabase(path, (db) => {
      db.exec("pragma ignore_check_constraints = on");
      db.exec(sql);
    });
  } catch {
    // The next one may do.
  }
};

/** All that a command could change, but for what it is asked to make. */
export const traces = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(folder, name)).toString("latin1")]),
  );
