import { expect, it } from "@effect/vitest";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { content, run } from "../support/Process.ts";
import { column, select, tempPath } from "../support/Files.ts";

/** In chunks: 40 of trades, then 1 of positions, 4 of orders and 1 of tokens. */
const trades = 20_000;
const chunks = 46;

const anywhere = () => 1 + Math.floor(Math.random() * 40);

const isFresh = (path: string) =>
  select(path, "select 1 from sqlite_schema where name = 'events'").length === 0;

/** Kills runs on a new file at these lines of theirs, then lets one end. */
const afterKills = async (journalMode: "wal" | "delete", moments: ReadonlyArray<number>) => {
  const path = tempPath();
  SampleDatabase.write(path, { trades, journalMode });
  for (const killAfter of moments) {
    const killed = await run(path, { killAfter });
    // Whoever has said the last line may be quicker than the signal.
    if (killAfter < chunks) expect(killed.signal).toBe("SIGKILL");
    expect(column(path, "pragma integrity_check")).toEqual(["ok"]);
    if (killAfter < chunks) expect(isFresh(path)).toBe(true);
  }
  const last = await run(path, { node: ["--max-old-space-size=64"] });
  expect(last.code).toBe(0);
  expect([last.outcome.written, last.outcome.there].sort()).toEqual([0, trades]);
  expect(column(path, "pragma integrity_check")).toEqual(["ok"]);
  return content(path);
};

it("a run killed anywhere leaves nothing, and the next ends where an undisturbed one does", async () => {
  const [undisturbed, wal, rollback] = await Promise.all([
    afterKills("wal", []),
    afterKills("wal", [2, anywhere(), chunks]),
    afterKills("delete", [anywhere(), 44]),
  ]);
  expect(undisturbed[0]).toHaveLength(trades + 20 + 2_000 + 1);
  // Of texts this long, a difference is better looked for than printed.
  expect(isSame(wal, undisturbed)).toBe(true);
  expect(isSame(rollback, undisturbed)).toBe(true);
}, 180_000);

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one, bigInts) === JSON.stringify(other, bigInts);

const bigInts = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value);
