import { describe, expect, it } from "vitest";
import { changed, paths, verify } from "./Harness.ts";
import * as Sample from "./Sample.ts";

/** Earlier versions wrote orders without `executor`. */

const path = paths();
const file = path();
Sample.write(file, "2025-12-22");

const events = "UPDATE events SET payload = json_remove(payload, '$.Migrated.executor')";
const views =
  "UPDATE offchain_order_view SET payload = json_remove(payload, '$.Execution.executor')";
const orders = "WHERE aggregate_type = 'OffchainOrder'";

const differences = async (...statements: ReadonlyArray<string>) => {
  const { lines } = await verify(
    await changed(file, path(), (run) => {
      for (const statement of statements) run(statement);
    }),
  );
  return lines;
};

describe("a log of an earlier version", () => {
  it("has no differences", async () => {
    expect(await differences(`${events} ${orders}`, views)).toEqual([]);
  });

  it("has none when its views are made anew, with the executor that its events are read with", async () => {
    expect(await differences(`${events} ${orders}`)).toEqual([]);
  });

  it("has a difference where a view names another executor than its event is read with", async () => {
    const other = `UPDATE offchain_order_view
      SET payload = json_set(payload, '$.Execution.executor', 'AlpacaTradingApi')
      WHERE view_id = '2'`;
    expect(await differences(`${events} ${orders}`, other)).toEqual([
      'different: OffchainOrder "2", view executor: is not what the event says (expected "AlpacaBrokerApi", stored "AlpacaTradingApi")',
    ]);
  });

  it("has one where a view lacks the executor that its event has", async () => {
    expect(await differences(`${views} WHERE view_id = '1'`)).toEqual([
      'different: OffchainOrder "1", view executor: is not what the event says (expected "Schwab", stored absent)',
    ]);
  });
});

describe("a run that wrote executors in some orders", () => {
  it("has a difference where an event lacks it", async () => {
    const one = "AND aggregate_id = '1'";
    expect(await differences(`${events} ${orders} ${one}`, `${views} WHERE view_id = '1'`)).toEqual(
      [
        `different: OffchainOrder "1", event executor: 1 of the run's streams say so, 3 say otherwise (expected the field, stored no such field)`,
      ],
    );
  });

  it("has one where only one event has it", async () => {
    const most = "AND aggregate_id <> '1'";
    expect(
      await differences(`${events} ${orders} ${most}`, `${views} WHERE view_id <> '1'`),
    ).toEqual([
      `different: OffchainOrder "1", event executor: 1 of the run's streams say so, 3 say otherwise (expected no such field, stored the field)`,
    ]);
  });

  it("has one for each that lacks it where they are as many", async () => {
    const lines = await differences(
      `${events} ${orders} AND aggregate_id IN ('1', '2')`,
      `${views} WHERE view_id IN ('1', '2')`,
    );
    expect(lines.map((line) => line.slice(0, 45))).toEqual([
      'different: OffchainOrder "1", event executor:',
      'different: OffchainOrder "2", event executor:',
    ]);
  });

  it("has none where the two are of different runs", async () => {
    const another = "UPDATE events SET metadata = json_set(metadata, '$.run_id', 'another')";
    expect(
      await differences(
        `${events} ${orders} AND aggregate_id = '1'`,
        `${views} WHERE view_id = '1'`,
        `${another} ${orders} AND aggregate_id = '1'`,
      ),
    ).toEqual([]);
  });
});
