import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as TradingFile from "./TradingFile.ts";

/**
 * The migration and the verification beside what SQLite itself needs for the same events and views,
 * side by side in one run: medians, so that a noisy machine matters less.
 */

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    rounds: { type: "string", default: "5" },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
if (!(Number.isSafeInteger(rows) && rows > 0 && Number.isSafeInteger(rounds) && rounds > 0)) {
  throw new Error("--rows and --rounds must be whole numbers above 0");
}

interface Measurement {
  readonly seconds: number;
  readonly megabytes: number;
}

const script = fileURLToPath(new URL("./measure.ts", import.meta.url));
const measure = (kind: string, path: string): Measurement => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, kind, path], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${kind} failed: ${stderr}`);
  return JSON.parse(stdout);
};

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const folder = mkdtempSync(join(tmpdir(), "ledgerfold-bench-"));
try {
  const original = join(folder, "original.db");
  TradingFile.write(original, rows);
  const kinds = ["floor", "migration", "verification"] as const;
  const measured: Record<(typeof kinds)[number], Array<Measurement>> = {
    floor: [],
    migration: [],
    verification: [],
  };
  for (let round = 0; round < rounds; round += 1) {
    const [bare, migrated] = [join(folder, `floor-${round}.db`), join(folder, `run-${round}.db`)];
    for (const copy of [bare, migrated]) copyFileSync(original, copy);
    measured.floor.push(measure("floor", bare));
    measured.migration.push(measure("migration", migrated));
    measured.verification.push(measure("verification", migrated));
    for (const copy of [bare, migrated]) {
      for (const part of ["", "-wal", "-shm"]) rmSync(`${copy}${part}`, { force: true });
    }
  }
  const floor = median(measured.floor.map(({ seconds }) => seconds));
  console.log(
    `${rows} trades and ${rows / 2} orders, medians of ${rounds}; Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB; WAL, synchronous full, cache 64 MiB`,
  );
  console.table(
    Object.fromEntries(
      kinds.map((kind) => {
        const seconds = median(measured[kind].map((one) => one.seconds));
        const megabytes = median(measured[kind].map((one) => one.megabytes));
        return [
          kind,
          {
            seconds: Number(seconds.toFixed(2)),
            "of the floor's rate": Number((floor / seconds).toFixed(2)),
            "microseconds a row": Number(((seconds * 1e6) / (rows * 1.5)).toFixed(1)),
            megabytes: Math.round(megabytes),
          },
        ];
      }),
    ),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
