import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as LossyMigration from "@ledgerfold/fixtures/LossyMigration";
import * as OtherService from "@ledgerfold/fixtures/OtherService";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Document from "@ledgerfold/verifier/Document";
import { Schema } from "effect";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, folder, lines, run, sql } from "./support.ts";

/** Logs that services in another language go on with, and logs that are in part of their making. */

const ages = { "2025-12-24": "2025-12-22", "2026-01-19": "2026-01-26" } as const;
type Form = keyof typeof ages;
const forms = ["2025-12-24", "2026-01-19"] as const;

const file = (form: Form) => {
  const path = join(folder(), "bot.db");
  return {
    path,
    rows: SampleDatabase.write(path, { trades: 400, journalMode: "delete", age: ages[form] }),
  };
};

const on = (path: string, ...words: ReadonlyArray<string>) =>
  run([...words, "--database-url", path]);
const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((a, b) => a + b, 0);

const Report = Schema.Struct({
  differences: Schema.Array(Document.Difference),
  summary: Document.Summary,
});
const reported = async (path: string) => {
  const to = join(folder(), "report.json");
  const outcome = await on(path, "verify-only", "--report", to);
  const report = Schema.decodeUnknownSync(Report)(JSON.parse(readFileSync(to, "utf8")));
  return { ...outcome, ...report };
};

describe.each(forms)("a migrated log that a service of %s goes on with", (form) => {
  let path = "";
  let appended: OtherService.Appended;

  beforeAll(async () => {
    path = file(form).path;
    expect((await on(path, "--force")).code).toBe(0);
    appended = OtherService.goOn(path, { form });
  });

  it("is behind in its views alone, and rebuild-views is all it takes", async () => {
    const behind = copy(path);
    const { code, stderr, differences, summary } = await reported(behind);
    expect(code).toBe(3);
    const kinds = differences.map(({ side, kind, field }) => `${side} ${kind} ${field}`);
    expect(kinds.filter((kind) => kind === "view different version")).toHaveLength(appended.grown);
    expect(kinds.filter((kind) => kind === "view missing null")).toHaveLength(appended.begun);
    expect(kinds).toHaveLength(appended.grown + appended.begun);
    const moved = Object.values(summary.tallies).reduce((all, { movedOn }) => all + movedOn, 0);
    expect(moved).toBe(appended.grown);
    expect(lines(stderr).at(-1)).toMatch(
      /Only views differ\. Next, to make them anew: migrate_to_events .*rebuild-views$/,
    );
    const rebuilt = await on(behind, "rebuild-views");
    expect(rebuilt.code).toBe(0);
    expect(rebuilt.stdout).toContain(
      `Views rebuilt: ${appended.grown + appended.begun} rows changed`,
    );
    expect(await on(behind, "verify-only")).toMatchObject({ code: 0 });
  });

  it("gets nothing of a second run, before its views are made or after", async () => {
    for (const isRebuilt of [false, true]) {
      const again = copy(path);
      if (isRebuilt) expect((await on(again, "rebuild-views")).code).toBe(0);
      const events = sql(again, "select * from events order by rowid");
      const { code, stdout } = await on(again, "--force");
      expect(code).toBe(0);
      expect(stdout).toContain("Migration complete: 0 trades, 0 positions, 0 orders migrated");
      expect(sql(again, "select * from events order by rowid")).toEqual(events);
    }
  });

  it("is told of by status as in part another's", async () => {
    const { stdout } = await on(path, "status");
    const counts = Object.entries(
      Object.groupBy(Object.entries(appended.events), ([type]) => aggregateOf(type)),
    ).map(([aggregate, own = []]) => `${sum(Object.fromEntries(own))} ${aggregate}`);
    const said = lines(stdout).find((line) => line.startsWith("Of no run of this command: "));
    for (const count of counts) expect(said).toContain(count);
    expect(said).toMatch(/, which services or another program wrote\.$/);
  });
});

const aggregateOf = (type: string): string =>
  type.includes("::") ? (type.split("Event::")[0] ?? "") : "SchwabAuth";

