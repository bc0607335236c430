import { readFileSync } from "node:fs";
import { describe, expect, it } from "@effect/vitest";
import { ddl as eventLog } from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { ages } from "@ledgerfold/fixtures/LegacySchema";
import { Effect } from "effect";
import { left, legacyFile, messages, migrate, right, streams } from "../support/Files.ts";

const file = (statements: string, age: (typeof ages)[number] = "2026-01-26") =>
  legacyFile(
    (db) => {
      LegacyDatabase.insertTrade(db);
      db.unsafeMode(true).exec(statements);
    },
    { age, journalMode: "delete" },
  );

/** What makes a schema that nobody has seen, and how it is named. */
const unseen: ReadonlyArray<readonly [statements: string, names: ReadonlyArray<string>]> = [
  ["create table notes (id)", ["notes"]],
  ["create table Notes (id); create table notes2 (id)", ["Notes", "notes2"]],
  ["create table bare (id primary key) without rowid", ["bare"]],
  ['create table "a b.c""d" (id)', ['a b.c\\"d']],
  ['create table "\u001b[31mred\u202e" (id)', ["\\u001b[31mred\\u202e"]],
  ['create table "" (id)', [""]],
  ["create virtual table words using fts5(text)", ["words"]],
  ["create virtual table boxes using rtree(id, low, high)", ["boxes"]],
  [
    `pragma writable_schema = on; insert into sqlite_schema values ('table', 'gone', 'gone', 0,
       'create virtual table gone using a_module_that_is_not_there(a)')`,
    ["gone"],
  ],
  ["alter table onchain_trades add column Fee REAL", ["onchain_trades.Fee"]],
  ['alter table schwab_auth add column "x y"', ["schwab_auth.x y"]],
  [
    "alter table trade_accumulators add column net as (accumulated_long - accumulated_short)",
    ["trade_accumulators.net"],
  ],
  [
    "alter table OFFCHAIN_TRADES add column a; alter table offchain_trades add column b",
    ["offchain_trades.a", "offchain_trades.b"],
  ],
  ["create table schwab_executions (id, broker)", ["schwab_executions.broker"]],
];

describe("the bot's table of its first seven weeks", () => {
  it.effect("is named, with what to do about its rows, and left out where it is said so", () =>
    Effect.gen(function* () {
      const path = file("create table trades (id, token)");
      const failed = left(yield* migrate(path));
      expect(failed).toMatchObject({ _tag: "UndeclaredSchema", names: ["trades"] });
      expect(failed.message).toContain("a table trades: the bot's own of its first seven weeks");
      expect(failed.message).toContain("--leave-out trades");
      expect(failed.message).not.toMatch(/no known version|Look at it/);
      right(yield* migrate(path, { leaveOut: ["trades"] }));
      const both = left(yield* migrate(file("create table trades (id); create table notes (id)")));
      expect(both.message).toContain("no known version of the bot made: notes.");
      expect(both.message).toContain("--leave-out notes --leave-out trades");
    }),
  );
});

describe("a schema nobody has seen", () => {
  for (const [statements, names] of unseen) {
    it.effect(`is refused before anything is written: ${JSON.stringify(statements)}`, () =>
      Effect.gen(function* () {
        const path = file(statements);
        const before = readFileSync(path);
        for (const execution of ["commit", "dry-run"] as const) {
          const failed = left(yield* migrate(path, { execution }));
          expect(failed).toMatchObject({ _tag: "UndeclaredSchema", names });
          expect(failed.message).toContain("--leave-out ");
          expect(failed.message).not.toMatch(/[^\x20-\x7e]/);
          expect(readFileSync(path).equals(before)).toBe(true);
        }
      }),
    );
  }

  it.effect("is passed over where the operator names it, which the log says", () =>
    Effect.gen(function* () {
      const rest = unseen.filter(([statements]) => !statements.includes("schwab_executions"));
      for (const [statements, names] of rest) {
        const path = file(statements);
        const leaveOut = names.map((name) => name.toUpperCase().replace("\\U", "\\u"));
        const folded = names[0]?.startsWith("\\") === true ? names : leaveOut;
        const done = yield* migrate(path, { leaveOut: folded });
        right(done);
        expect(messages("Warning", done)).toContain(
          `Left out, as --leave-out says: ${names.join(", ")}`,
        );
        expect(streams(path)).toHaveLength(1);
        // The names that the migration knows stay the same in a second run.
        expect(right(yield* migrate(path, { leaveOut: folded }))).toMatchObject({
          OnChainTrade: { alreadyThere: 1 },
        });
      }
    }),
  );

  it.effect("is passed over with the name of what is declared and not there", () =>
    Effect.gen(function* () {
      const path = file("drop table schwab_auth; create table notes (id)");
      const done = yield* migrate(path, { leaveOut: ["notes"] });
      right(done);
      expect(messages("Warning", done)).toContain(
        "Left out, as --leave-out says: notes. Declared and not there: schwab_auth",
      );
    }),
  );

  it.effect("is refused as long as one thing has no name", () =>
    Effect.gen(function* () {
      const path = file("create table a (id); create table b (id)");
      expect(left(yield* migrate(path, { leaveOut: ["b"] }))).toMatchObject({ names: ["a"] });
    }),
  );

  it.effect("is not what is there anyway: such names are refused", () =>
    Effect.gen(function* () {
      const path = file("create table notes (id)");
      for (const name of ["onchain_trades", "onchain_trades.gas_used", "event_queue", "note", ""]) {
        const failed = left(yield* migrate(path, { leaveOut: ["notes", name] }));
        expect(failed).toMatchObject({ _tag: "NothingToLeaveOut", names: [name] });
        expect(failed.message).toContain("What has to be named is notes.");
      }
    }),
  );
});

describe("what stops nobody", () => {
  for (const age of ages) {
    it.effect(`is all that a file of ${age} has, with the log of other services`, () =>
      Effect.gen(function* () {
        const path = file(
          `${eventLog}; analyze;
           alter table events add column trace text;
           create table usdc_rebalance_view (view_id text primary key, version bigint, payload json,
             status text generated always as (json_extract(payload, '$.x')) virtual);
           create table Equity_View (view_id, more);
           create view whatever as select 1 as a; create index any_index on onchain_trades (amount);
           create trigger any_trigger after insert on pyth_prices begin select 1; end;
           alter table event_queue add column later; alter table symbol_locks add column later`,
          age,
        );
        const done = yield* migrate(path);
        right(done);
        expect(messages("Warning", done).join()).not.toContain("Left out");
      }),
    );
  }
});
