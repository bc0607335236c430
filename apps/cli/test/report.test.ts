import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as Document from "@ledgerfold/verifier/Document";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Schema } from "effect";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, copy, count, folder, lines, run, sql, start } from "./support.ts";

const migrated = join(folder(), "migrated.db");
const proof = join(folder(), "proof.json");
const { trades } = SampleDatabase.write(migrated, { trades: 40, journalMode: "delete" });

/** So large that a signal comes while it is verified. */
const large = join(folder(), "large.db");
SampleDatabase.write(large, { trades: 20_000, journalMode: "delete" });

beforeAll(async () => {
  expect(await run(["--database-url", migrated, "--force"])).toMatchObject({ code: 0 });
  expect(await run(["verify-only", "--database-url", migrated, "--report", proof])).toMatchObject({
    code: 0,
  });
});

const verify = (path: string, ...words: ReadonlyArray<string>) =>
  run(["verify-only", "--database-url", path, ...words]);

const Written = Schema.Struct({
  format: Schema.Literal("ledgerfold-verification"),
  version: Schema.Literal(1),
  differences: Schema.Array(Document.Difference),
  findings: Schema.Array(Document.Finding),
  proof: Schema.Array(Schema.Struct({ side: Schema.String, table: Schema.String })),
  unproven: Schema.Array(Schema.Unknown),
  summary: Document.Summary,
});

const parsed = (path: string) =>
  Schema.decodeUnknownSync(Written)(JSON.parse(readFileSync(path, "utf8")));

/** Of a section of the page on verification. */
const firstSentence = (title: string): string | undefined => {
  const page = readFileSync(new URL("../../../docs/verification.md", import.meta.url), "utf8");
  return page.split(`\n## ${title}\n\n`)[1]?.split("\n")[0];
};

