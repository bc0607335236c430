import { createHash } from "node:crypto";
import * as Comparison from "../Comparison.ts";
import * as Measurement from "../Measurement.ts";
import type * as Workload from "../measured/Workload.ts";
import { share, shareColumns } from "../Numbers.ts";
import type { Options, Section } from "../Section.ts";
import * as Server from "../Server.ts";

/** The store's daily work on PostgreSQL beside the same done by hand. */

type Name = Exclude<Workload.Name, "compete">;

const compared = (
  callers: ReadonlyArray<number>,
): ReadonlyArray<{ readonly name: Name; readonly callers: number }> => [
  ...callers.map((callers) => ({ name: "appendFresh", callers }) as const),
  ...callers.map((callers) => ({ name: "appendExpected", callers }) as const),
  ...(["batchStreams", "batchEvents", "load", "read", "readAll"] as const).map((name) => ({
    name,
    callers: 1,
  })),
];

const sides = ["postgres", "rawPostgres"] as const;
type Side = (typeof sides)[number];

export const postgres = (options: Options): Promise<Section> =>
  Server.use(async (server) => {
    const { rounds, operations, warmUp, onProgress } = options;
    const measured = compared(options.callers).map((comparison) => ({
      ...comparison,
      samples: { postgres: [], rawPostgres: [] } as Record<Side, Array<Measurement.Measurement>>,
    }));
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, callers, samples } of measured) {
        onProgress(`postgres: ${name} by ${callers}, round ${round + 1} of ${rounds}`);
        const written = new Map<Side, string>();
        // Whoever comes first finds the machine as something else left it, so they take turns.
        for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
          await server.inDatabase(async (url) => {
            const before = Math.min(operations, warmUp);
            samples[side].push(Measurement.take(side, url, name, operations, before, callers));
            if (round === 0) written.set(side, await contents(url, callers));
          });
        }
        Measurement.insistSame(
          `the logs of ${name}`,
          written.get("postgres"),
          written.get("rawPostgres"),
        );
      }
    }
    for (const { name, samples } of measured) {
      const seen = (side: Side) => samples[side].map(({ count, settings }) => [count, settings]);
      Measurement.insistSame(
        `counts and settings of ${name}`,
        seen("postgres"),
        seen("rawPostgres"),
      );
    }
    return {
      name: "postgres",
      about: [
        "Callers at once are in one program, each of which does one thing after another, on a server of this machine, unless `LEDGERFOLD_POSTGRES_URL` names another, with what that has for settings. As many operations are done before, unmeasured, or what --warm-up says if that is less.",
        "Raw is pg by hand on the same tables, with a connection for each caller: an append is one call of a prepared statement, to a function for this alone that takes the advisory lock, checks the version, gives the position max + 1, inserts and writes the view. It gets its payloads as plain objects and its views folded, and writes the same rows: they were compared.",
        "Raw loads parse every payload and fold it with exact decimals, unchecked; raw reads hand out the rows as they are.",
      ],
      settings: { server: measured[0]?.samples.postgres[0]?.settings ?? {} },
      columns: [
        { key: "what", title: "what" },
        { key: "callers", title: "callers" },
        { key: "unit", title: "unit" },
        { key: "store", title: "store, a second" },
        { key: "raw", title: "raw, a second" },
        ...shareColumns("share"),
      ],
      rows: measured.map(({ name, callers, samples }) => {
        const { what, unit } = Comparison.of[name];
        const seconds = (side: Side) => samples[side].map((sample) => sample.seconds);
        const [store, raw] = [seconds("postgres"), seconds("rawPostgres")];
        return {
          what,
          callers,
          unit,
          store: Comparison.rate(name, samples.postgres),
          raw: Comparison.rate(name, samples.rawPostgres),
          ...share(store, raw),
          rounds: { store, raw },
        };
      }),
    };
  });

/**
 * Every row of the log and its views but for when it was written, as one digest; positions too where
 * one caller alone has given them, and otherwise that none is missing.
 */
const contents = async (url: string, callers: number): Promise<string> => {
  const digest = createHash("sha256");
  const position = callers === 1 ? "position" : "max(position) over () = count(*) over () as whole";
  const log = `select ${position}, aggregate_type, aggregate_id, sequence, event_type, event_version,
    payload::text, metadata::text, event_id from events
    order by aggregate_type, aggregate_id, sequence`;
  for (const sql of [
    log,
    "select view_id, version, payload::text from onchain_trade_view order by 1",
    "select view_id, version, payload::text from position_view order by 1",
  ]) {
    for (const row of await Server.query(url, sql)) digest.update(JSON.stringify(row));
  }
  return digest.digest("hex");
};
