import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { execute, select } from "../support/Files.ts";
import { paths } from "../verification/Harness.ts";
import * as Sample from "../verification/Sample.ts";
import { compare, write } from "./support.ts";

/** A file whose rows have other rowids since: nothing of it has changed, and what did is told. */

const next = paths();
const migrated = next();
const proof = `${migrated}.json`;

beforeAll(async () => {
  Sample.write(migrated, "2026-01-26");
  // As after rows that were deleted and a run that was taken back.
  execute(
    migrated,
    "update events set rowid = rowid + 100 where rowid > 5; update trade_accumulators set rowid = 3 * rowid + 7",
  );
  await write(migrated, proof);
});

/** A new file, as `sqlite3 old .dump | sqlite3 new` makes it, after these changes to the old one. */
const restored = (...statements: ReadonlyArray<string>): string => {
  const [from, to] = [next(), next()];
  copyFileSync(migrated, from);
  execute(from, statements.join(";"));
  const dump = execFileSync("sqlite3", [from, ".dump"], { maxBuffer: 1e9 });
  execFileSync("sqlite3", [to], { input: dump });
  return to;
};

const rowids = (path: string, table: string) =>
  select(path, `select rowid as r from ${table} order by 1`).map(({ r }) => Number(r));

describe("an earlier proof of a file that was dumped and restored", () => {
  it("is that of a file in which nothing has changed", async () => {
    const path = restored();
    for (const table of ["events", "trade_accumulators"]) {
      expect(rowids(path, table)).not.toEqual(rowids(migrated, table));
    }
    const { lines, tables } = await compare(path, proof);
    expect(lines).toEqual([]);
    const events = rowids(path, "events").length;
    expect(tables.events).toMatchObject({ isSame: true, unchanged: events });
    expect(tables.events?.renumbered).toBe(events - 5);
    const positions = rowids(path, "trade_accumulators").length;
    expect(tables.trade_accumulators).toMatchObject({ isSame: true, renumbered: positions });
    expect(tables.onchain_trades).toMatchObject({ isSame: true, renumbered: 0 });
  });

  it("names the row that has changed in it, and no other", async () => {
    const [row] = select(
      migrated,
      "select symbol, rowid as r from trade_accumulators order by rowid limit 1 offset 1",
    );
    const path = restored(
      `update trade_accumulators set accumulated_long = accumulated_long + 1 where rowid = ${row?.r}`,
    );
    const { lines, tables } = await compare(path, proof);
    expect(lines).toEqual([`changed since: legacy trade_accumulators rowid 2 ('${row?.symbol}')`]);
    expect(tables.trade_accumulators).toMatchObject({ changed: 1, missing: 0, added: 0 });
    expect(tables.trade_accumulators?.isSame).toBe(false);
  });

  it("tells an event that is gone, and one that was changed", async () => {
    const all = rowids(migrated, "events");
    const [gone, changed] = [all[6], all[9]];
    const path = restored(
      `delete from events where rowid = ${gone}`,
      `update events set payload = payload || ' ' where rowid = ${changed}`,
    );
    const { lines } = await compare(path, proof);
    expect(lines).toEqual([
      expect.stringMatching(/^changed since: event events rowid 9 \(/),
      `missing since: event events rowid ${gone}`,
    ]);
  });

  it("takes neither events that came since nor the views that moved on for a change", async () => {
    const path = restored();
    execute(
      path,
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       select 'Position', min(view_id), 2, 'PositionEvent::X', '1.0', '{}', '{}' from position_view;
       update position_view set version = 2 where view_id = (select min(view_id) from position_view)`,
    );
    const { lines, tables } = await compare(path, proof);
    expect(lines).toEqual([]);
    expect(tables.events).toMatchObject({ fresh: 1, isSame: true });
    expect(tables.position_view).toMatchObject({ movedOn: 1, changed: 0 });
  });

  it("finds rows in another order, but not those of a log", async () => {
    const shuffled = (table: string) => {
      const path = next();
      copyFileSync(migrated, path);
      execute(path, `update ${table} set rowid = -rowid`);
      return path;
    };
    const positions = await compare(shuffled("trade_accumulators"), proof);
    expect(positions.lines).toEqual([]);
    expect(positions.tables.trade_accumulators).toMatchObject({ isSame: true });
    const events = await compare(shuffled("events"), proof);
    expect(events.lines.length).toBeGreaterThan(1);
    expect(events.tables.events).toMatchObject({ isSame: false });
  });
});
