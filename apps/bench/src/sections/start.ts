import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../Numbers.ts";
import type { Options, Section } from "../Section.ts";
import * as TradingFile from "../TradingFile.ts";

/** How long the command takes to begin, beside what Node.js takes to do nothing. */

const command = fileURLToPath(new URL("../../../cli/bin/migrate_to_events.js", import.meta.url));

export const start = ({ folder, rounds, onProgress }: Options): Section => {
  const empty = join(folder, "empty.db");
  const file = join(folder, "start.db");
  TradingFile.writeEmpty(empty);
  const commands = {
    "node -e 0": ["-e", "0"],
    "migrate_to_events --help": [command, "--help"],
    "migration of a file without rows": [command, "--database-url", file, "--force", "--no-backup"],
  };
  const measured = Object.entries(commands).map(([what, words]) => ({
    what,
    words,
    milliseconds: [] as Array<number>,
  }));
  // The first of each reads its files from the disk.
  for (let round = -1; round < rounds; round += 1) {
    onProgress(`start: ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
    for (const { words, milliseconds } of measured) {
      copyFileSync(empty, file);
      const taken = wallClock(words);
      if (round >= 0) milliseconds.push(taken);
    }
  }
  const nothing = median(measured[0]?.milliseconds ?? []);
  return {
    name: "start",
    about: [
      "Wall-clock time of a process from start to end, in milliseconds; `beyond` is without that of a Node.js that does nothing.",
    ],
    settings: {},
    columns: [
      { key: "what", title: "what" },
      { key: "milliseconds", title: "ms", digits: 0 },
      { key: "beyond", title: "beyond Node.js", digits: 0 },
      { key: "lowest", title: "lowest", digits: 0 },
      { key: "highest", title: "highest", digits: 0 },
    ],
    rows: measured.map(({ what, milliseconds }) => ({
      what,
      milliseconds: median(milliseconds),
      beyond: median(milliseconds) - nothing,
      lowest: Math.min(...milliseconds),
      highest: Math.max(...milliseconds),
      rounds: { milliseconds },
    })),
  };
};

const wallClock = (words: ReadonlyArray<string>): number => {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  const taken = performance.now() - start;
  if (status !== 0) throw new Error(`node ${words.join(" ")} failed: ${stderr}`);
  return taken;
};
