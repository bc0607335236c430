import { describe, expect, it } from "vitest";
import { insertAuth, make } from "@ledgerfold/fixtures/LegacyDatabase";
import { ddl as eventLog } from "@ledgerfold/fixtures/EventLogSchema";
import type { AggregateName } from "../../src/Verification.ts";
import { changed, paths, type Run, type Verified, verify } from "./Harness.ts";
import { loosen } from "./Loose.ts";
import * as Sample from "./Sample.ts";
import { legacyTables, viewTables } from "./tryEach.ts";

const path = paths();
const age = "2026-01-13";
const clean = path();
Sample.write(clean, age);
const first = `0x${"0123456789abcdef".repeat(4)}:3`;

const after = async (change: (run: Run) => unknown) => verify(await changed(clean, path(), change));

const loose = (change: (run: Run) => unknown) =>
  after((run) => {
    loosen(run, [...legacyTables(age), "event_queue", "events", ...viewTables]);
    change(run);
  });

/** What was found, once each. */
const found = ({ differences }: Verified) => [
  ...new Set(differences.map(({ kind, side, id }) => `${kind} ${side} ${id}`)),
];

/** How the rows of an aggregate came out, where it is not the same. */
const counts = ({ report }: Verified, aggregate: AggregateName) => {
  const { rows, same, movedOn: _, ...kinds } = report.tallies[aggregate];
  expect(Object.values(kinds).reduce((sum, count) => sum + count, same)).toBe(rows);
  return Object.fromEntries(Object.entries(kinds).filter(([, count]) => count > 0));
};

describe("a row on one side only", () => {
  it("is missing where it has no event", async () => {
    const verified = await after((run) => {
      run("DELETE FROM events WHERE aggregate_id = 'NVDA'");
      run("DELETE FROM position_view WHERE view_id = 'NVDA'");
    });
    expect(found(verified)).toEqual(["missing event NVDA"]);
    expect(counts(verified, "Position")).toEqual({ missing: 1 });
  });

  it("is missing where it has no view, and the view is extra without the event", async () => {
    const noView = await after((run) => run("DELETE FROM position_view WHERE view_id = 'NVDA'"));
    expect(found(noView)).toEqual(["missing view NVDA"]);
    const noEvent = await after((run) => run("DELETE FROM events WHERE aggregate_id = 'NVDA'"));
    expect(found(noEvent)).toEqual(["missing event NVDA", "extra view NVDA"]);
    expect(counts(noEvent, "Position")).toEqual({ missing: 1 });
  });

  it("is extra where the legacy row is gone or was never there", async () => {
    const gone = await after((run) => run("DELETE FROM offchain_trades WHERE id = 3"));
    expect(found(gone)).toEqual(["extra event 3"]);
    expect(counts(gone, "OffchainOrder")).toEqual({ extra: 1 });
    const copied = await after((run) =>
      run(
        `INSERT INTO events SELECT aggregate_type, '77', sequence, event_type, event_version,
           payload, metadata FROM events WHERE aggregate_id = '3'`,
      ),
    );
    expect(found(copied)).toEqual(["extra event 77", "missing view 77"]);
    const view = await after((run) =>
      run(`INSERT INTO position_view (view_id, version, payload) VALUES ('GHOST', 1, '{}')`),
    );
    expect(found(view)).toEqual(["extra view GHOST"]);
    expect(counts(view, "Position")).toEqual({ extra: 1 });
  });
});

describe("a row that stands twice", () => {
  const columns = "log_index, symbol, amount, direction, price_usdc, created_at, block_timestamp";

  it.each(["tx_hash", "'0x' || upper(substr(tx_hash, 3))"])("is unreadable as %s", async (hash) => {
    const verified = await after((run) =>
      run(
        `INSERT INTO onchain_trades (tx_hash, ${columns})
         SELECT ${hash}, ${columns} FROM onchain_trades WHERE id = 11`,
      ),
    );
    expect(found(verified)).toEqual([`unreadable legacy ${first}`]);
    expect(counts(verified, "OnChainTrade")).toEqual({ unreadable: 2 });
  });

  it("is unreadable in the tables of the log too", async () => {
    const event = await loose((run) =>
      run("INSERT INTO events SELECT * FROM events WHERE aggregate_id = 'NVDA'"),
    );
    expect(found(event)).toEqual(["different event NVDA"]);
    const view = await loose((run) =>
      run("INSERT INTO position_view SELECT * FROM position_view WHERE view_id = 'NVDA'"),
    );
    expect(found(view)).toEqual(["unreadable view NVDA"]);
  });

  it("leaves the position that waits for it without an order", async () => {
    const verified = await loose((run) =>
      run("INSERT INTO offchain_trades SELECT * FROM offchain_trades WHERE id = 2"),
    );
    expect(found(verified)).toEqual(["unreadable legacy AAPL", "unreadable legacy 2"]);
    expect(counts(verified, "OffchainOrder")).toEqual({ unreadable: 2 });
  });

  it("leaves a block number in doubt where its copies disagree", async () => {
    const copy = (block: string) =>
      `INSERT INTO event_queue (tx_hash, log_index, block_number, event_data, processed)
       SELECT upper(tx_hash), log_index, ${block}, '', 1 FROM event_queue WHERE id = 1`;
    const other = await after((run) => run(copy("block_number + 1")));
    expect(found(other)).toEqual([`unreadable legacy ${first}`]);
    expect((await after((run) => run(copy("block_number")))).lines).toEqual([]);
  });
});

