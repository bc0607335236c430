import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, describe, expect, it } from "vitest";
import { quoted } from "@ledgerfold/verifier/internal/Display";
import { paths } from "../verification/Harness.ts";
import * as Sample from "../verification/Sample.ts";
import { execute, select } from "../support/Files.ts";
import { compare, rederive, write } from "./support.ts";

const next = paths();
const migrated = next();
const proof = `${migrated}.json`;

beforeAll(async () => {
  Sample.write(migrated, "2026-01-26");
  await write(migrated, proof);
});

const changed = (...statements: ReadonlyArray<string>): string => {
  const path = next();
  copyFileSync(migrated, path);
  execute(path, `pragma ignore_check_constraints = on; ${statements.join(";")}`);
  return path;
};

const after = (...statements: ReadonlyArray<string>) => compare(changed(...statements), proof);

const keys: Readonly<Record<string, string>> = {
  onchain_trades: "rowid",
  trade_accumulators: "rowid",
  offchain_trades: "rowid",
  schwab_auth: "rowid",
  event_queue: "rowid",
  events: "rowid",
  onchain_trade_view: "view_id",
  position_view: "view_id",
  offchain_order_view: "view_id",
  schwab_auth_view: "view_id",
};

/** As little as its storage class allows. */
const least = (column: string) => `case typeof("${column}")
  when 'integer' then "${column}" + 1
  when 'real' then "${column}" + max(abs("${column}"), 1e-300) * 2.3e-16
  when 'text' then "${column}" || ' ' when 'blob' then zeroblob(length("${column}") + 1) else '' end`;

