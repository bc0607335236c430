import * as Stored from "@ledgerfold/fixtures/Stored";
import { describe, expect, it } from "vitest";
import { changed, paths, type Run, verify } from "./Harness.ts";
import { loosen } from "./Loose.ts";
import * as Sample from "./Sample.ts";
import { migratedAt } from "./sample/Stream.ts";

const path = paths();
const clean = path();
Sample.write(clean, "2026-01-26");

const after = async (change: (run: Run) => unknown) => verify(await changed(clean, path(), change));

/** Of an event that can be read. */
const fieldsOf = (tag: string): object => {
  const fit = ["Initialized", "ThresholdUpdated", "OnChainOrderFilled"].includes(tag);
  return fit ? JSON.parse(Stored.newest("Position", tag).payload)[tag] : {};
};

/** An event of the position NVDA, fit or not. */
const append = (
  run: Run,
  sequence: number,
  tag: string,
  fields: object = fieldsOf(tag),
  metadata = "{}",
) =>
  run(
    "INSERT INTO events VALUES ('Position', 'NVDA', ?, ?, '1.0', ?, ?)",
    ...[BigInt(sequence), `PositionEvent::${tag}`, JSON.stringify({ [tag]: fields }), metadata],
  );

/** What the view says, but for `changes`. */
const view = (run: Run, version: number, changes: object = {}) => {
  const [row] = run("SELECT payload FROM position_view WHERE view_id = 'NVDA'");
  const { Position } = JSON.parse(String(row?.payload));
  run(
    "UPDATE position_view SET version = ?, payload = ? WHERE view_id = 'NVDA'",
    ...[BigInt(version), JSON.stringify({ Position: { ...Position, ...changes } })],
  );
};

/** Of the stored `ThresholdUpdated`. */
const updated = { last_updated: "2026-01-05T12:06:00Z" };

describe("a stream that has moved on", () => {
  it("is counted, and its view says what its events come to", async () => {
    const { report, lines } = await after((run) => {
      const fields = { ...fieldsOf("OnChainOrderFilled"), amount: "1.50" };
      append(run, 2, "OnChainOrderFilled", fields, '{"who":"conductor"}');
      append(run, 3, "ThresholdUpdated");
      view(run, 3, { net: "-1.3", accumulated_short: "1.6", ...updated });
    });
    expect(lines).toEqual([]);
    expect(report.tallies.Position).toMatchObject({ rows: 3, same: 3, movedOn: 1 });
  });

  it("has a view that is found where it says something else", async () => {
    const { lines } = await after((run) => {
      append(run, 2, "ThresholdUpdated");
      view(run, 2, { ...updated, net: "0.3" });
    });
    expect(lines).toEqual([
      'different: Position "NVDA", view net: is not what the event says (expected "0.2", stored "0.3")',
    ]);
  });

  it("has a view whose version is its last sequence", async () => {
    const { lines } = await after((run) => append(run, 2, "ThresholdUpdated"));
    expect(lines).toEqual([
      'different: Position "NVDA", view version: is not the stream\'s last sequence (expected 2, stored INTEGER 1)',
    ]);
  });

  it("began as it was migrated all the same", async () => {
    const { report, lines } = await after((run) => {
      run("UPDATE trade_accumulators SET accumulated_long = 0.5 WHERE symbol = 'NVDA'");
      append(run, 2, "ThresholdUpdated");
      view(run, 2, updated);
    });
    expect(lines).toEqual([
      'different: Position "NVDA", event net_position: is not what the row says (expected net no such column, long REAL 0.5, short REAL 0.1, stored "0.2")',
      'different: Position "NVDA", event accumulated_long: is not what the row says (expected REAL 0.5, stored "0.3")',
    ]);
    expect(report.tallies.Position).toMatchObject({ different: 1, same: 2, movedOn: 1 });
  });

  it("may have thousands of events", async () => {
    const grow = (run: Run, last: number) => {
      for (let sequence = 2; sequence <= last; sequence++)
        append(run, sequence, "ThresholdUpdated");
      view(run, last, updated);
    };
    expect((await after((run) => grow(run, 1_501))).lines).toEqual([]);
    const gap = await after((run) => {
      grow(run, 1_501);
      run("DELETE FROM events WHERE sequence = 1001");
    });
    expect(gap.lines).toEqual([
      'different: Position "NVDA", event sequence: does not follow the one before (expected 1001, stored 1002)',
    ]);
  });
});

