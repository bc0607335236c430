import { join } from "node:path";
import * as LossyMigration from "@ledgerfold/fixtures/LossyMigration";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Checkout from "../Checkout.ts";
import * as CopiedFile from "../CopiedFile.ts";
import * as Measurement from "../Measurement.ts";
import { median, share, shareColumns } from "../Numbers.ts";
import type { Options, Row, Section } from "../Section.ts";

/** `verify-only` of a log that another program made, beside our own of the same rows. */

const kinds = ["our log", "another program's"] as const;
type Samples = Readonly<
  Record<(typeof kinds)[number], Array<{ readonly seconds: number; readonly megabytes: number }>>
>;

const { command } = Checkout.here;

export const judgement = ({ folder, rows, rounds, onProgress }: Options): Section => ({
  name: "judgement",
  about: [
    "A bot's file with its orders, a tenth of the trades. Our log has no difference; another program's has some ten for each row, and no views.",
    "The command is what operators run, one bundle, from its start to its end, without a report; memory is the peak of the whole process.",
  ],
  settings: {},
  columns: [
    { key: "trades", title: "trades" },
    { key: "kind", title: "what" },
    { key: "seconds", title: "seconds", digits: 2 },
    ...shareColumns("of our log's rate"),
    { key: "megabytes", title: "peak MB", digits: 0 },
  ],
  rows: rows.flatMap((trades) => {
    onProgress(`judgement: writing two files of ${trades} trades`);
    const [own, other] = [join(folder, "own.db"), join(folder, "other.db")];
    SampleDatabase.write(own, { trades, journalMode: "delete" });
    CopiedFile.make(own, other);
    Measurement.takeCommand(command, ["--database-url", own, "--force", "--no-backup"]);
    LossyMigration.write(other, { form: "2025-12-24" });
    const samples: Samples = { "our log": [], "another program's": [] };
    for (let round = 0; round < rounds; round += 1) {
      onProgress(`judgement: ${trades} trades, round ${round + 1} of ${rounds}`);
      const verify = (path: string, ends: number) =>
        Measurement.takeCommand(command, ["verify-only", "--database-url", path], [], ends);
      samples["our log"].push(verify(own, 0));
      samples["another program's"].push(verify(other, 3));
    }
    for (const path of [own, other]) CopiedFile.remove(path);
    return kinds.map((kind) => row(trades, kind, samples));
  }),
});

const row = (trades: number, kind: (typeof kinds)[number], samples: Samples): Row => {
  const seconds = samples[kind].map((sample) => sample.seconds);
  const megabytes = samples[kind].map((sample) => sample.megabytes);
  return {
    trades,
    kind,
    seconds: median(seconds),
    ...share(
      seconds,
      samples["our log"].map((sample) => sample.seconds),
    ),
    megabytes: median(megabytes),
    rounds: { seconds, megabytes },
  };
};
