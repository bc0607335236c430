import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import * as Comparison from "../Comparison.ts";
import * as Measurement from "../Measurement.ts";
import { share, shareColumns } from "../Numbers.ts";
import type { Options, Row, Section } from "../Section.ts";

/** The store's daily work beside the same done by hand. */

/** The share of the raw rate that we want to have, where we have said so. */
const targets = {
  appendFresh: 0.7,
  appendExpected: 0.7,
  batchStreams: 0.7,
  batchEvents: 0.7,
  load: 0.5,
  read: null,
  readAll: null,
} as const;

const sides = ["store", "raw"] as const;
type Side = (typeof sides)[number];
type Samples = Readonly<Record<Side, ReadonlyArray<Measurement.Measurement>>>;

export const store = ({ folder, rounds, operations, warmUp, onProgress }: Options): Section => {
  const compared = (Object.keys(targets) as Array<keyof typeof targets>).map((name) => ({
    name,
    samples: { store: [], raw: [] } as Record<Side, Array<Measurement.Measurement>>,
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, samples } of compared) {
      onProgress(`store: ${name}, round ${round + 1} of ${rounds}`);
      const path = (side: Side) => join(folder, `${side}.db`);
      // Whoever comes first finds the machine as something else left it, so they take turns.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        samples[side].push(Measurement.take(side, path(side), name, operations, warmUp));
      }
      if (round === 0) {
        Measurement.insistSame("the logs of both", ...both(sides.map(path).map(contents)));
      }
      for (const side of sides) {
        for (const part of ["", "-wal", "-shm"]) rmSync(`${path(side)}${part}`, { force: true });
      }
    }
  }
  for (const { name, samples } of compared) {
    const seen = (side: Side) => samples[side].map(({ count, settings }) => [count, settings]);
    Measurement.insistSame(`counts and pragmas of ${name}`, seen("store"), seen("raw"));
  }
  return {
    name: "store",
    about: [
      "One program that does one thing after another on a file in WAL mode; the same is done before, unmeasured, as services run for long and a young process compiles its code.",
      "Raw is better-sqlite3 by hand on the same tables: begin immediate, check the version, insert, write the view, commit. It gets its payloads as plain objects and its views folded, and writes the same bytes: both files were compared.",
      "Raw loads parse every payload and fold it with exact decimals, unchecked; raw reads hand out the rows as they are.",
    ],
    settings: Object.fromEntries(
      sides.map((side) => [side, compared[0]?.samples[side][0]?.settings ?? {}]),
    ),
    columns: [
      { key: "what", title: "what" },
      { key: "unit", title: "unit" },
      { key: "store", title: "store, a second" },
      { key: "raw", title: "raw, a second" },
      ...shareColumns("share"),
      { key: "target", title: "target", digits: 1 },
    ],
    rows: compared.map(({ name, samples }) => row(name, samples)),
  };
};

const row = (name: keyof typeof targets, samples: Samples): Row => {
  const { what, unit } = Comparison.of[name];
  const seconds = (side: Side) => samples[side].map((sample) => sample.seconds);
  const rate = (side: Side) => Comparison.rate(name, samples[side]);
  return {
    what,
    unit,
    store: rate("store"),
    raw: rate("raw"),
    ...share(seconds("store"), seconds("raw")),
    target: targets[name],
    rounds: { store: seconds("store"), raw: seconds("raw") },
  };
};

const both = <A>([one, other]: ReadonlyArray<A>) => [one, other] as const;

/** Every row of the log and its views but for when it was written, as one digest. */
const contents = (path: string): string => {
  const db = new Sqlite(path, { readonly: true });
  const digest = createHash("sha256");
  db.exec(`create temp view log as select position, aggregate_type, aggregate_id, sequence,
    event_type, event_version, payload, metadata, event_id from events`);
  for (const [table, key] of [
    ["log", "position"],
    ["onchain_trade_view", "view_id"],
    ["position_view", "view_id"],
  ]) {
    for (const row of db.prepare(`select * from ${table} order by ${key}`).raw().iterate()) {
      digest.update(JSON.stringify(row));
    }
  }
  db.close();
  return digest.digest("hex");
};