describe("an earlier proof", () => {
  it("is that of a file that has not changed", async () => {
    const { lines, tables } = await compare(migrated, proof);
    expect(lines).toEqual([]);
    expect(Object.keys(tables).sort()).toEqual(Object.keys(keys).sort());
    for (const { isSame, proven, unchanged } of Object.values(tables)) {
      expect(isSame).toBe(true);
      expect(unchanged).toBe(proven);
      expect(proven).toBeGreaterThan(0);
    }
  });

  for (const [table, key] of Object.entries(keys)) {
    it(`tells the least change of each cell of ${table} by the row's key`, async () => {
      const own = select(
        migrated,
        `select name, pk from pragma_table_xinfo('${table}') where hidden = 0`,
      ).map(({ name }) => String(name));
      const proven = own.filter(
        (name) => table !== "event_queue" || /^(tx_hash|log_index|block_number)$/.test(name),
      );
      const [row] = select(
        migrated,
        `select rowid as r, ${key} as k from ${table} order by rowid desc limit 1`,
      );
      const is = key === "rowid" ? `rowid ${row?.k}` : `view_id ${quoted(String(row?.k))}`;
      const side = /view$|^events$/.test(table) ? "event" : "legacy";
      for (const column of proven) {
        const { lines, tables, changes } = await after(
          `update ${table} set "${column}" = ${least(column)} where rowid = ${row?.r}`,
        );
        const kinds = lines.map((line) => line.replace(/ since.*/, ""));
        const wanted = `since: ${side} ${table} ${is}`;
        if (lines.length === 2) expect(kinds.sort(), column).toEqual(["added", "missing"]);
        else expect(kinds, `${table}.${column}`).toEqual(["changed"]);
        const named = lines
          .filter((line) => !line.startsWith("added"))
          .map((line) => line.split(" (")[0]);
        expect(named, column).toEqual([expect.stringContaining(wanted)]);
        expect(changes).toBe(lines.length);
        expect(tables[table]?.isSame).toBe(false);
        const others = Object.values(tables).filter((other) => other.table !== table);
        expect(others.every(({ isSame }) => isSame)).toBe(true);
      }
    });
  }

  it("tells rows that are gone and rows that have come", async () => {
    const { lines, tables } = await after(
      "delete from onchain_trades where rowid = (select min(rowid) from onchain_trades)",
      "insert into trade_accumulators (symbol) values ('NEWX')",
      "delete from events where rowid = (select max(rowid) from events)",
      "insert into position_view (view_id, version, payload) values ('NEWX', 1, '{}')",
      "delete from offchain_order_view",
    );
    expect(lines).toContainEqual("missing since: legacy onchain_trades rowid 11");
    expect(lines.join("\n")).toMatch(
      /^added since: legacy trade_accumulators rowid \d+ \('NEWX'\)$/m,
    );
    expect(lines.join("\n")).toMatch(/^missing since: event events rowid \d+$/m);
    expect(lines).toContainEqual('added since: event position_view view_id "NEWX"');
    expect(tables.offchain_order_view).toMatchObject({ unchanged: 0, isSame: false });
    expect(lines.filter((line) => line.includes("offchain_order_view"))).toHaveLength(
      tables.offchain_order_view?.missing ?? 0,
    );
  });

  it("takes neither a log that has grown nor views that moved on with it for a change", async () => {
    const { lines, tables } = await after(
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       select 'Position', min(view_id), 2, 'PositionEvent::X', '1.0', '{}', '{}' from position_view`,
      `insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       values ('Position', 'NEWX', 1, 'PositionEvent::X', '1.0', '{}', '{}')`,
      "update position_view set version = 2 where view_id = (select min(view_id) from position_view)",
      "insert into position_view (view_id, version, payload) values ('NEWX', 1, '{}')",
    );
    expect(lines).toEqual([]);
    expect(tables.events).toMatchObject({ fresh: 2, added: 0, isSame: true });
    expect(tables.position_view).toMatchObject({ movedOn: 1, fresh: 1, changed: 0, added: 0 });
    expect(tables.position_view?.isSame).toBe(false);
  });

  it("takes an event among the proven ones for a change", async () => {
    const path = changed("update events set rowid = rowid + 100 where rowid > 2");
    const gapped = `${path}.json`;
    await write(path, gapped);
    execute(
      path,
      `insert into events (rowid, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
       values (50, 'Position', 'OLD', 1, 'PositionEvent::X', '1.0', '{}', '{}')`,
    );
    const { lines } = await compare(path, gapped);
    expect(lines).toEqual(["added since: event events rowid 50 (Position 'OLD' sequence 1)"]);
  });

  it("tells a column that has come or gone, and reads the others as before", async () => {
    const { lines, tables } = await after("alter table onchain_trades add column mood");
    expect(lines).toEqual(['changed since: legacy onchain_trades: it has a new column "mood"']);
    expect(tables.onchain_trades).toMatchObject({ changed: 0, isSame: false });
    const gone = await after("alter table onchain_trades drop column gas_used");
    expect(gone.lines).toEqual([
      'changed since: legacy onchain_trades: it has no column "gas_used" any more',
    ]);
    const { lines: dropped } = await after("drop table event_queue");
    expect(dropped).toEqual([
      "missing since: legacy event_queue: the whole table is gone, or has no rowids any more",
    ]);
  });

  it("sees a row that was made to look the same by the root", async () => {
    const forged = `${proof}.forged.json`;
    const before = JSON.parse(readFileSync(proof, "utf8"));
    const [table] = before.summary.tables;
    const text = readFileSync(proof, "utf8").replace(table.root, "00".repeat(32));
    writeFileSync(forged, text);
    const { lines } = await compare(migrated, forged);
    expect(lines).toEqual([
      expect.stringMatching(/^changed since: legacy onchain_trades: the root is another one/),
    ]);
  });

  it("tells apart what only its bytes or its storage class tell apart", async () => {
    const path = changed(
      "update onchain_trades set symbol = cast(x'ff41' as text) where rowid = 11",
    );
    const odd = `${path}.json`;
    await write(path, odd);
    expect((await compare(path, odd)).lines).toEqual([]);
    await rederive(path, odd);
    for (const value of ["cast(x'fe41' as text)", "x'ff41'", "cast(x'efbfbd41' as text)"]) {
      const to = next();
      copyFileSync(path, to);
      execute(to, `update onchain_trades set symbol = ${value} where rowid = 11`);
      expect((await compare(to, odd)).lines).toEqual([
        "changed since: legacy onchain_trades rowid 11",
      ]);
    }
  });
});

describe("docs/rederive.py", () => {
  it("derives the same of the file, and notices any byte that is another", async () => {
    const said = await rederive(migrated, proof);
    expect(said.split("\n").filter((line) => line.includes(", root "))).toHaveLength(10);
    for (const table of Object.keys(keys)) {
      const column = /view$/.test(table)
        ? "version"
        : table === "event_queue"
          ? "block_number"
          : "rowid";
      const path = changed(
        `update ${table} set ${column} = ${column} + 1 where rowid = (select max(rowid) from ${table})`,
      );
      await expect(rederive(path, proof), table).rejects.toThrow(/rederive: /);
    }
  });
});

describe("a writer beside", () => {
  it("who commits while the file is verified shows nowhere in the report", async () => {
    const path = changed("pragma journal_mode = wal");
    const quiet = `${path}.quiet.json`;
    const busy = `${path}.busy.json`;
    await write(path, quiet);
    const writer = new DatabaseSync(path);
    try {
      await write(path, busy, () => {
        writer.exec("update onchain_trades set amount = amount + 1");
        writer.exec("delete from position_view");
      });
    } finally {
      writer.close();
    }
    const tables = (file: string) => JSON.parse(readFileSync(file, "utf8")).summary.tables;
    expect(tables(busy)).toEqual(tables(quiet));
    expect((await compare(path, busy)).changes).toBeGreaterThan(1);
  });
});
