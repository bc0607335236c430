import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import * as Laws from "@ledgerfold/migration-cli/Laws";
import { Effect } from "effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plan } from "../src/plan.ts";

/** The laws that any team can try, on the bot's own plan: joins, ids and secrets of its own. */

const folder = mkdtempSync(join(tmpdir(), "laws-"));
const path = join(folder, "bot.db");
beforeAll(() => void SampleDatabase.write(path, { trades: 12, orders: 6 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the laws hold of the bot's tables", () => {
  it("that every change is seen that means something", { timeout: 600_000 }, async () => {
    const { unseen, toldApart, ...counts } = await Effect.runPromise(
      Laws.mutations({ plan, path, rows: 2 }),
    );
    expect({ unseen, toldApart }).toEqual({ unseen: [], toldApart: [] });
    expect(counts.seen).toBeGreaterThan(6_000);
    expect(counts.withoutMeaning).toBeGreaterThan(40);
  });

  it("that every cell comes back from the events", async () => {
    const { lost, exact, alike, untold } = await Effect.runPromise(Laws.recovery({ plan, path }));
    expect(lost).toEqual([]);
    expect(exact).toBeGreaterThan(100);
    expect(alike).toBeGreaterThan(30);
    // What several columns say together: ids, prices by their exponents, block times and nets.
    expect(untold).toBeGreaterThan(30);
  });
});
