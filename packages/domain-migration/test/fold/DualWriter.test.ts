import { copyFileSync } from "node:fs";
import * as DualWriter from "@ledgerfold/fixtures/DualWriter";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { Effect } from "effect";
import { beforeAll, describe, expect, it } from "vitest";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import { aggregates } from "../../src/Migration.ts";
import { migrate, onFile, right, select } from "../support/Files.ts";
import { paths, verify } from "../verification/Harness.ts";

/** Files whose rows go on with their log, because a bot writes both or because somebody follows. */

const tempPath = paths();

let migrated = "";
beforeAll(async () => {
  migrated = tempPath();
  SampleDatabase.write(migrated, { trades: 60, journalMode: "delete" });
  right(await Effect.runPromise(migrate(migrated)));
});

const rebuilt = (path: string) =>
  Effect.runPromise(
    onFile(
      path,
      Effect.gen(function* () {
        const store = yield* EventStore;
        for (const one of aggregates) yield* store.rebuildView(one);
      }),
    ),
  );

const goneOn = async (options: Omit<DualWriter.Options, "trades">) => {
  const path = tempPath();
  copyFileSync(migrated, path);
  const written = DualWriter.goOn(path, { trades: 60, ...options });
  await rebuilt(path);
  return { path, ...written };
};

describe.each(["bot", "follower"] as const)("a %s that loses nothing", (by) => {
  it.each([1, 2, 3])("leaves a file without differences (seed %i)", async (seed) => {
    const { path } = await goneOn({ by, seed });
    const { lines, report } = await verify(path);
    expect(lines).toEqual([]);
    expect(report.tallies.Position.movedOn).toBeGreaterThan(0);
    expect(report.tallies.OffchainOrder.rows).toBeGreaterThan(8);
  });
});

describe.each(["bot", "follower"] as const)("a %s whose write fails once", (by) => {
  /** The write that fails, and where that shows. */
  const shows: ReadonlyArray<readonly [DualWriter.Write, RegExp]> = [
    [
      "fill",
      /no position's event names the trade|accumulated_(long|short): is not what the row says/,
    ],
    ["placing", /no position's event places the order/],
    ["settling", /no position's event settles the order so/],
    ["submitted", /status|broker_order_id/],
    ["filled", /status: is not what the row says|settles an order whose own stream does not/],
    ["failed", /status: is not what the row says|settles an order whose own stream does not/],
    [
      "trade",
      /(the row has no event|no event begins the stream)[\s\S]*names a trade that (has no stream|no event begins)/,
    ],
    ["placed", /names an order that no event begins[\s\S]*no event begins the stream/],
    ["twice", /names a trade that another event names too/],
    ["rows", /status: is not what the row says/],
    ["tokens", /access_token: is not what the row says/],
    ...(by === "bot" ? ([["enriched", /gas_used: is not what the row says/]] as const) : []),
  ];

  it.each(shows)("%s: it is found and listed", async (write, expected) => {
    const { path, lost } = await goneOn({
      by,
      fails: (one, before) => one === write && before === (write === "tokens" ? 0 : 1),
    });
    expect(lost).toHaveLength(1);
    const { lines, differences } = await verify(path);
    expect(lines.join("\n")).toMatch(expected);
    const [, aggregate, id] = lost[0] ?? ["", "", ""];
    const where = write === "settling" ? "OffchainOrder" : aggregate;
    const found = differences.filter((one) => one.aggregate === where);
    expect(found.length).toBeGreaterThan(0);
    const [row] = select(
      path,
      "select access_token as access, refresh_token as refresh from schwab_auth",
    );
    for (const token of Object.values(row ?? {})) {
      expect(lines.join("\n")).not.toContain(String(token).slice(0, 16));
    }
    if (where === aggregate) expect(found.some((one) => one.id === id)).toBe(true);
  });
});
