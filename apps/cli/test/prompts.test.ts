import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, count, folder, run, sql } from "./support.ts";
import { type Answer, ctrlC, ctrlD, hasScript, onTerminal } from "./terminal.ts";

const fresh = join(folder(), "fresh.db");
const migrated = join(folder(), "migrated.db");

beforeAll(async () => {
  SampleDatabase.write(fresh, { trades: 12, journalMode: "delete" });
  copy(fresh, migrated);
  expect(await run(["--database-url", migrated, "--force"])).toMatchObject({ code: 0 });
});

const backup = '.<UTC>.backup" before anything is written. Continue? [y/N]';
const planned = "Create database backup before proceeding! Continue? [y/N]";
const detected = (type: string) => `Events detected for ${type}. Continue? [y/N]`;
const types = ["OnChainTrade", "Position", "OffchainOrder", "SchwabAuth"];
const destroy = "This will DELETE all events! Type 'DELETE' to confirm:";

const yes: ReadonlyArray<Answer> = types.map((type) => [detected(type), "y\n"]);
const deletions: ReadonlyArray<Answer> = [
  [destroy, "DELETE\n"],
  [destroy, "DELETE\n"],
];

const counts =
  /Migration complete: (\d+) trades, \d+ positions, (\d+) orders migrated\r\nTook [\d.]+ s\. Next, .*\r\n$/;
const numbers = (screen: string) => counts.exec(screen)?.slice(1);

/** An event after the migrated one, for each order. */
const grown = `insert into events (aggregate_type, aggregate_id, sequence, event_type,
      event_version, payload, metadata)
      select aggregate_type, aggregate_id, 2, 'Filled', event_version, '{}', metadata
      from events where aggregate_type = 'OffchainOrder'`;

const terminal = { concurrent: true, skip: !hasScript };

