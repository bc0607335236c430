import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { ddl as eventLog } from "@ledgerfold/fixtures/EventLogSchema";
import { ages, ddl } from "@ledgerfold/fixtures/LegacySchema";
import { plan } from "../src/plan.ts";
import * as ColumnLedger from "../src/ColumnLedger.ts";
import type { Row } from "@ledgerfold/verifier/Cell";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import * as Laws from "@ledgerfold/migration-cli/Laws";
import { Effect } from "effect";

const tablesOf = (db: DatabaseSync) =>
  db
    .prepare("select name from sqlite_schema where type = 'table'")
    .all()
    .map(({ name }) => String(name));

/** By another way than the tool's: what a file of this age has. */
const schemaOf = (age: (typeof ages)[number], more = ""): ReadonlyArray<ColumnLedger.FileTable> => {
  const db = new DatabaseSync(":memory:");
  db.exec(ddl(age) + more);
  return tablesOf(db).map((name) => ({
    name,
    columns: db
      .prepare("select name from pragma_table_xinfo(?)")
      .all(name)
      .map((column) => String(column.name)),
  }));
};

describe.each(ages)("a file of %s", (age) => {
  it("has nothing that is not declared, with the log of other services too", () => {
    const judged = ColumnLedger.judge(schemaOf(age, eventLog));
    expect(judged).toEqual({
      undeclared: [],
      leftOut: [],
      unknown: [],
      absent: [],
      misnamed: [],
    });
  });
});

it("declares no column that no file has", () => {
  const seen = new Set(
    ages.flatMap((age) =>
      schemaOf(age).flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`)),
    ),
  );
  const named = Object.entries(ColumnLedger.declared).flatMap(([table, columns]) =>
    Object.keys(columns).map((column) => `${table}.${column}`),
  );
  expect(named.filter((name) => !seen.has(name))).toEqual([]);
});

/** Rows with something and with nothing in each column, as a rule may look further or not. */
const fullRow: Row = {
  pyth_exponent: -8n,
  pyth_price: 1.5,
  pyth_confidence: 1.5,
  accumulated_long: 2.5,
  accumulated_short: 1,
  net_position: 1.5,
  block_rows: 1n,
  block_odd: 0n,
  block_lowest: 5n,
  block_highest: 5n,
};

/** What stands beside a row, by the columns that it is made of. */
const beside: Readonly<Record<string, ReadonlyArray<string>>> = {
  ...Object.fromEntries(
    ["block_rows", "block_odd", "block_lowest", "block_highest"].map((name) => [
      name,
      [
        ...["event_queue.block_number", "event_queue.tx_hash", "event_queue.log_index"],
        ...["onchain_trades.tx_hash", "onchain_trades.log_index"],
      ],
    ]),
  ),
  ...Object.fromEntries(
    ["shares", "direction"].map((name) => [
      `order_${name}`,
      [
        ...[`offchain_trades.${name}`, "offchain_trades.id", "offchain_trades.symbol"],
        ...["trade_accumulators.pending_execution_id", "trade_accumulators.symbol"],
      ],
    ]),
  ),
};

it("says of every column what the verifier's rules read it for", () => {
  const { agreeing, ...broken } = Effect.runSync(
    Laws.traces({
      plan,
      rows: [fullRow, { pyth_exponent: -8n }, { id: 1n }],
      metadata: ["column", "computed"].map((from) => ({ net_position_rule: from })),
      beside,
    }),
  );
  expect(broken).toEqual({ unread: [], unsaid: [], unexplained: [] });
  expect(agreeing).toBe(44);
});

it("says the same of the table of orders under its older name", () => {
  const { offchain_trades = {}, schwab_executions } = ColumnLedger.declared;
  const older = Object.entries(offchain_trades).filter(([name]) => !name.startsWith("broker"));
  expect(Object.fromEntries(older)).toEqual(schwab_executions);
});

it("names every column of an aggregate's spec", () => {
  for (const { tables, columns } of AggregateSpecs.all(plan.migrations)) {
    const [table] = tables;
    expect(Object.keys(ColumnLedger.declared[table] ?? {}).sort()).toEqual([...columns].sort());
  }
});

describe("names", () => {
  const judge = (names: ReadonlyArray<string>, leaveOut: ReadonlyArray<string> = []) =>
    ColumnLedger.judge(
      names.map((name) => ({ name, columns: ["id"] })),
      leaveOut,
    );

  it("are the same in either case, as SQLite has it, and only in ASCII", () => {
    const trade = { name: "OnChain_Trades", columns: ["ID", "Tx_Hash"] };
    expect(ColumnLedger.judge([trade]).undeclared).toEqual([]);
    const kelvin = { name: "offchain_trades", columns: ["bro\u212aer"] };
    expect(ColumnLedger.judge([kelvin]).undeclared).toHaveLength(1);
    expect(judge(["NOTES"], ["notes"])).toMatchObject({ undeclared: [], unknown: [] });
  });

  it("of other tables of the log, of ours and of SQLite's stop nobody", () => {
    const names = ["usdc_rebalance_view", "Vault_View", "ledgerfold_x", "sqlite_stat1"];
    expect(judge(names).undeclared).toEqual([]);
    expect(judge(["review", "xsqlite_stat1", "myview"]).undeclared).toHaveLength(3);
  });

  it("of anything may be given as they are shown", () => {
    const name = "a b\u001b[31m'\u202e";
    const [found] = judge([name]).undeclared;
    expect(found).toEqual({ table: name, column: null });
    const shown = ColumnLedger.show(found ?? { table: "", column: null });
    expect(shown).not.toMatch(/[^\x20-\x7e]/);
    expect(judge([name], [shown]).undeclared).toEqual([]);
    expect(judge([name], [name]).undeclared).toEqual([]);
  });

  it("of what is declared or not there cannot be left out", () => {
    const given = ["onchain_trades.gas_used", "symbol_locks", "nothing", "notes"];
    const judged = judge(["onchain_trades", "symbol_locks", "notes"], given);
    expect(judged.unknown).toEqual(["onchain_trades.gas_used", "symbol_locks", "nothing"]);
    expect(ColumnLedger.refusal(judged)).toMatchObject({ _tag: "NothingToLeaveOut" });
  });

  it("events is undeclared where its columns are not those of a log", () => {
    expect(judge(["events"]).undeclared).toEqual([{ table: "events", column: null }]);
  });

  it("that the objects of JavaScript have are undeclared like others", () => {
    expect(judge(["toString", "__proto__", "constructor"]).undeclared).toHaveLength(3);
    const columns = ["__proto__", "constructor"];
    expect(ColumnLedger.judge([{ name: "schwab_auth", columns }]).undeclared).toHaveLength(2);
  });
});

describe("docs/verification.md", () => {
  it("has the table that `migrate_to_events ledger` prints", () => {
    const path = fileURLToPath(new URL("../../../docs/verification.md", import.meta.url));
    expect(readFileSync(path, "utf8")).toContain(
      `\n\n${ColumnLedger.print(ColumnLedger.lines())}\n`,
    );
  });
});
