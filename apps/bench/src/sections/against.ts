import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Sqlite from "better-sqlite3";
import type { Checkout } from "../Checkout.ts";
import * as CopiedFile from "../CopiedFile.ts";
import * as Measurement from "../Measurement.ts";
import { median } from "../Numbers.ts";
import type { Options, Row, Section } from "../Section.ts";

/** The command of this checkout beside that of another one, in turns. */

const runs = {
  "first run": ["--force"],
  "second run": ["--force"],
  "verify-only": ["verify-only"],
} as const;
type Run = keyof typeof runs;

const judged = { seconds: true, cpuSeconds: false, megabytes: true } as const;
type Quantity = keyof typeof judged;
const units: Readonly<Record<Quantity, string>> = {
  seconds: "s",
  cpuSeconds: "s of CPU",
  megabytes: "MB, peak",
};

type Samples = Readonly<Record<Run, Array<Readonly<Record<Quantity, number>>>>>;
interface Side {
  readonly checkout: Checkout;
  readonly samples: Samples;
}

const side = (checkout: Checkout): Side => ({
  checkout,
  samples: { "first run": [], "second run": [], "verify-only": [] },
});

export const against = async (
  ours: Checkout,
  theirs: Checkout,
  tolerance: number,
  { folder, rows, rounds, onProgress }: Options,
): Promise<Section> => {
  const SampleDatabase = await import(pathToFileURL(theirs.sampleDatabase).href);
  const measured: Array<Row> = [];
  for (const trades of rows) {
    onProgress(`against: writing a file of ${trades} trades`);
    const sample = join(folder, "sample.db");
    SampleDatabase.write(sample, { trades });
    const [before, now] = [side(theirs), side(ours)];
    // The first of each builds the command, if it has to, and reads it from the disk.
    for (const { checkout } of [before, now]) takeAll(checkout, sample, folder);
    for (let round = 0; round < rounds; round += 1) {
      onProgress(`against: ${trades} trades, round ${round + 1} of ${rounds}`);
      const inTurns = round % 2 === 0 ? [before, now] : [now, before];
      const events = inTurns.map(({ checkout, samples }) => {
        const taken = takeAll(checkout, sample, folder);
        for (const run of names) samples[run].push(taken.samples[run]);
        return taken.events;
      });
      Measurement.insistSame("the events of the two", events[0], events[1]);
    }
    CopiedFile.remove(sample);
    for (const run of names) {
      for (const quantity of quantities) {
        const of = ({ samples }: Side) => samples[run].map((one) => one[quantity]);
        measured.push(row({ trades, run, quantity, tolerance }, of(before), of(now)));
      }
    }
  }
  return {
    name: "against",
    about: [
      `The command of both checkouts in turns, each run a process of its own on this Node.js, on copies of the file that the other's SampleDatabase.ts writes (a tenth as many orders): first run, with its backup, second run and verify-only. Medians; lowest and highest are the ratios of single rounds.`,
      `Worse is what needs over ${tolerance} % more time or memory than the other's. Seconds of CPU, of all threads together, are not judged: they tell whether time was lost to other processes.`,
    ],
    settings: {},
    columns: [
      { key: "trades", title: "trades" },
      { key: "run", title: "what" },
      { key: "unit", title: "unit" },
      { key: "before", title: "the other's", digits: 2 },
      { key: "now", title: "this one's", digits: 2 },
      { key: "ratio", title: "ratio", digits: 3 },
      { key: "lowest", title: "lowest", digits: 3 },
      { key: "highest", title: "highest", digits: 3 },
      { key: "verdict", title: "" },
    ],
    rows: measured,
  };
};

const names = Object.keys(runs) as ReadonlyArray<Run>;
const quantities = Object.keys(judged) as ReadonlyArray<Quantity>;

/** All three runs, on a new copy of the file. */
const takeAll = ({ command }: Checkout, sample: string, folder: string) => {
  const place = mkdtempSync(join(folder, "copy-"));
  const file = CopiedFile.make(sample, join(place, "sample.db"));
  const take = (run: Run) =>
    Measurement.takeCommand(command, ["--database-url", file, ...runs[run]]);
  const first = take("first run");
  const events = eventsOf(file);
  const second = take("second run");
  const verified = take("verify-only");
  Measurement.insistSame("the events of a first and a second run", events, eventsOf(file));
  rmSync(place, { recursive: true });
  return { samples: { "first run": first, "second run": second, "verify-only": verified }, events };
};

const eventsOf = (file: string) => {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare("select event_type, count(*) from events group by 1 order by 1").raw().all();
  } finally {
    db.close();
  }
};

interface What {
  readonly trades: number;
  readonly run: Run;
  readonly quantity: Quantity;
  readonly tolerance: number;
}

export const row = (
  { trades, run, quantity, tolerance }: What,
  before: ReadonlyArray<number>,
  now: ReadonlyArray<number>,
): Row => {
  const ratio = median(now) / median(before);
  const each = now.map((value, round) => value / (before[round] ?? Number.NaN));
  const isWorse = judged[quantity] && !(ratio <= 1 + tolerance / 100);
  return {
    trades,
    run,
    unit: units[quantity],
    before: median(before),
    now: median(now),
    ratio,
    lowest: Math.min(...each),
    highest: Math.max(...each),
    verdict: isWorse ? worse : "",
    rounds: { before, now },
  };
};

export const worse = "worse";