describe("a row without a key", () => {
  it("is named by its place", async () => {
    const trade = await after((run) =>
      run("UPDATE onchain_trades SET tx_hash = NULL WHERE id = 11"),
    );
    expect(found(trade)).toEqual([
      "unreadable legacy onchain_trades rowid 11",
      `extra event ${first}`,
    ]);
    const position = await after((run) =>
      run("UPDATE trade_accumulators SET symbol = x'4e564441' WHERE symbol = 'NVDA'"),
    );
    expect(found(position)).toEqual([
      "unreadable legacy trade_accumulators rowid 2",
      "extra event NVDA",
    ]);
  });

  it("is unreadable in the log", async () => {
    const verified = await loose((run) => {
      run("UPDATE events SET aggregate_id = NULL WHERE aggregate_id = 'NVDA'");
      run("UPDATE position_view SET view_id = x'4e564441' WHERE view_id = 'NVDA'");
    });
    expect(found(verified)).toEqual([
      "missing event NVDA",
      "unreadable event NULL",
      "extra event NULL",
      "missing view NULL",
      "unreadable view BLOB x'4e564441'",
      "extra view BLOB x'4e564441'",
    ]);
  });
});

describe("a table", () => {
  const drop = (run: Run, tables: ReadonlyArray<string>) => {
    run("DROP VIEW trade_accumulators_with_net");
    for (const table of tables) run(`DROP TABLE ${table}`);
  };
  const sums = ({ report }: Verified, kind: "missing" | "extra" | "different" | "unreadable") =>
    Object.values(report.tallies).map((tally) => tally[kind]);

  it("of the log that is not there makes all rows missing", async () => {
    const never = await after((run) => drop(run, ["events", "snapshots", ...viewTables]));
    expect(sums(never, "missing")).toEqual([3, 3, 4, 1]);
    expect(never.report.differences).toBe(11);
  });

  it("of a view that is not there makes all streams other ones, and none missing", async () => {
    const noViews = await after((run) => drop(run, viewTables));
    expect(sums(noViews, "different")).toEqual([3, 3, 4, 1]);
    expect(noViews.differences.every(({ side }) => side === "view")).toBe(true);
  });

  it("of the bot that is not there is no rows", async () => {
    const verified = await after((run) => drop(run, legacyTables(age)));
    expect(sums(verified, "extra")).toEqual([3, 3, 4, 1]);
    const empty = await after((run) => drop(run, [...legacyTables(age), "events", ...viewTables]));
    expect(empty.lines).toEqual([]);
  });

  it("of the bot under both names is bad data", async () => {
    const verified = await after((run) =>
      run("CREATE TABLE schwab_executions AS SELECT * FROM offchain_trades"),
    );
    expect(counts(verified, "OffchainOrder")).toEqual({ unreadable: 1 });
    expect(verified.lines).toEqual([
      'unreadable: OffchainOrder "schwab_executions", legacy: the table is there beside offchain_trades, which took its place',
    ]);
  });

  it("that is virtual or without its columns is not read", async () => {
    const virtual = await after((run) => {
      run("DROP TABLE event_queue");
      run("DROP TABLE schwab_auth");
      run("CREATE VIRTUAL TABLE schwab_auth USING fts5(id, access_token)");
      run("UPDATE events SET payload = replace(payload, '30000001', '0') WHERE 1");
    });
    expect(sums(virtual, "unreadable")[3]).toBe(1);
    const strange = await after((run) => {
      run("ALTER TABLE events RENAME COLUMN metadata TO meta");
    });
    expect(sums(strange, "unreadable")).toEqual([1, 1, 1, 1]);
    expect(sums(strange, "missing")).toEqual([3, 3, 4, 1]);
  });

  it("of the log without rowids is not read", async () => {
    const rowless = await after((run) => {
      run("CREATE TABLE copied (view_id PRIMARY KEY, version, payload) WITHOUT ROWID");
      run("INSERT INTO copied SELECT view_id, version, payload FROM position_view");
      run("DROP TABLE position_view");
      run("ALTER TABLE copied RENAME TO position_view");
    });
    expect(rowless.lines).toContain(
      'unreadable: Position "position_view", view: the table is WITHOUT ROWID, and its rows need rowids',
    );
    expect(counts(rowless, "Position")).toEqual({ different: 3, unreadable: 1 });
  });

  const columns =
    "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata";
  const redeclare = (run: Run, declared: string) => {
    run(`CREATE TABLE copied (${declared})`);
    run(`INSERT INTO copied (${columns}) SELECT ${columns} FROM events`);
    run("DROP TABLE events");
    run("ALTER TABLE copied RENAME TO events");
  };

  it("of the log with a column called rowid is not read", async () => {
    const hidden = await after((run) => redeclare(run, `${columns}, rowid`));
    expect(sums(hidden, "unreadable")).toEqual([1, 1, 1, 1]);
    expect(sums(hidden, "missing")).toEqual([3, 3, 4, 1]);
  });

  it("of the log whose ids are numbers where they can be is read as it compares them", async () => {
    const numeric = await after((run) =>
      redeclare(run, columns.replace("aggregate_id", "aggregate_id NUMERIC")),
    );
    expect(numeric.lines).toEqual([]);
  });

  it("that lost a column has unreadable rows", async () => {
    for (const column of ["amount", "tx_hash", "created_at"]) {
      const verified = await after((run) => {
        run(`ALTER TABLE onchain_trades DROP COLUMN ${column}`);
      });
      const { unreadable, different } = verified.report.tallies.OnChainTrade;
      expect(unreadable + different).toBeGreaterThanOrEqual(2);
    }
  });

  it("of tokens from before they were encrypted is unreadable", async () => {
    const file = path();
    const db = make(file, { age: "2025-10-02", journalMode: "delete" });
    insertAuth(db);
    db.exec(eventLog);
    db.close();
    const verified = await verify(file);
    expect(found(verified)).toEqual(["unreadable legacy schwab", "missing event schwab"]);
  });
});
