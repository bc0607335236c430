import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Stored from "@ledgerfold/fixtures/Stored";
import * as Document from "@ledgerfold/verifier/Document";
import { Schema } from "effect";
import { beforeAll, describe, expect, it } from "vitest";
import { copy, folder, lines, run, sql } from "./support.ts";

/** Every form in which services in another language have written an event, in a log of ours. */

const migrated = join(folder(), "bot.db");
SampleDatabase.write(migrated, { trades: 40, journalMode: "delete" });

const on = (path: string, ...words: ReadonlyArray<string>) =>
  run([...words, "--database-url", path]);

const insert = (aggregate: string, id: string, sequence: number, type: string, payload: string) =>
  `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
   values ('${aggregate}', '${id}', ${sequence}, '${type}', '1.0', '${payload}', '{}')`;

/** Those that only begin a stream get one of their own; others go on with one that we began. */
const begins = ["Migrated", "Initialized", "Filled", "Placed"];
const forms = Stored.all.filter((one) => Stored.isTheirs(one) && one.type !== "");
const first = forms.filter(({ tag }) => begins.includes(tag));
const later = forms.filter(({ tag }) => !begins.includes(tag));

const Report = Schema.Struct({ differences: Schema.Array(Document.Difference) });
const differences = async (path: string) => {
  const to = join(folder(), "report.json");
  const { code } = await on(path, "verify-only", "--report", to);
  expect(code).toBe(3);
  return Schema.decodeUnknownSync(Report)(JSON.parse(readFileSync(to, "utf8"))).differences;
};
const eachOnce = (found: ReadonlyArray<Document.Difference>) => [
  ...new Set(found.map(({ kind, side, field }) => `${kind} ${side} ${field}`)),
];

beforeAll(async () => {
  expect((await on(migrated, "--force")).code).toBe(0);
});

describe("a migrated log with an event of each form", () => {
  let path = "";
  beforeAll(() => {
    path = copy(migrated);
    const ids = new Map<string, ReadonlyArray<string>>();
    for (const { owner } of later) {
      const streams = sql(
        path,
        `select aggregate_id as id from events where aggregate_type = '${owner}' order by 1`,
      );
      ids.set(
        owner,
        streams.map(({ id }) => String(id)),
      );
    }
    const grown = new Map<string, number>();
    sql(
      path,
      ...first.map(({ owner, type, payload }, at) =>
        insert(owner, owner === "OnChainTrade" ? `0x0:${at}` : `${9000 + at}`, 1, type, payload),
      ),
      ...later.map(({ owner, type, payload }, at) => {
        const streams = ids.get(owner) ?? [];
        const id = streams[at % streams.length] ?? "";
        const sequence = (grown.get(`${owner} ${id}`) ?? 1) + 1;
        grown.set(`${owner} ${id}`, sequence);
        return insert(owner, id, sequence, type, payload);
      }),
    );
  });

  it("has nothing in it that cannot be read, and its views can be made", async () => {
    expect(first.length).toBeGreaterThan(10);
    expect(later.length).toBeGreaterThan(4);
    const strangers = first.filter(({ tag }) => tag === "Migrated").length;
    const behind = await differences(path);
    expect(eachOnce(behind).sort()).toEqual([
      "different view version",
      "extra event null",
      "missing view null",
    ]);
    expect(behind.filter(({ kind }) => kind === "extra")).toHaveLength(strangers);
    const rebuilt = await on(path, "rebuild-views");
    expect(rebuilt.stderr).not.toContain("Unreadable");
    expect(rebuilt.code).toBe(0);
    expect(eachOnce(await differences(path))).toEqual(["extra event null"]);
  });

  it("gets nothing of a second run", async () => {
    const before = sql(path, "select * from events order by rowid");
    const { code, stdout } = await on(path, "--force", "--no-backup");
    expect(code).toBe(0);
    expect(stdout).toContain("Migration complete: 0 trades, 0 positions, 0 orders migrated");
    expect(sql(path, "select * from events order by rowid")).toEqual(before);
  });
});

describe("an event of a later form", () => {
  const reason = "written by a service from 2026-02-17 on: not read by this version";

  it("is named with the day from which on they write it", async () => {
    const path = copy(migrated);
    const [{ id } = {}] = sql(
      path,
      "select aggregate_id as id from events where aggregate_type = 'Position' order by 1",
    );
    const failed = `{"OffChainOrderFailed":{"offchain_order_id":"6f1c","error":"no","failed_at":"2026-02-18T08:00:00Z"}}`;
    sql(path, insert("Position", String(id), 2, "PositionEvent::OffChainOrderFailed", failed));
    const verified = await on(path, "verify-only");
    expect(verified.code).toBe(3);
    const said = lines(verified.stdout).find((line) => line.startsWith("unreadable: "));
    expect(said).toContain(`Position "${id}", event #2 payload: no version can read the event`);
    expect(said).toContain(reason);
    const rebuilt = await on(path, "rebuild-views");
    expect(rebuilt.code).toBe(6);
    expect(rebuilt.stderr).toContain(reason);
  });
});
