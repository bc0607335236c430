import { statSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import * as Checkout from "../Checkout.ts";
import * as CopiedFile from "../CopiedFile.ts";
import * as Measurement from "../Measurement.ts";
import { median, share, shareColumns } from "../Numbers.ts";
import type { Options, Row, Section } from "../Section.ts";
import * as TradingFile from "../TradingFile.ts";

/** The migration and the verification beside what SQLite itself needs for the same tables. */

const libraries = ["floor", "migration", "verification"] as const;
const kinds = [...libraries, "command", "command, verify-only"] as const;
type Library = (typeof libraries)[number];
type Kind = (typeof kinds)[number];
interface Sample {
  readonly seconds: number;
  readonly megabytes: number;
  readonly fileMegabytes: number;
}
interface LibrarySample extends Sample, Measurement.Measurement {}
type LibrarySamples = Readonly<Record<Library, Array<LibrarySample>>>;
type Samples = Readonly<Record<Kind, ReadonlyArray<Sample>>>;

export const migration = ({ folder, rows, rounds, onProgress }: Options): Section => {
  const original = join(folder, "original.db");
  const measure = (trades: number, log: TradingFile.Shape) => {
    const what = `migration: ${trades} trades, log ${log}`;
    onProgress(`${what}: writing the file`);
    TradingFile.write(original, trades, log);
    const copy = (name: string) => CopiedFile.make(original, join(folder, `${name}.db`));
    // The first process of all reads its libraries and the file from the disk.
    const warmUp = copy("warm-up");
    Measurement.take("floor", warmUp);
    CopiedFile.remove(warmUp);
    const measured: LibrarySamples = { floor: [], migration: [], verification: [] };
    const commands: Record<Exclude<Kind, Library>, Array<Sample>> = {
      command: [],
      "command, verify-only": [],
    };
    for (let round = 0; round < rounds; round += 1) {
      onProgress(`${what}: round ${round + 1} of ${rounds}`);
      const [bare, migrated] = [copy("floor"), copy("migrated")];
      const take = (kind: Library, path: string) => {
        const sample = Measurement.take(kind, path);
        measured[kind].push({ ...sample, fileMegabytes: statSync(path).size / 1e6 });
      };
      take("floor", bare);
      take("migration", migrated);
      take("verification", migrated);
      if (round === 0) insistSameTables(bare, migrated);
      for (const path of [bare, migrated]) CopiedFile.remove(path);

      const file = copy("command");
      const run = (kind: keyof typeof commands, ...words: ReadonlyArray<string>) => {
        const sample = Measurement.takeCommand(Checkout.here.command, [
          "--database-url",
          file,
          ...words,
        ]);
        commands[kind].push({ ...sample, fileMegabytes: statSync(file).size / 1e6 });
      };
      run("command", "--force", "--no-backup");
      run("command, verify-only", "verify-only");
      CopiedFile.remove(file);
    }
    CopiedFile.remove(original);
    insistSameWork(trades + TradingFile.orders(trades), measured);
    return { trades, log, samples: { ...measured, ...commands }, pragmas: pragmasOf(measured) };
  };
  const measured = rows.flatMap((trades) => TradingFile.shapes.map((log) => measure(trades, log)));
  return {
    name: "migration",
    about: [
      "The file of a bot after a year, from rows to one event and one view row each, in one transaction: trades nearly in the order of their moments, 4 in 10 with an oracle's price, 7 in 10 in event_queue, and 62 orders to a hundred of them. Its log has the bot's own tables, with their keys and indexes, or none yet.",
      "The floor is SQLite alone: INSERT..SELECT json_object into the same tables on a connection with the same pragmas, with all indexes but keys made at the end. A row is a trade or an order; memory is the peak of the measured process.",
      "The command is what operators run, one bundle, from its start to its end; the others run the sources, which Node strips of their types first.",
      "Both files were compared: as many events of each type and view rows, and the same columns and indexes.",
    ],
    settings: measured[0]?.pragmas ?? {},
    columns: [
      { key: "trades", title: "trades" },
      { key: "log", title: "log" },
      { key: "kind", title: "what" },
      { key: "seconds", title: "seconds", digits: 2 },
      ...shareColumns("of the floor's rate"),
      { key: "microsecondsARow", title: "µs a row", digits: 1 },
      { key: "megabytes", title: "peak MB", digits: 0 },
      { key: "fileMegabytes", title: "file MB", digits: 1 },
    ],
    rows: measured.flatMap(({ trades, log, samples }) =>
      kinds.map((kind) => ({ log, ...row(trades, kind, samples) })),
    ),
  };
};

const row = (trades: number, kind: Kind, samples: Samples): Row => {
  const seconds = samples[kind].map((sample) => sample.seconds);
  const floor = samples.floor.map((sample) => sample.seconds);
  const megabytes = samples[kind].map((sample) => sample.megabytes);
  return {
    trades,
    kind,
    seconds: median(seconds),
    ...share(seconds, floor),
    microsecondsARow: (median(seconds) * 1e6) / (trades + TradingFile.orders(trades)),
    megabytes: median(megabytes),
    fileMegabytes: median(samples[kind].map((sample) => sample.fileMegabytes)),
    rounds: { seconds, megabytes },
  };
};

const pragmasOf = (samples: LibrarySamples) =>
  Object.fromEntries(libraries.map((kind) => [kind, samples[kind][0]?.settings ?? {}]));

const insistSameWork = (rows: number, { floor, migration, verification }: LibrarySamples) => {
  const wanted = floor.map(() => rows);
  const counts = (samples: ReadonlyArray<LibrarySample>) => samples.map(({ count }) => count);
  Measurement.insistSame("rows and those migrated", wanted, counts(migration));
  Measurement.insistSame("rows and those verified", wanted, counts(verification));
  const pragmas = (samples: ReadonlyArray<LibrarySample>) =>
    samples.map((sample) => sample.settings);
  Measurement.insistSame("the pragmas of both", pragmas(floor), pragmas(migration));
};

const insistSameTables = (bare: string, migrated: string) => {
  Measurement.insistSame("the tables of both", contents(bare), contents(migrated));
};

/** How many rows the tables have, and the shapes of their columns and indexes. */
const contents = (path: string) => {
  const db = new Sqlite(path, { readonly: true });
  const all = (sql: string) => db.prepare(sql).raw().all();
  const shapes = ["events", "onchain_trade_view", "offchain_order_view"].map((table) => ({
    columns: all(`select name, lower(type), pk from pragma_table_xinfo('${table}')`),
    // By what they cover: a unique constraint and a unique index differ in name alone.
    indexes: all(
      `select list."unique", list.partial,
         (select group_concat(info.name || iif(info."desc", ' desc', ''), ', ')
            from pragma_index_xinfo(list.name) as info where info.key)
       from pragma_index_list('${table}') as list order by 1, 2, 3`,
    ),
    rows: all(`select count(*) from ${table}`),
  }));
  const events = all(
    "select aggregate_type, event_type, count(*) from events group by 1, 2 order by 1, 2",
  );
  db.close();
  return { shapes, events };
};
