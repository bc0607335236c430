import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import * as Comparison from "../Comparison.ts";
import * as Measurement from "../Measurement.ts";
import * as Workload from "../measured/Workload.ts";
import { median, share, shareColumns } from "../Numbers.ts";
import type { Options, Row, Section } from "../Section.ts";
import * as Server from "../Server.ts";

/** Our stores beside Emmett's on the same work. */

const names = [
  ...(["appendFresh", "appendExpected", "batchEvents"] as const),
  ...(["load", "read", "compete"] as const),
];

const sides = ["ours", "emmett"] as const;
type Side = (typeof sides)[number];
type Samples = Readonly<Record<Side, ReadonlyArray<Measurement.Measurement>>>;
type Contents = ReadonlyArray<Readonly<Record<string, unknown>>>;

/** What keeps the events of both. */
interface Backend {
  readonly name: "SQLite" | "PostgreSQL";
  /** Measures in a new file or database, and reads what was written there by `query`. */
  readonly measure: (
    side: Side,
    parameters: ReadonlyArray<string | number>,
    look: (
      query: (sql: string) => Contents | Promise<Contents>,
      measurement: Measurement.Measurement,
    ) => Promise<void>,
  ) => Promise<void>;
  /** Those that both sides must have alike, since what they do costs that. */
  readonly same: (settings: Readonly<Record<string, string>>) => unknown;
}

export const emmett = (options: Options): Promise<Section> =>
  Server.use(async (server) => {
    const isBuilt = hasBinding();
    const onSqlite = isBuilt ? await compare(sqlite(options.folder), options) : [];
    const onPostgres = await compare(postgres(server), options);
    const settings = (samples: Samples | undefined, side: Side) => samples?.[side][0]?.settings;
    return {
      name: "emmett",
      about: [
        "Emmett's stores on the same events, in Emmett's own tables: the logs and views of both were compared. Both write the view's row in the append. Ours folds and encodes it; Emmett gets its events as plain objects and its rows folded, and writes each by one statement of an inline projection without a name, which spares it a lock.",
        "Loads fold 20 events: ours decodes and checks them, Emmett's fold is plain code with exact decimals, unchecked. As many operations are done before, unmeasured, or what --warm-up says if that is less.",
        "Appends by 8 at once go to one stream at an expected version: who meets a conflict reads what is new and tries again. The stream was checked to have every event once.",
        "SQLite is synchronous FULL on both sides, as Emmett has it. Emmett opens the file anew for each call and gets one call at a time, since it allows no others; after a conflict it refuses its stream for ever, as it has counted the refused events. An append that it could not commit, since a statement of its own had not ended, is made again.",
      ],
      settings: {
        ...(isBuilt && {
          "SQLite, ours": settings(onSqlite[0]?.samples, "ours"),
          "SQLite, Emmett": settings(onSqlite[0]?.samples, "emmett"),
        }),
        server: settings(onPostgres[0]?.samples, "ours"),
      },
      columns: [
        { key: "backend", title: "on" },
        { key: "what", title: "what" },
        { key: "unit", title: "unit" },
        { key: "ours", title: "ours, a second" },
        { key: "emmett", title: "Emmett, a second" },
        ...shareColumns("times"),
        { key: "note", title: "note" },
      ],
      rows: [
        ...(isBuilt
          ? onSqlite.map(({ name, samples }) => row("SQLite", name, samples))
          : names.map(notBuilt)),
        ...onPostgres.map(({ name, samples }) => row("PostgreSQL", name, samples)),
      ],
    };
  });

const compare = async (backend: Backend, { rounds, operations, warmUp, onProgress }: Options) => {
  const measured = names.map((name) => ({
    name,
    samples: { ours: [], emmett: [] } as Record<Side, Array<Measurement.Measurement>>,
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, samples } of measured) {
      onProgress(`emmett: ${name} on ${backend.name}, round ${round + 1} of ${rounds}`);
      const written = new Map<Side, string>();
      // Whoever comes first finds the machine as something else left it, so they take turns.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const parameters = [name, operations, Math.min(operations, warmUp)];
        await backend.measure(side, parameters, async (query, measurement) => {
          samples[side].push(measurement);
          // Writers that compete come in another order each time; they have checked the stream.
          if (round > 0 || name === "compete") return;
          const log = await query(logs[side]);
          const views = await Promise.all(viewRows.map(query));
          written.set(side, [...log.map(event), ...views.flat().map(view)].sort().join("\n"));
        });
      }
      if (written.get("ours") !== written.get("emmett")) {
        throw new Error(`The comparison is not fair: the logs or views of ${name} differ.`);
      }
    }
  }
  for (const { name, samples } of measured) {
    const seen = (side: Side) =>
      samples[side].map(({ count, settings, stopped }, round) => [
        stopped === undefined ? count : samples.ours[round]?.count,
        backend.same(settings),
      ]);
    Measurement.insistSame(`counts and settings of ${name}`, seen("ours"), seen("emmett"));
  }
  return measured;
};