describe("what no stream may have", () => {
  it.each<readonly [string, (run: Run) => unknown, string]>([
    ["a gap", (run) => append(run, 3, "ThresholdUpdated"), "event sequence: does not follow"],
    [
      "a second migration",
      (run) => append(run, 2, "Migrated"),
      "event #2 event_type: only a first event may be a migration",
    ],
    [
      "a type that is not the tag",
      (run) => {
        append(run, 2, "ThresholdUpdated");
        run("UPDATE events SET event_type = 'PositionEvent::Initialized' WHERE sequence = 2");
      },
      "event #2 event_type: is not the payload's tag",
    ],
    [
      "a type of another aggregate",
      (run) => {
        append(run, 2, "Filled");
        run("UPDATE events SET event_type = 'OnChainTradeEvent::Filled' WHERE sequence = 2");
      },
      "event #2 event_type: is not the payload's tag",
    ],
    [
      "what no version can read, though its tag is one of the aggregate's",
      (run) => append(run, 2, "ThresholdUpdated", { old_threshold: { Shares: "1" } }),
      "event #2 payload: no version can read the event: its payload does not fit at ",
    ],
    [
      "a version that nobody knows",
      (run) => {
        append(run, 2, "ThresholdUpdated");
        run("UPDATE events SET event_version = '9.9' WHERE sequence = 2");
      },
      "event #2 payload: no version can read the event: it is none of the versions 1.0",
    ],
    [
      "a payload that is not JSON",
      (run) => {
        append(run, 2, "ThresholdUpdated");
        run("UPDATE events SET payload = 'x' WHERE sequence = 2");
      },
      "event #2 payload: is not JSON",
    ],
    [
      "a payload that is not text",
      (run) => {
        append(run, 2, "ThresholdUpdated");
        run("UPDATE events SET payload = cast(payload AS BLOB) WHERE sequence = 2");
      },
      "event #2 payload: is not TEXT",
    ],
    [
      "a payload that is not UTF-8",
      (run) => {
        append(run, 2, "ThresholdUpdated", { why: "?" });
        run(
          `UPDATE events SET payload = cast(replace(cast(payload AS BLOB), x'3f', x'ff') AS TEXT)
           WHERE sequence = 2`,
        );
      },
      "event #2 payload: is text whose bytes are not UTF-8",
    ],
    [
      "metadata that is not flat",
      (run) => append(run, 2, "ThresholdUpdated", {}, '{"at":{"second":5}}'),
      "event #2 metadata: is not a flat object of text",
    ],
    [
      "metadata that is not text",
      (run) => append(run, 2, "ThresholdUpdated", {}, '{"at":5}'),
      "event #2 metadata: is not a flat object of text",
    ],
    [
      "a beginning other than 1",
      (run) => run("UPDATE events SET sequence = 2 WHERE aggregate_id = 'NVDA'"),
      "event sequence: the stream does not begin with 1",
    ],
    [
      "another version at its beginning",
      (run) => run("UPDATE events SET event_version = '1.1' WHERE aggregate_id = 'NVDA'"),
      "event event_version: is not the version",
    ],
    [
      "a sequence that is not whole",
      (run) => {
        loosen(run, ["events"]);
        append(run, 2, "ThresholdUpdated");
        run("UPDATE events SET sequence = 2.5 WHERE sequence = 2");
      },
      "event sequence: is not INTEGER",
    ],
    [
      "two events with one sequence",
      (run) => {
        loosen(run, ["events"]);
        append(run, 1, "ThresholdUpdated");
      },
      "event sequence: is that of several events",
    ],
  ])("%s", async (_, change, expected) => {
    const { lines, differences } = await after(change);
    expect(lines.filter((line) => line.includes(expected))).toHaveLength(1);
    expect(differences.every(({ id }) => id === "NVDA")).toBe(true);
  });
});

