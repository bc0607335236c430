import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { derived } from "@ledgerfold/declaration/Fate";
import { integer } from "@ledgerfold/declaration/Kind";
import * as Ledger from "@ledgerfold/declaration/Ledger";
import { Effect } from "effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Laws from "../src/Laws.ts";
import { plan, write } from "./Parcel.ts";

const folder = mkdtempSync(join(tmpdir(), "laws-"));
const path = join(folder, "parcels.db");
beforeAll(() => write(path, 15));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("sees every change of a cell or a field that means something", async () => {
  const before = readFileSync(path);
  const { unseen, toldApart, ...counts } = await Effect.runPromise(
    Laws.mutations({ plan, path, rows: 2 }),
  );
  expect(counts.seen).toBeGreaterThan(2_000);
  expect(counts.withoutMeaning).toBeGreaterThan(20);
  expect(counts.leftOut).toBeGreaterThan(20);
  expect(unseen).toEqual([]);
  expect(toldApart).toEqual([]);
  expect(readFileSync(path).equals(before)).toBe(true);
}, 600_000);

it("gets every carried cell back from the events", async () => {
  const { lost, ...counts } = await Effect.runPromise(Laws.recovery({ plan, path }));
  expect(lost).toEqual([]);
  expect(counts.exact).toBeGreaterThan(250);
  // Numbers, moments, lower case, words and what stands for nothing.
  expect(counts.alike).toBeGreaterThan(20);
  expect(counts.untold).toBe(0);
});

describe("what rules read", () => {
  it("is what the fates say", () => {
    const { agreeing, ...broken } = Effect.runSync(Laws.traces({ plan }));
    expect(broken).toEqual({ unread: [], unsaid: [], unexplained: [] });
    expect(agreeing).toBe(26);
  });

  it("is held against fates that say more, or less", () => {
    const [table] = plan.tables;
    if (table === undefined) throw new Error("there is one");
    const { serial, ...others } = table.columns;
    const columns = { ...others, driver: derived(integer(), "who signs", "label") };
    const ledger = Ledger.make([{ ...table, columns }], {}, plan.words);
    const { unread, unsaid } = Effect.runSync(Laws.traces({ plan: { ...plan, ledger } }));
    expect(serial?.fate).toBe("carried");
    expect(unread).toEqual([{ column: "parcels.driver", field: "Parcel.label" }]);
    expect(unsaid).toEqual([{ column: "parcels.serial", field: "Parcel.serial" }]);
  });
});