const sqlite = (folder: string): Backend => ({
  name: "SQLite",
  measure: async (side, parameters, look) => {
    const path = join(folder, `${side}.db`);
    const measurement =
      side === "ours"
        ? Measurement.take("store", path, ...parameters, "full")
        : Measurement.take("emmettSqlite", path, ...parameters);
    const db = new Sqlite(path, { readonly: true });
    await look((sql) => db.prepare<[], Contents[number]>(sql).all(), measurement);
    db.close();
    for (const part of ["", "-wal", "-shm"]) rmSync(`${path}${part}`, { force: true });
  },
  same: ({ journal_mode, synchronous, page_size }) => ({
    journal_mode,
    // Ours is extra, which with WAL is full.
    synchronous: journal_mode === "wal" && synchronous === "3" ? "2" : synchronous,
    page_size,
  }),
});

const postgres = (server: Server.Server): Backend => ({
  name: "PostgreSQL",
  measure: (side, parameters, look) =>
    server.inDatabase((url) =>
      look(
        (sql) => Server.query(url, sql),
        side === "ours"
          ? Measurement.take("postgres", url, ...parameters, 1)
          : Measurement.take("emmettPostgres", url, ...parameters),
      ),
    ),
  same: (settings) => settings,
});

const logs: Readonly<Record<Side, string>> = {
  ours: `select aggregate_type || '-' || aggregate_id as stream, sequence as place,
    event_type as type, payload as data, metadata from events`,
  emmett: `select stream_id as stream, stream_position as place, message_type as type,
    message_data as data, message_metadata as metadata from emt_messages`,
};

const viewRows = ["onchain_trade_view", "position_view"].map(
  (table) => `select '${table}' as name, view_id, version, payload from ${table}`,
);

/** In one form, whatever a database makes of JSON and whole numbers. */
const event = ({ stream, place, type, data, metadata }: Contents[number]): string => {
  const { written_by } = parsed(metadata) as { readonly written_by?: unknown };
  return Workload.stable([stream, Number(place), type, parsed(data), written_by]);
};

const view = ({ name, view_id, version, payload }: Contents[number]): string =>
  Workload.stable([name, view_id, Number(version), parsed(payload)]);

const parsed = (json: unknown): unknown => (typeof json === "string" ? JSON.parse(json) : json);

const row = (backend: Backend["name"], name: (typeof names)[number], samples: Samples): Row => {
  const { what, unit } = Comparison.of[name];
  const seconds = (side: Side) => samples[side].map((sample) => sample.seconds);
  const [ours, emmett] = [seconds("ours"), seconds("emmett")];
  const conflicts = (side: Side) =>
    median(samples[side].map((sample) => sample.conflicts ?? Number.NaN));
  const stopped = samples.emmett.find((sample) => sample.stopped !== undefined)?.stopped;
  const retries = samples.emmett.reduce((sum, sample) => sum + (sample.retries ?? 0), 0);
  const note = [
    ...(stopped === undefined ? [] : [`Emmett ${stopped}`]),
    ...(stopped === undefined && name === "compete"
      ? [`conflicts: ours ${conflicts("ours")}, Emmett ${conflicts("emmett")}`]
      : []),
    ...(retries === 0 ? [] : [`Emmett made ${retries} again`]),
  ].join("; ");
  return {
    backend,
    what,
    unit,
    ours: Comparison.rate(name, samples.ours),
    ...(stopped === undefined
      ? { emmett: Comparison.rate(name, samples.emmett), ...share(ours, emmett), note }
      : { emmett: null, share: null, lowest: null, highest: null, note }),
    rounds: { ours, emmett },
  };
};

const notBuilt = (name: (typeof names)[number]): Row => {
  const { what, unit } = Comparison.of[name];
  const none = { ours: null, emmett: null, share: null, lowest: null, highest: null };
  const note = "not built: run pnpm build_sqlite3";
  return { backend: "SQLite", what, unit, ...none, note, rounds: {} };
};

/** Whether the native part of `sqlite3` is there, which no install builds. */
const hasBinding = (): boolean => {
  try {
    createRequire(import.meta.url)("sqlite3");
    return true;
  } catch (cause) {
    if (/Could not locate the bindings file/.test(String(cause))) return false;
    throw cause;
  }
};
