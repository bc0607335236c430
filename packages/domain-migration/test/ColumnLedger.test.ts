import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { ddl as eventLog } from "@ledgerfold/fixtures/EventLogSchema";
import { ages, ddl } from "@ledgerfold/fixtures/LegacySchema";
import { plan } from "../src/plan.ts";
import * as ColumnLedger from "../src/ColumnLedger.ts";
import type { Row } from "@ledgerfold/verifier/Cell";
import type { Rules } from "@ledgerfold/verifier/Rule";
import type { Column } from "@ledgerfold/declaration/Checking";
import * as Subjects from "@ledgerfold/verifier/Subjects";
import { sql } from "kysely";

const trades = Subjects.of(plan.migrations.OnChainTrade);
const positions = Subjects.of(plan.migrations.Position);
const orders = Subjects.of(plan.migrations.OffchainOrder);
const tokens = Subjects.of(plan.migrations.SchwabAuth);

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
    expect(judged).toEqual({ undeclared: [], leftOut: [], unknown: [] });
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

/** The columns that `work` asks the row for. */
const readBy = (legacyTable: string, work: (row: Row) => unknown): ReadonlySet<string> => {
  const seen = new Set<string>();
  for (const cells of [fullRow, { pyth_exponent: -8n }]) {
    const row = new Proxy<Row>(cells, {
      get: (target, name) => {
        if (name === "legacy_table") return legacyTable;
        seen.add(String(name));
        return target[String(name)] ?? null;
      },
    });
    for (const cell of [null, "text"]) {
      const filled = new Proxy(row, {
        get: (target, name) => target[String(name)] ?? cell,
      });
      work(filled);
    }
  }
  return seen;
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
        ...[`orders.${name}`, "orders.id", "orders.symbol"],
        ...["trade_accumulators.pending_execution_id", "trade_accumulators.symbol"],
      ],
    ]),
  ),
};

const fieldsOf = (
  rules: Rules,
  within = "",
): ReadonlyArray<readonly [string, ReadonlySet<string>]> =>
  Object.entries(rules).flatMap(([name, rule]) => {
    if ("fields" in rule) return fieldsOf(rule.fields, `${within}${name}.`);
    const metadata = ["column", "computed"].map((from) => ({ net_position_rule: from }));
    const read = readBy("", (row) => metadata.map((one) => rule.legacy(row, one)));
    return [[within + name, read] as const];
  });

/** By `Aggregate.field`, the columns that its rule reads. */
const byRules = (
  { aggregate, tables, fields, id }: Subjects.Subject,
  table: string = tables[0],
) => {
  const place = (name: string) => beside[name] ?? [`${table}.${name}`];
  const ofId = new Set<string>();
  const column: Column = (name) => {
    ofId.add(name);
    return sql.ref(name);
  };
  id(column);
  return [...fieldsOf(fields), ["aggregate_id", ofId] as const].map(
    ([field, read]) => [`${aggregate}.${field}`, [...read].flatMap(place)] as const,
  );
};

/** By `Aggregate.field`, the columns that the ledger says it is from. */
const byLedger = (field: string, table: string) =>
  Object.entries(ColumnLedger.declared)
    .filter(
      ([name]) => (name !== "schwab_executions" && name !== "offchain_trades") || name === table,
    )
    .flatMap(([name, columns]) =>
      Object.entries(columns)
        .filter(([, { to, into }]) => [...to, ...into].includes(field))
        .map(([column]) => `${name}.${column}`),
    );

const ofOrders = (table: string) => (name: string) => name.replace(/^orders\./, `${table}.`);

describe.each([
  ["OnChainTrade", trades, "onchain_trades", "offchain_trades"],
  ["Position", positions, "trade_accumulators", "offchain_trades"],
  ["Position, of old", positions, "trade_accumulators", "schwab_executions"],
  ["OffchainOrder", orders, "offchain_trades", "offchain_trades"],
] as const)("the ledger and the verifier's rules for %s", (_, subject, table, ordersTable) => {
  it.each(byRules(subject, table))("agree on %s", (field, read) => {
    const wanted = new Set(read.map(ofOrders(ordersTable)));
    expect(new Set(byLedger(field, ordersTable))).toEqual(wanted);
    expect(Object.hasOwn(ColumnLedger.added, field)).toBe(wanted.size === 0);
  });
});

describe("the ledger and the verifier's rules for SchwabAuth", () => {
  it.each(byRules(tokens).filter(([field]) => field !== "SchwabAuth.aggregate_id"))(
    "agree on %s",
    (field, read) => {
      const checked = field.endsWith("_token") ? ["schwab_auth.encryption_version"] : [];
      expect(new Set(byLedger(field, ""))).toEqual(new Set([...read, ...checked]));
    },
  );
});

it("names only fields that there are, and every column of a rule's subject", () => {
  const known = new Set<string>(
    [trades, positions, orders, tokens].flatMap((subject) =>
      byRules(subject).map(([field]) => field),
    ),
  );
  const fates = Object.values(ColumnLedger.declared).flatMap((columns) => Object.values(columns));
  const named = [...fates.flatMap(({ to, into }) => [...to, ...into])];
  expect(named.filter((field) => !known.has(field))).toEqual([]);
  expect(Object.keys(ColumnLedger.added).filter((field) => !known.has(field))).toEqual([]);
  for (const { tables, columns } of [trades, positions, orders, tokens]) {
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
    const given = ["onchain_trades.gas_used", "events", "nothing", "notes"];
    const judged = judge(["onchain_trades", "events", "notes"], given);
    expect(judged.unknown).toEqual(["onchain_trades.gas_used", "events", "nothing"]);
    expect(ColumnLedger.refusal(judged)).toMatchObject({ _tag: "NothingToLeaveOut" });
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