describe("on a terminal (needs util-linux's script)", terminal, () => {
  it("says where its backup goes, and y goes on", async () => {
    const path = copy(fresh);
    const { code, screen } = await onTerminal(["--database-url", path], [[backup, "y\n"]]);
    expect(screen).toContain(`A backup goes to "${path}.<UTC>.backup" before anything is written.`);
    expect(numbers(screen)).toEqual(["12", "2"]);
    expect(screen).not.toContain("Events detected");
    expect(screen).not.toContain(planned);
    expect(code).toBe(0);
    expect(count(path, "events where aggregate_type = 'OnChainTrade'")).toBe(12);
  });

  it("repeats what pending orders come to, where positions have one", async () => {
    const path = join(folder(), "pending.db");
    SampleDatabase.write(path, { trades: 60, journalMode: "delete" });
    const waiting = "trade_accumulators where pending_execution_id is not null";
    const pending = count(path, waiting);
    expect(pending).toBeGreaterThan(1);
    const asked = (rows: string) =>
      `pending_execution_id is set in ${rows} of trade_accumulators: other services refuse to settle such an order and accept a second one, which hedges twice; better let it finish first. A backup goes to "`;
    const words = ["--database-url", path];
    expect(await onTerminal(words, [[asked(`${pending} rows`), "n\n"]])).toMatchObject({ code: 8 });
    sql(
      path,
      `update ${waiting.replace(" where", " set pending_execution_id = null where")}
      and symbol > (select min(symbol) from ${waiting})`,
    );
    expect(await onTerminal(words, [[asked("1 row"), "n\n"]])).toMatchObject({ code: 8 });
    sql(path, "update trade_accumulators set pending_execution_id = null");
    const { code, screen } = await onTerminal(words, [[backup, "y\n"]]);
    expect(screen).not.toContain("pending_execution_id is set");
    expect(code).toBe(0);
  });

  it("--backup is named in the question", async () => {
    const path = copy(fresh);
    const words = ["--database-url", path, "--backup", "here.db"];
    const question = '/here.db" before anything is written. Continue? [y/N]';
    const { code } = await onTerminal(words, [[question, "y\n"]]);
    expect(code).toBe(0);
  });

  it("--no-backup asks for a backup, and makes none", async () => {
    const path = copy(fresh);
    const words = ["--database-url", path, "--no-backup"];
    expect(await onTerminal(words, [[planned, "n\n"]])).toMatchObject({ code: 8 });
    expect(bytes(path)).toBe(bytes(fresh));
    expect(await onTerminal(words, [[planned, "y\n"]])).toMatchObject({ code: 0 });
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
  });

  it("asks for each type that has events, then for a backup", async () => {
    const path = copy(migrated);
    const { code, screen } = await onTerminal(
      ["--database-url", path],
      [...yes, [backup, "YES\n"]],
    );
    expect(numbers(screen)).toEqual(["0", "0"]);
    expect(code).toBe(0);
  });

  it("asks only for the types that have events", async () => {
    const path = copy(migrated);
    sql(path, "delete from events where aggregate_type <> 'Position'");
    const { code, screen } = await onTerminal(
      ["--database-url", path],
      [
        [detected("Position"), "y\n"],
        [backup, "y\n"],
      ],
    );
    expect(screen.match(/Events detected/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it("--force asks nothing", async () => {
    const { code, screen } = await onTerminal(["--database-url", copy(migrated), "--force"]);
    expect(screen).not.toMatch(/Continue|confirm/);
    expect(code).toBe(0);
  });

  it("--clean asks for DELETE twice and says how many events are lost for good", async () => {
    const path = copy(migrated);
    sql(path, grown);
    const { code, screen } = await onTerminal(
      ["--database-url", path, "--clean"],
      [...deletions, [backup, "y\n"]],
    );
    expect(screen).toMatch(/--clean deletes \d+ events; 2 of them no row brings back\./);
    expect(screen).not.toContain("Events detected");
    expect(screen).toMatch(/Deleted \d+ events from event store/);
    expect(numbers(screen)).toEqual(["12", "2"]);
    expect(code).toBe(0);
  });

  it("--clean deletes nothing when there are more events by then", async () => {
    const path = copy(migrated);
    const andMeanwhile = () => {
      sql(path, grown);
      return "y\n";
    };
    const { code, screen } = await onTerminal(
      ["--database-url", path, "--clean"],
      [...deletions, [backup, andMeanwhile]],
    );
    expect(screen).toContain("somebody writes to this database. Nothing was deleted;");
    expect(code).toBe(8);
    expect(count(path, "events where sequence = 1")).toBe(count(migrated, "events"));
  });

  it("answers may be typed ahead", async () => {
    const path = copy(fresh);
    const ahead = [[destroy, "DELETE\nDELETE\ny\n"]] as const;
    const { code } = await onTerminal(["--database-url", path, "--clean"], ahead);
    expect(code).toBe(0);
  });

  const declines: ReadonlyArray<
    readonly [string, ReadonlyArray<string>, ReadonlyArray<Answer>, number]
  > = [
    ["n for the first type", [], [[detected("OnChainTrade"), "n\n"]], 8],
    [
      "an empty answer for the third type",
      [],
      [...yes.slice(0, 2), [detected("OffchainOrder"), "\n"]],
      8,
    ],
    ["Ctrl-D for the backup", [], [...yes, [backup, ctrlD]], 8],
    ["delete in small letters", ["--clean"], [[destroy, "delete\n"]], 8],
    [
      "y for the second DELETE",
      ["--clean"],
      [
        [destroy, "DELETE\n"],
        [destroy, "y\n"],
      ],
      8,
    ],
    ["Ctrl-C at the first prompt", [], [[detected("OnChainTrade"), ctrlC]], 130],
    [
      "Ctrl-C at the second DELETE",
      ["--clean"],
      [
        [destroy, "DELETE\n"],
        [destroy, ctrlC],
      ],
      130,
    ],
  ];
  for (const [what, options, answers, expected] of declines) {
    it(`${what} changes nothing and ends with ${expected}`, async () => {
      const path = copy(migrated);
      const { code, screen } = await onTerminal(["--database-url", path, ...options], answers);
      const said = expected === 8 ? "Declined; nothing" : "Interrupted; nothing";
      expect(screen).toContain(`migrate_to_events: ${said} was changed.\r\n`);
      expect(screen).not.toContain("Migration complete");
      expect(code).toBe(expected);
      expect(bytes(path)).toBe(bytes(migrated));
    });
  }
});
