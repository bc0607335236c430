import { describe, expect, it } from "vitest";
import { changed, paths, verify } from "./Harness.ts";
import * as Sample from "./Sample.ts";

const path = paths();
const withColumn = path();
Sample.write(withColumn, "2025-12-22");
const without = path();
Sample.write(without, "2026-01-26");

interface Stored {
  readonly net: string;
  readonly rule: string;
}

/** The fields that are not as they should be, of NVDA with this net in its event and its view. */
const fields = async (file: string, { net, rule }: Stored, row: string) => {
  const { differences } = await verify(
    await changed(file, path(), (run) => {
      run(`UPDATE trade_accumulators SET ${row} WHERE symbol = 'NVDA'`);
      run(
        `UPDATE events SET payload = json_set(payload, '$.Migrated.net_position', ?),
           metadata = json_set(metadata, '$.net_position_rule', ?) WHERE aggregate_id = 'NVDA'`,
        ...[net, rule],
      );
      run(
        "UPDATE position_view SET payload = json_set(payload, '$.Position.net', ?) WHERE view_id = 'NVDA'",
        net,
      );
    }),
  );
  return differences.map(({ kind, field }) => `${kind} ${field}`);
};

// long 0.3, short 0.1
describe("with a column", () => {
  it.each([
    ["agrees, to the last bit", "0.2", "column", "0.2"],
    ["agrees but for the noise of doubles", "0.19999999999999998", "column", "0.3 - 0.1"],
    ["is off by as much as noise may be", "0.200000001", "column", "0.200000001"],
    ["is stale and was carried", "5", "column", "5"],
    ["is stale and was replaced", "0.2", "computed", "5"],
    ["is stale by the smallest bit", "0.2", "computed", "0.200000002"],
    ["is NULL", "0.2", "computed", "NULL"],
  ])("that %s", async (_, net, rule, cell) => {
    expect(await fields(withColumn, { net, rule }, `net_position = ${cell}`)).toEqual([]);
  });

  it.each([
    ["agrees but was replaced", "0.2", "computed", "0.2", ["different metadata.net_position_rule"]],
    [
      "agrees but for noise and was replaced",
      "0.2",
      "computed",
      "0.3 - 0.1",
      ["different metadata.net_position_rule"],
    ],
    ["was not carried to the last bit", "0.2", "column", "0.3 - 0.1", ["different net_position"]],
    [
      "was replaced by a sum of doubles",
      "0.19999999999999998",
      "computed",
      "5",
      ["different net_position"],
    ],
    [
      "follows no known rule",
      "5",
      "guess",
      "5",
      ["different metadata.net_position_rule", "unreadable net_position"],
    ],
    [
      "is NULL and was carried",
      "0.2",
      "column",
      "NULL",
      ["different metadata.net_position_rule", "unreadable net_position"],
    ],
    ["is text", "0.2", "computed", "'stale'", ["unreadable net_position"]],
    ["is bytes", "0.2", "computed", "x'00'", ["unreadable net_position"]],
    ["is infinite", "0.2", "computed", "9e999", ["unreadable net_position"]],
  ])("not one that %s", async (_, net, rule, cell, expected) => {
    const found = await fields(withColumn, { net, rule }, `net_position = ${cell}`);
    expect(found).toEqual(expected);
  });
});

describe("without a column", () => {
  const stored = (net: string, rule: string) => fields(without, { net, rule }, "symbol = symbol");

  it("it is long - short, without rounding", async () => {
    expect(await stored("0.2", "computed")).toEqual([]);
    expect(await stored("0.19999999999999998", "computed")).toEqual(["different net_position"]);
  });

  it("there is nothing to carry", async () => {
    expect(await stored("0.2", "column")).toEqual([
      "different metadata.net_position_rule",
      "unreadable net_position",
    ]);
  });

  it("numbers of any size are subtracted", async () => {
    const huge = "accumulated_long = 1e300, accumulated_short = 5e-324";
    const net = `${"9".repeat(300)}.${"9".repeat(323)}5`;
    expect(await fields(without, { net, rule: "computed" }, huge)).toEqual([
      "different accumulated_long",
      "different accumulated_short",
    ]);
  });
});