describe.each(forms)("a log of a bot of %s that its service goes on with", (form) => {
  it("loses by --clean what the service did, by kind, and is made readable by rebuild-views", async () => {
    const { path } = file(form);
    LossyMigration.write(path, { form });
    const { grown, begun, events } = OtherService.goOn(path, { form });
    const refused = await on(path, "--force", "--no-backup");
    expect(refused.code).toBe(6);
    const next = lines(refused.stderr).at(-1) ?? "";
    const named = next.match(/(?<=brings back: ).*(?=\. Next)/)?.[0].split(/, | and /) ?? [];
    expect(new Set(named)).toEqual(
      new Set(Object.entries(events).map(([type, count]) => `${count} ${type}`)),
    );
    const clean = await on(path, "dry-run", "--clean");
    expect(clean.code).toBe(0);
    expect(clean.stderr).toContain(`; ${sum(events)} of them no row brings back.`);
    const { code, summary } = await reported(path);
    expect(code).toBe(3);
    expect(summary.tallies.OnChainTrade?.unreadable).toBe(0);
    const moved = Object.values(summary.tallies).reduce((all, { movedOn }) => all + movedOn, 0);
    // A token without a legacy table in its metadata may be the service's own from the start.
    expect({ moved, begun }).toEqual({ moved: grown - 1, begun });
    expect((await on(path, "rebuild-views")).code).toBe(0);
    const { judgement = [] } = (await reported(path)).summary;
    expect(judgement.filter(({ side }) => side === "view")).toEqual([]);
    expect(judgement.length).toBeGreaterThan(10);
  });
});

describe.each(forms)("a log of ours with streams that a bot of %s wrote", (form) => {
  let [ours, theirs] = ["", ""];

  beforeAll(async () => {
    ours = file(form).path;
    theirs = copy(ours);
    LossyMigration.write(theirs, { form });
    expect((await on(ours, "--force")).code).toBe(0);
  });

  /** Our log with these of the bot's streams in the place of ours, and how many they are. */
  const halved = (which: string) => {
    const path = copy(ours);
    const streams = `from theirs.events where ${which}`;
    const those = `aggregate_id in (select aggregate_id ${streams})`;
    const columns =
      "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata";
    const [found] = sql(
      path,
      `attach '${theirs}' as theirs`,
      `delete from onchain_trade_view where view_id in (select aggregate_id ${streams})`,
      `delete from events where aggregate_type = 'OnChainTrade' and ${those}`,
      `insert into events (${columns}) select ${columns} ${streams}`,
      `select count(*) as n ${streams}`,
    );
    return { path, count: Number(found?.n) };
  };

  it.each([
    ["all of an aggregate", "aggregate_type = 'OnChainTrade'"],
    ["half of an aggregate", "aggregate_type = 'OnChainTrade' and rowid % 2 = 0"],
  ])("is judged for these alone: %s", async (_, which) => {
    const { path, count } = halved(which);
    expect(count).toBeGreaterThan(100);
    const { code, summary } = await reported(path);
    expect(code).toBe(3);
    const { OnChainTrade, ...others } = summary.tallies;
    expect(OnChainTrade?.rows).toBe((OnChainTrade?.same ?? 0) + count);
    for (const { rows, same } of Object.values(others)) expect(same).toBe(rows);
    const { judgement = [] } = summary;
    expect(new Set(judgement.map(({ aggregate }) => aggregate))).toEqual(new Set(["OnChainTrade"]));
    const most = Math.max(...judgement.map(({ rows }) => rows));
    expect(most).toBe(count);

    const { stdout } = await on(path, "status");
    expect(stdout).toContain(
      `Of no run of this command: ${count} OnChainTrade, which services or another program wrote.`,
    );
    const before = bytes(path);
    const run = await on(path, "--force", "--no-backup");
    expect(run.code).toBe(6);
    expect(run.stderr).toContain(`The event store holds ${count} streams that this migration`);
    expect(run.stderr).toContain(
      "start over, which loses no event that a row would not bring back",
    );
    expect(bytes(path) === before).toBe(true);

    expect((await on(path, "rebuild-views")).code).toBe(0);
    const rebuilt = (await reported(path)).summary.judgement ?? [];
    expect(rebuilt.filter(({ side }) => side === "view")).toEqual([]);
    expect(rebuilt).toHaveLength(judgement.length - 1);

    const clean = await on(path, "--force", "--no-backup", "--clean");
    expect(clean.stderr).toMatch(/deletes \d+ events; 0 of them no row brings back\./);
    expect(clean.code).toBe(0);
    expect((await on(path, "verify-only")).code).toBe(0);
  });
});
