import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { carried, leftOut } from "@ledgerfold/declaration/Fate";
import { decimal, flag, integer, none, nullable, text } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { Effect, Layer } from "effect";
import { afterAll, expect, it } from "vitest";
import { describe } from "../src/Difference.ts";
import { verify } from "../src/Verify.ts";
import { aggregate } from "./Loan.ts";

/** What is stated is enough to hold a log to, whoever wrote that: here a test, event by event. */

const folder = mkdtempSync(join(tmpdir(), "loans-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const loans = Migration.of(aggregate, "Lent").from({
  table: "branch.loans",
  key: "id",
  columns: {
    id: carried("aggregate_id", integer()),
    title: carried("title", text()),
    fee: carried("fee", nullable(none(0n, decimal(undefined, { places: 2 })))),
    returned: carried("is_returned", flag()),
    shelf: leftOut("where the book stands"),
  },
  id: () => {
    throw new Error("the writer's, which nobody asks here");
  },
  event: () => {
    throw new Error("the writer's, which nobody asks here");
  },
  view: "Known",
});
const plan = Plan.make({
  words: { command: "lend", writer: "the library" },
  migrations: { Loan: loans },
});

const lent = (id: number, title: string, fee: string | null, is_returned: boolean) =>
  Effect.flatMap(EventStore, (store) =>
    store.append({
      aggregate,
      id: String(id),
      expected: "none",
      events: [
        {
          event: { _tag: "Lent", title, fee, is_returned },
          metadata: { run_id: "by hand", legacy_table: "branch.loans" },
        },
      ],
    }),
  );

it("sees what of a log is not what the rows say", async () => {
  const path = join(folder, "a.db");
  const db = new DatabaseSync(path);
  db.exec(
    'create table "branch.loans" (id integer primary key, title text, fee, returned, shelf text)',
  );
  db.exec(`insert into "branch.loans" values (1, 'Emma', 150, 1, 'A'), (2, 'Ivanhoe', 0, 0, null),
    (3, 'Ulysses', 7, 1, null), (4, 'Villette', null, 1, null)`);
  db.close();
  const lines: Array<string> = [];
  const report = await Effect.gen(function* () {
    yield* Effect.all([
      Effect.flatMap(EventStore, (store) => store.setup([aggregate])),
      lent(1, "Emma", "1.5", true),
      lent(2, "Ivanhoe", null, false),
      lent(3, "Ulysses", "0.7", true),
      lent(5, "Middlemarch", null, true),
    ]);
    return yield* verify(plan, {
      onDifferences: (found) => Effect.sync(() => void lines.push(...found.map(describe))),
      onProgress: () => Effect.void,
    });
  }).pipe(
    Effect.provide(
      Layer.provideMerge(
        Store.layerDatabase,
        SqliteDatabase.layer({ path, synchronous: "normal" }),
      ),
    ),
    Effect.runPromise,
  );
  expect(report.tallies.Loan).toMatchObject({
    rows: 5,
    same: 2,
    different: 1,
    missing: 1,
    extra: 1,
  });
  expect(lines).toEqual([
    'different: Loan "3", event fee: is not what the row says (expected INTEGER 7, stored "0.7")',
    'missing: Loan "4", event: the row has no event',
    'extra: Loan "5", event: no row makes this stream',
  ]);
});
