import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import * as Workload from "../src/measured/Workload.ts";
import { measure } from "./running.ts";

const binding = new URL("../node_modules/sqlite3/build/Release/node_sqlite3.node", import.meta.url);
const competition = "appends to one stream by 8 at once";

it.concurrent("measures the store on PostgreSQL and pg by hand, which wrote the same", async () => {
  const [section] = (await measure("postgres")).sections;
  expect(section?.rows.map(({ callers }) => callers)).toEqual([3, 3, 1, 1, 1, 1, 1]);
  for (const { store, raw } of section?.rows ?? []) {
    expect(store).toBeGreaterThan(0);
    expect(raw).toBeGreaterThan(0);
  }
  expect(Object.keys(section?.settings.server ?? {})).toEqual(
    expect.arrayContaining(["server_version", "fsync", "synchronous_commit", "shared_buffers"]),
  );
}, 240_000);

it.concurrent("measures the migration into PostgreSQL and COPY, which wrote the same", async () => {
  const [section] = (await measure("copy")).sections;
  const kinds = ["COPY", "command", "the command's CPU", "the appending function"];
  expect(section?.rows.map(({ trades, kind }) => [trades, kind])).toEqual(
    [200, 75].flatMap((trades) => kinds.map((kind) => [trades, kind])),
  );
  for (const { seconds } of section?.rows ?? []) expect(seconds).toBeGreaterThan(0);
}, 240_000);

it.concurrent("measures one append of many events on each engine", async () => {
  const [section] = (await measure("appends")).sections;
  expect(section?.rows.map(({ what, events }) => [what, events])).toEqual(
    [30, 5_000].flatMap((events) => ["memory", "SQLite", "PostgreSQL"].map((on) => [on, events])),
  );
  for (const { seconds, megabytes } of section?.rows ?? []) {
    expect(seconds).toBeGreaterThan(0);
    expect(megabytes).toBeGreaterThan(50);
  }
}, 240_000);

it.concurrent("measures our stores and Emmett's, which wrote the same", async () => {
  const [section] = (await measure("emmett")).sections;
  const rows = (backend: string) => section?.rows.filter((row) => row.backend === backend) ?? [];
  expect([rows("SQLite").length, rows("PostgreSQL").length]).toEqual([6, 6]);
  for (const { ours, emmett } of rows("PostgreSQL")) {
    expect(ours).toBeGreaterThan(0);
    expect(emmett).toBeGreaterThan(0);
  }
  expect(rows("PostgreSQL").at(-1)).toMatchObject({
    what: competition,
    note: expect.stringMatching(/^conflicts: ours \d+, Emmett \d+$/),
  });
  // An install does not build it, so most runs of this see the first.
  if (!existsSync(fileURLToPath(binding))) {
    for (const row of rows("SQLite")) {
      const note = "not built: run pnpm build_sqlite3";
      expect(row).toMatchObject({ ours: null, emmett: null, note });
    }
    return;
  }
  for (const { what, ours, emmett, note } of rows("SQLite")) {
    expect(ours).toBeGreaterThan(0);
    if (what === competition) expect(note).toMatch(/^Emmett stuck after \d+ of 24/);
    else expect(emmett).toBeGreaterThan(0);
  }
  expect(section?.settings["SQLite, Emmett"]).toMatchObject({ synchronous: "2" });
}, 240_000);

it("refuses a stream that has lost or doubled what writers were told is in it", () => {
  const first = { n: 0 };
  const [one, other] = [{ a: 1, b: 2 }, { a: 3 }];
  expect(Workload.insistKept([one, other], [first, other, { b: 2, a: 1 }])).toBe(2);
  expect(() => Workload.insistKept([one, other], [first, one])).toThrow("2 appends succeeded");
  expect(() => Workload.insistKept([one, other], [first, one, one])).toThrow("appends succeeded");
});

it("shares commits among callers, those to one stream with one of them, in their order", () => {
  const { timed } = Workload.named("appendExpected")(40, 1);
  const commits = timed._tag === "append" ? timed.commits : [];
  const shares = Workload.among(commits, 3);
  expect(shares.flat()).toHaveLength(commits.length);
  for (const id of ["S0", "S1", "S2", "S3"]) {
    const ofStream = (all: typeof commits) => all.filter(([append]) => append?.id === id);
    const holders = shares.filter((share) => ofStream(share).length > 0);
    expect(holders.map(ofStream)).toEqual([ofStream(commits)]);
  }
});
