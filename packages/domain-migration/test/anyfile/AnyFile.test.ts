import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect, FastCheck as fc } from "effect";
import { afterAll, describe, expect, it } from "vitest";
import * as ColumnLedger from "../../src/ColumnLedger.ts";
import { left, migrate, right, written } from "../support/Files.ts";
import { documentation } from "../verification/Figures.ts";
import { verify } from "../verification/Harness.ts";
import { type AnyFile, anyFile, write } from "./AnyFile.ts";
import { badFile } from "./BadFile.ts";
import * as Recovery from "./Recovery.ts";

/** Any file that may be migrated: what holds of all of them. `PROPERTY_RUNS` says of how many. */
const numRuns = Number(process.env.PROPERTY_RUNS ?? 120);

const folder = mkdtempSync(join(tmpdir(), "ledgerfold-any-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const withFile = async <A>(file: AnyFile, use: (path: string) => Promise<A>): Promise<A> => {
  const path = join(folder, `${++files}.db`);
  try {
    write(path, file);
    return await use(path);
  } finally {
    for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(path + end, { force: true });
  }
};

const rowsOf = ({ tables }: AnyFile) =>
  ["onchain_trades", "trade_accumulators", "offchain_trades", "schwab_executions", "schwab_auth"]
    .map((table) => tables[table]?.length ?? 0)
    .reduce((a, b) => a + b);

const digests = () =>
  readdirSync(folder)
    .sort()
    .map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]);

describe("any file", () => {
  it("is migrated, verified and had back from its events", { timeout: 3_600_000 }, async () => {
    const seen = { cells: 0, notKept: {} as Partial<Record<Recovery.Reason, number>> };
    await fc.assert(
      fc.asyncProperty(anyFile, (file) =>
        withFile(file, async (path) => {
          const { netPosition } = file;
          const options = netPosition === null ? {} : { netPosition };
          const fast = { synchronous: "normal" } as const;
          right(await Effect.runPromise(migrate(path, options, fast)));
          const { cells, lost, notKept } = Recovery.compare(path, ColumnLedger.declared);
          expect(lost.join("\n")).toBe("");
          seen.cells += cells;
          for (const reason of Object.keys(notKept) as Array<Recovery.Reason>) {
            seen.notKept[reason] = (seen.notKept[reason] ?? 0) + (notKept[reason] ?? 0);
          }

          const { lines, report } = await verify(path);
          expect(lines.join("\n")).toBe("");
          expect(report.differences).toBe(0);
          const tallies = Object.values(report.tallies);
          expect(tallies.reduce((sum, { same }) => sum + same, 0)).toBe(rowsOf(file));

          // What was said of stale nets then needs not be said again.
          const before = written(path);
          right(await Effect.runPromise(migrate(path, {}, fast)));
          expect(written(path)).toEqual(before);
        }),
      ),
      { numRuns },
    );
    console.log(
      `any file: ${numRuns} migrated, ${seen.cells} cells recovered; not kept:`,
      JSON.stringify(seen.notKept),
    );
    if (numRuns >= 100) {
      expect(Object.keys(seen.notKept).sort()).toEqual(Object.keys(Recovery.reasons).sort());
    }
  });

  it("with one bad cell is refused, named and left alone", { timeout: 3_600_000 }, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(badFile, ({ file, bad }) =>
        withFile(file, async (path) => {
          const { netPosition } = file;
          const options = netPosition === null ? {} : { netPosition };
          const before = digests();
          const said = await Effect.runPromise(migrate(path, options));
          expect(left(said)._tag).toBe("BadLegacyData");
          const named = said.entries.flatMap((entry) =>
            entry._tag === "BadCell" ? [entry.bad] : [],
          );
          expect(named.map(({ table, key, column }) => ({ table, key, column }))).toEqual([bad]);
          expect(digests()).toEqual(before);
          seen.add(`${bad.table}.${bad.column}`);
        }),
      ),
      { numRuns: numRuns * 2 },
    );
    console.log(`any file with a bad cell: ${numRuns * 2} refused, in ${seen.size} columns`);
  });

  it("has a rule to recover each column that is declared", () => {
    const declared = Object.entries(ColumnLedger.declared).flatMap(([table, columns]) =>
      Object.entries(columns).flatMap(([name, { fate }]) =>
        fate === "left out" ? [] : [`${table}.${name}`],
      ),
    );
    const recovered = Object.entries(Recovery.rules).flatMap(([table, columns]) =>
      Object.keys(columns).map((name) => `${table}.${name}`),
    );
    expect(recovered.sort()).toEqual(declared.sort());
  });

  it("is had back but for what docs/verification.md names", () => {
    for (const reason of Object.values(Recovery.reasons)) {
      expect(documentation()).toContain(`\n- ${reason}`);
    }
  });
});
