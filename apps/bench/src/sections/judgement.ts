import { join } from "node:path";
import * as LossyMigration from "@ledgerfold/fixtures/LossyMigration";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Sample from "@ledgerfold/shop/Sample";
import * as Checkout from "../Checkout.ts";
import * as CopiedFile from "../CopiedFile.ts";
import * as Measurement from "../Measurement.ts";
import { median, share, shareColumns } from "../Numbers.ts";
import * as OtherOrders from "../OtherOrders.ts";
import type { Options, Row, Section } from "../Section.ts";
import { command as shop, flags, lines } from "./shop.ts";

/** `verify-only` of a log that another program made, beside our own of the same rows. */

interface Subject {
  readonly what: string;
  readonly command: string;
  readonly flags?: ReadonlyArray<string>;
  readonly writeRows: (path: string, rows: number) => void;
  /** Into the file, which has our log already where `isChanged`. */
  readonly writeOther: (path: string) => void;
  readonly isChanged: boolean;
}

const subjects: ReadonlyArray<Subject> = [
  {
    what: "trades",
    command: Checkout.here.command,
    writeRows: (path, trades) => {
      SampleDatabase.write(path, { trades, journalMode: "delete" });
    },
    writeOther: (path) => {
      LossyMigration.write(path, { form: "2025-12-24" });
    },
    isChanged: false,
  },
  {
    what: "orders of a shop",
    command: shop,
    flags,
    writeRows: (path, orders) => {
      Sample.write(path, { orders, lines });
    },
    writeOther: OtherOrders.write,
    isChanged: true,
  },
];

const kinds = ["our log", "another program's"] as const;
type Samples = Readonly<
  Record<(typeof kinds)[number], Array<{ readonly seconds: number; readonly megabytes: number }>>
>;

export const judgement = ({ folder, rows, rounds, onProgress }: Options): Section => ({
  name: "judgement",
  about: [
    "A bot's file with its orders, a tenth of the trades: another program's log has some ten differences for each row, and no views. A shop's with orders of three lines: thirty for each order, and no views of them. Our log has none.",
    "The bot's command is what operators run, one bundle; the shop's is run from its sources, as its own section says. From start to end, without a report; memory is the peak of the whole process.",
  ],
  settings: {},
  columns: [
    { key: "rows", title: "rows" },
    { key: "of", title: "of" },
    { key: "kind", title: "what" },
    { key: "seconds", title: "seconds", digits: 2 },
    ...shareColumns("of our log's rate"),
    { key: "megabytes", title: "peak MB", digits: 0 },
    { key: "ofMemory", title: "of our log's", digits: 2 },
  ],
  rows: rows.flatMap((count) =>
    subjects.flatMap((subject) => {
      const { what, command, flags, writeRows, writeOther, isChanged } = subject;
      onProgress(`judgement: writing two files of ${count} ${what}`);
      const [own, other] = [join(folder, "own.db"), join(folder, "other.db")];
      const take = (ends: number, path: string, ...words: ReadonlyArray<string>) =>
        Measurement.takeCommand(command, ["--database-url", path, ...words], flags, ends);
      writeRows(own, count);
      if (!isChanged) CopiedFile.make(own, other);
      take(0, own, "--force", "--no-backup");
      if (isChanged) CopiedFile.make(own, other);
      writeOther(other);
      const samples: Samples = { "our log": [], "another program's": [] };
      for (let round = 0; round < rounds; round += 1) {
        onProgress(`judgement: ${count} ${what}, round ${round + 1} of ${rounds}`);
        samples["our log"].push(take(0, own, "verify-only"));
        samples["another program's"].push(take(3, other, "verify-only"));
      }
      for (const path of [own, other]) CopiedFile.remove(path);
      return kinds.map((kind) => row(count, what, kind, samples));
    }),
  ),
});

const row = (rows: number, of: string, kind: (typeof kinds)[number], samples: Samples): Row => {
  const each = (key: "seconds" | "megabytes", one: typeof kind) =>
    samples[one].map((sample) => sample[key]);
  const [seconds, megabytes] = [each("seconds", kind), each("megabytes", kind)];
  return {
    rows,
    of,
    kind,
    seconds: median(seconds),
    ...share(seconds, each("seconds", "our log")),
    megabytes: median(megabytes),
    ofMemory: median(megabytes) / median(each("megabytes", "our log")),
    rounds: { seconds, megabytes },
  };
};