describe("a stream that no migration began", () => {
  const conductor = (run: Run, version = 2) => {
    const insert = "INSERT INTO events VALUES ('Position', 'GME', ?, ?, '1.0', ?, '{}')";
    for (const [at, tag] of ["Initialized", "ThresholdUpdated"].entries()) {
      const payload = JSON.stringify({ [tag]: fieldsOf(tag) });
      run(insert, BigInt(at + 1), `PositionEvent::${tag}`, payload);
    }
    const zeros = { net: "0", accumulated_long: "0", accumulated_short: "0" };
    const Position = { symbol: "GME", ...zeros, pending_execution_id: null, ...updated };
    run(
      "INSERT INTO position_view (view_id, version, payload) VALUES ('GME', ?, ?)",
      ...[BigInt(version), JSON.stringify({ Position })],
    );
  };

  it("needs no row and counts for nothing", async () => {
    const { report, lines } = await after(conductor);
    expect(lines).toEqual([]);
    expect(report.tallies.Position).toMatchObject({ rows: 3, same: 3, movedOn: 0 });
  });

  it("has a view that is up to date", async () => {
    const { report, lines } = await after((run) => conductor(run, 1));
    expect(lines).toHaveLength(1);
    expect(report.tallies.Position).toMatchObject({ rows: 4, different: 1 });
  });

  it("can be read, from its first event on", async () => {
    const { lines, report } = await after((run) => {
      conductor(run);
      run(
        "UPDATE events SET payload = '{\"Initialized\":{}}' WHERE aggregate_id = 'GME' AND sequence = 1",
      );
      run("DELETE FROM position_view WHERE view_id = 'GME'");
    });
    expect(lines).toEqual([
      expect.stringMatching(
        /^unreadable: Position "GME", event payload: no version can read the event: its payload does not fit at /,
      ),
      'missing: Position "GME", view: the stream has no view row',
    ]);
    expect(report.tallies.Position).toMatchObject({ unreadable: 1, same: 3 });
  });

  it("is held to a legacy row by what its events come to", async () => {
    const { lines } = await after((run) => {
      conductor(run);
      run(
        `INSERT INTO trade_accumulators SELECT 'GME', accumulated_long, accumulated_short, NULL,
           last_updated FROM trade_accumulators WHERE symbol = 'NVDA'`,
      );
    });
    expect(lines).toEqual([
      'different: Position "GME", event accumulated_long: is not what the row says (expected REAL 0.3, stored "0")',
      'different: Position "GME", event accumulated_short: is not what the row says (expected REAL 0.1, stored "0")',
    ]);
  });

  it("may be of tokens, which are migrated only if their metadata says so", async () => {
    const fresh = await after((run) => {
      run("DELETE FROM schwab_auth");
      run("UPDATE events SET metadata = '{}' WHERE aggregate_type = 'SchwabAuth'");
    });
    expect(fresh.lines).toEqual([]);
    const again = await after((run) => {
      run(
        `INSERT INTO events SELECT aggregate_type, aggregate_id, 2, event_type, event_version,
           payload, '{}' FROM events WHERE aggregate_type = 'SchwabAuth'`,
      );
      run("UPDATE schwab_auth_view SET version = 2");
    });
    expect(again.lines).toEqual([]);
    expect(again.report.tallies.SchwabAuth.movedOn).toBe(1);
  });
});

describe("the moment of migration", () => {
  const moment = (id: string, other: string) => (run: Run) =>
    run(
      "UPDATE events SET payload = replace(payload, ?, ?) WHERE aggregate_id = ?",
      ...[migratedAt, other, id],
    );

  it("is one for a whole run", async () => {
    const { report, lines } = await after(moment("AAPL", "2026-02-01T08:00:00.250001Z"));
    expect(lines).toEqual([
      'different: Position "AAPL", event migrated_at: 1 of the run\'s streams say so, 9 say otherwise (expected "2026-02-01T08:00:00.250Z", stored "2026-02-01T08:00:00.250001Z")',
    ]);
    expect(report.tallies.Position).toMatchObject({ rows: 3, same: 2, different: 1 });
  });

  it("may be another in another run", async () => {
    const { lines } = await after((run) => {
      moment("AAPL", "2026-03-01T08:00:00.250Z")(run);
      run(
        `UPDATE events SET metadata = replace(metadata, '8e8c', '0000') WHERE aggregate_id = 'AAPL'`,
      );
    });
    expect(lines).toEqual([]);
  });
});