describe("verify-only --report", { concurrent: true }, () => {
  it("writes what was verified, says where, and leaves the file alone", async () => {
    const path = copy(migrated);
    const before = bytes(path);
    const to = join(folder(), "proof.json");
    const { code, stdout } = await verify(path, "--report", to);
    expect(code).toBe(0);
    const written = readFileSync(to);
    const sum = createHash("sha256").update(written).digest("hex");
    expect(lines(stdout).slice(-3)).toEqual([
      `Report written to "${to}", ${written.length} bytes, SHA-256 ${sum}`,
      firstSentence("What independence covers"),
      "Verification complete: no differences",
    ]);
    expect(bytes(path) === before).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(["legacy.db"]);
    expect(readdirSync(dirname(to))).toEqual(["proof.json"]);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const { summary, differences, findings, unproven } = parsed(to);
    expect([differences, findings.length, unproven]).toEqual([[], summary.counts.findings, []]);
    expect(summary).toMatchObject({
      program: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        sqlite: expect.stringMatching(/^3\.\d+\.\d+$/),
      },
      database: { path, bytes: statSync(path).size },
      isSame: true,
      counts: { differences: 0, since: 0 },
      leftOut: [],
    });
    expect(Date.parse(summary.finishedAt)).toBeGreaterThanOrEqual(Date.parse(summary.startedAt));
    expect(summary.tallies.OnChainTrade).toMatchObject({ rows: trades, same: trades });
    expect(summary.ledger).toContainEqual({
      table: "onchain_trades",
      column: "id",
      becomes: "carried to OnChainTrade.legacy_id",
    });
    for (const { table, rows, root } of summary.tables) {
      expect(rows, table).toBe(count(path, table));
      expect(root).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(summary.tables.map(({ table }) => table)).toEqual([
      ...["onchain_trades", "trade_accumulators", "offchain_trades", "schwab_auth", "event_queue"],
      ...["events", "onchain_trade_view", "position_view", "offchain_order_view"],
      "schwab_auth_view",
    ]);
  });

  it("is a page where the name ends so, with the same roots", async () => {
    const path = copy(migrated);
    sql(path, "update onchain_trades set amount = 123.5 where id = 7");
    const to = join(folder(), "proof.html");
    const { code, stdout } = await verify(path, "--report", to);
    expect(stdout).toContain(`Report written to "${to}", `);
    expect(code).toBe(3);
    const page = readFileSync(to, "utf8");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain("REAL 123.5");
    const { tables } = parsed(proof).summary;
    for (const { table, root } of tables) {
      expect(page.includes(root), table).toBe(table !== "onchain_trades");
    }
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const { stderr } = await verify(path, "--against", to);
    expect(stderr).toContain("it is no report of verify-only --report");
  });

  it("says the same of the same file at another time", async () => {
    const to = join(folder(), "proof.json");
    await verify(copy(migrated), "--report", to);
    const [then, now] = [parsed(proof), parsed(to)];
    expect(now.summary.tables).toEqual(then.summary.tables);
    const body = (path: string) => readFileSync(path, "utf8").split('\n"summary":')[0];
    expect(body(to)).toBe(body(proof));
  });

  it("is written when there are differences too, with all of them, and ends with 3", async () => {
    const path = copy(migrated);
    sql(path, "update onchain_trades set amount = 123.5 where id = 7");
    sql(path, "delete from events where aggregate_type = 'OffchainOrder' and aggregate_id = '2'");
    const to = join(folder(), "proof.json");
    const { code, stdout } = await verify(path, "--report", to);
    expect(code).toBe(3);
    const { differences, summary } = parsed(to);
    const said = lines(stdout).filter((line) =>
      /^(missing|extra|different|unreadable): /.test(line),
    );
    expect(said.length).toBeGreaterThan(2);
    expect(differences).toHaveLength(said.length);
    expect(summary).toMatchObject({ isSame: false, counts: { differences: said.length } });
    expect(differences).toContainEqual(
      expect.objectContaining({ kind: "different", aggregate: "OnChainTrade", field: "amount" }),
    );
    const { text } = parsed(to).findings[0] ?? {};
    expect(lines(stdout)).toContain(text);
  });

  it("replaces no file, which is seen before anything is done", async () => {
    const to = join(folder(), "proof.json");
    writeFileSync(to, "evidence");
    const { code, stdout, stderr } = await verify(migrated, "--report", to);
    expect(stderr).toBe(
      `migrate_to_events: "${to}" exists already, and a report replaces nothing: name another file.\n`,
    );
    expect([code, stdout, bytes(to)]).toEqual([2, "", "evidence"]);
  });

  it("that cannot be written ends with 10 and leaves nothing", async () => {
    const place = folder();
    const { code, stderr } = await verify(migrated, "--report", join(place, "none", "proof.json"));
    expect(stderr).toMatch(/^migrate_to_events: The report ".*" could not be written: ENOENT/);
    expect(code).toBe(10);
    const long = join(place, `${"a".repeat(300)}.json`);
    expect(await verify(migrated, "--report", long)).toMatchObject({ code: 10 });
    expect(readdirSync(place)).toEqual([]);
  });

  it("does not fill the disk with half a report when it is full", async () => {
    const to = join(folder(), "proof.json");
    const command = ["bash", "-c", 'ulimit -f 4; exec "$@"', "-", process.execPath] as const;
    const bin = new URL("../bin/migrate_to_events.js", import.meta.url).pathname;
    const words = ["verify-only", "--database-url", migrated, "--report", to];
    const { code, stderr } = await run(words, { command: [...command, bin] });
    expect(stderr).toMatch(/could not be written: EFBIG/);
    expect(code).toBe(10);
    expect(readdirSync(dirname(to))).toEqual([]);
  });

  it("that is killed leaves what the next of its name removes, and no other", async () => {
    const to = join(folder(), "proof.json");
    const held = async () => {
      const running = start(["verify-only", "--database-url", large, "--report", to]);
      await running.says("OnChainTrade: ");
      running.child.kill("SIGSTOP");
      return running;
    };
    const left = () => readdirSync(dirname(to)).filter((name) => name.includes(".partial"));
    const killed = await held();
    killed.child.kill("SIGKILL");
    await killed.outcome;
    expect(left()).toEqual([
      expect.stringMatching(/^proof\.json\.[0-9a-f]{8}\.partial$/),
      expect.stringMatching(/-lock$/),
    ]);
    const living = await held();
    expect(left()).toHaveLength(2);
    const others = ["proof.json.0123abcd.partial", "other.json.0123abcd.partial"];
    for (const name of others) writeFileSync(join(dirname(to), name), "");
    const ofLiving = left();
    expect(await verify(migrated, "--report", to)).toMatchObject({ code: 0 });
    expect(left()).toEqual(ofLiving);
    living.child.kill("SIGCONT");
    expect(await living.outcome).toMatchObject({ code: 10 });
    expect(left()).toEqual(others.toSorted());
  });

  it("holds no token, whole or in part", async () => {
    const access = "deadbeef0123456789".repeat(5);
    const refresh = "feedface9876543210".repeat(5);
    const path = join(folder(), "legacy.db");
    const db = LegacyDatabase.make(path, { age: "2026-01-26", checks: false });
    LegacyDatabase.insertAuth(db, { access_token: access, refresh_token: refresh });
    db.close();
    await run(["--force", "--database-url", path]);
    sql(path, `update schwab_auth set access_token_fetched_at = '${refresh}'`);
    sql(
      path,
      `insert into schwab_auth_view (view_id, version, payload) values ('${access}', 1, '')`,
    );
    sql(
      path,
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       values ('SchwabAuth', '${access}', 1, '${access}', '${access}', '${access}', '${access}')`,
    );
    const to = join(folder(), "proof.json");
    const first = await verify(path, "--report", to);
    sql(path, `update schwab_auth_view set payload = '${refresh}'`);
    sql(path, `update events set payload = '${refresh}'`);
    const second = await verify(path, "--against", to);
    expect(second.stdout).toContain("changed since: event schwab_auth_view rowid 1");
    const said = [readFileSync(to, "utf8"), first.stdout, first.stderr, second.stdout].join("");
    for (const token of [access, refresh]) {
      for (let from = 0; from < 18; from += 1) {
        expect(said).not.toContain(token.slice(from, from + 8));
      }
    }
  });
});

describe("verify-only --against", { concurrent: true }, () => {
  it("finds nothing in a file that was dumped and restored", async () => {
    const [path, report, to] = [
      copy(migrated),
      join(folder(), "gaps.json"),
      join(folder(), "new.db"),
    ];
    sql(
      path,
      "drop trigger trade_accumulators_touch",
      "update trade_accumulators set rowid = 2 * rowid + 5000",
    );
    expect(await verify(path, "--report", report)).toMatchObject({ code: 0 });
    execFileSync("sqlite3", [to], { input: execFileSync("sqlite3", [path, ".dump"]) });
    const { code, stdout } = await verify(to, "--against", report);
    expect(code).toBe(0);
    const positions = count(path, "trade_accumulators");
    expect(stdout).toMatch(
      new RegExp(
        `^legacy trade_accumulators: ${positions} of ${positions} rows unchanged since \\S+, ${positions} under another rowid, the root is the same$`,
        "m",
      ),
    );
  });

  it("says of every table that it is unchanged, and ends with 0", async () => {
    const { code, stdout } = await verify(copy(migrated), "--against", proof);
    const { finishedAt, tables } = parsed(proof).summary;
    expect(lines(stdout).filter((line) => / rows? unchanged/.test(line))).toEqual(
      tables.map(
        ({ side, table, rows }) =>
          `${side} ${table}: ${rows} of ${rows} ${rows === 1 ? "row" : "rows"} unchanged since ${finishedAt}, the root is the same`,
      ),
    );
    expect(code).toBe(0);
  });

  it("shows that a migration has touched no legacy row", async () => {
    const path = join(folder(), "legacy.db");
    SampleDatabase.write(path, { trades: 20 });
    const before = join(folder(), "before.json");
    expect(await verify(path, "--report", before)).toMatchObject({ code: 3 });
    await run(["--database-url", path, "--force"]);
    const { code, stdout } = await verify(path, "--against", before);
    expect(stdout).not.toContain("since: ");
    expect(stdout).toMatch(/^legacy onchain_trades: 20 of 20 rows unchanged .*root is the same$/m);
    expect(stdout).toMatch(/^event events: not in the report of /m);
    expect(code).toBe(0);
  });

  it("lists what has changed, and ends with 3 though both sides agree", async () => {
    const path = copy(migrated);
    // The verification does not look at what makes an append idempotent.
    sql(path, "update events set event_id = event_id where rowid = 2");
    sql(path, "update events set event_id = 'other ' || rowid where rowid in (3, 5)");
    const to = join(folder(), "second.json");
    const { code, stdout, stderr } = await verify(path, "--against", proof, "--report", to);
    expect(lines(stdout).filter((line) => line.includes(" since: "))).toEqual([
      expect.stringMatching(
        /^changed since: event events rowid 3 \(OnChainTrade '.*' sequence 1\)$/,
      ),
      expect.stringMatching(
        /^changed since: event events rowid 5 \(OnChainTrade '.*' sequence 1\)$/,
      ),
    ]);
    const { finishedAt } = parsed(proof).summary;
    expect(stdout).toMatch(/^event events: \d+ of \d+ rows unchanged since \S+Z, 2 changed$/m);
    expect(stdout).toContain("Verification complete: no differences\n");
    expect(stderr).toContain(
      `Verification found 2 changes since ${finishedAt}; each is listed above.\n`,
    );
    expect(code).toBe(3);
    expect(await verify(path, "--against", to)).toMatchObject({ code: 0 });
  });

  it("refuses what is no report, before any work", async () => {
    const { code, stdout, stderr } = await verify(migrated, "--against", migrated);
    expect(stderr).toMatch(/^migrate_to_events: ".*" cannot be compared with: /);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("and --report are for verify-only, and take only what they can", async () => {
    for (const [words, sentence] of [
      [["dry-run", "--report", "a.json"], "--report is for verify-only."],
      [["--force", "--against", "a.json", "--report=b.json"], "--report and --against are for"],
      [["verify-only", "--report", "a.txt"], "--report writes .json or .html,"],
      [["verify-only", "--report", "a"], "--report writes .json or .html,"],
    ] as const) {
      const { code, stderr } = await run([...words, "--database-url", migrated]);
      expect(stderr).toContain(sentence);
      expect(code).toBe(2);
    }
  });
});
