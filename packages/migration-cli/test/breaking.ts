import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Break, breaks, files, type On } from "./Breaks.ts";
import { hook } from "./broken.ts";
import * as Club from "./Club.ts";
import * as Parcel from "./Parcel.ts";
import * as Seats from "./seats/plan.ts";

/**
 * Migrates and verifies a file for every break, each with modules of its own in which one line is
 * another, and prints how each came out as JSON; before them, every file with all lines as they are.
 */

const all: ReadonlyArray<{ readonly on: On; readonly one: Break | undefined }> = [
  ...files.map((on) => ({ on, one: undefined })),
  ...Object.values(breaks)
    .flat()
    .map((one) => ({ on: one.on, one })),
];

/** The modules that can hold such a line, and those that load them. */
const tests = ["trial.ts", "Parcel.ts", "Club.ts", "seats/"];
const { load, isApplied } = hook(
  all.map(({ one }) => one),
  [
    ...["packages/migration/", "packages/verifier/", "packages/scalars/"],
    ...tests.map((path) => `packages/migration-cli/test/${path}`),
  ],
);

const folder = mkdtempSync(join(tmpdir(), "breaks-"));
const outcomes: Array<string> = [];
try {
  const file = (on: On) => join(folder, `${on}.db`);
  const made = (on: On, sql: string) => {
    const db = new DatabaseSync(file(on));
    db.exec(sql);
    db.close();
  };
  Parcel.write(file("parcels"), 30);
  made("club", Club.file);
  made("seats", Seats.tables("without rowid"));
  for (const [number, { on, one }] of all.entries()) {
    const path = join(folder, `${number}.db`);
    copyFileSync(file(on), path);
    const { outcome } = await load(new URL("trial.ts", import.meta.url), number);
    const how = await outcome(on, path);
    outcomes.push(one === undefined || isApplied(one) ? how : "was not loaded");
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(JSON.stringify(outcomes));
