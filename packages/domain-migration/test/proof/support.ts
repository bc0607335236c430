import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { plan } from "../../src/plan.ts";
import * as Comparison from "@ledgerfold/verifier/internal/proof/Comparison";
import * as Earlier from "@ledgerfold/verifier/internal/proof/Earlier";
import { prove } from "@ledgerfold/verifier/proof/Proof";
import * as ReportFile from "@ledgerfold/verifier/report/ReportFile";
import * as Verification from "../../src/Verification.ts";

/** What the tests of the proof share: reports of real files, and what another language says of them. */

const opened = (path: string) => SqliteDatabase.layer({ path, mode: "read" });
const silent = () => Effect.void;

/** What `during` does comes between the verification and the proof. */
export const write = (path: string, to: string, during: () => void = () => {}) =>
  Effect.gen(function* () {
    const report = yield* ReportFile.make(to, "test", plan);
    const counted = yield* Verification.verify(
      { onDifferences: report.differences, onFinding: report.finding, onProgress: silent },
      {
        before: report.begin,
        also: ({ database, schema }) =>
          Effect.gen(function* () {
            during();
            yield* report.look(database, schema);
            yield* prove(database, plan, [report.proof], silent);
          }),
      },
    );
    return yield* report.finish(counted);
  }).pipe(Effect.scoped, Effect.provide(opened(path)), Effect.runPromise);

export interface Compared {
  readonly lines: ReadonlyArray<string>;
  readonly tables: Readonly<Record<string, Comparison.Compared>>;
  readonly changes: number;
}

export const compare = (path: string, from: string): Promise<Compared> =>
  Effect.gen(function* () {
    const earlier = yield* Earlier.open(from, plan);
    const database = yield* SqliteDatabase.SqliteDatabase;
    const lines: Array<string> = [];
    const comparison = Comparison.make(database, earlier, (change) =>
      Effect.sync(() => void lines.push(Comparison.describe(change))),
    );
    yield* database.transaction(prove(database, plan, [comparison.sink], silent));
    const tables = comparison.tables().map((table) => [table.table, table] as const);
    return { lines, tables: Object.fromEntries(tables), changes: comparison.changes() };
  }).pipe(Effect.scoped, Effect.provide(opened(path)), Effect.runPromise);

const docs = fileURLToPath(new URL("../../../../docs/", import.meta.url));

/** What docs/rederive.py says; rejects where it ends with anything but 0. */
export const rederive = async (...words: ReadonlyArray<string>): Promise<string> => {
  const { stdout } = await promisify(execFile)("python3", [`${docs}rederive.py`, ...words]);
  return stdout;
};
