import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried } from "@ledgerfold/declaration/Fate";
import { integer, type Kind } from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { describe as describeCell } from "@ledgerfold/migration/BadData";
import { migrateAll } from "@ledgerfold/migration/Migrating";
import { type Entry, layerMemory } from "@ledgerfold/migration/MigrationLog";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import { describe as tell } from "@ledgerfold/verifier/Difference";
import { verify } from "@ledgerfold/verifier/Verify";
import { Effect, Layer, Predicate, Ref, Schema } from "effect";
import { afterAll, expect } from "vitest";

/** A real file through both sides: what the writer makes of it, and what the verifier says then. */

const folder = mkdtempSync(join(tmpdir(), "sides-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

export type Change = string | ((db: DatabaseSync) => void);

const apply = (path: string, change: Change): void => {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  if (typeof change === "string") db.exec(change);
  else change(db);
  db.close();
};

/** The file is made, migrated after a dry run that must say the same of its rows, changed and verified. */
export const sides = async (plan: Plan.Plan, make: Change, change: Change = "") => {
  const path = join(folder, `${++files}.db`);
  apply(path, make);
  const migrate = (execution: "dry-run" | "commit") =>
    Effect.gen(function* () {
      const kept = yield* Ref.make<ReadonlyArray<Entry>>([]);
      const outcome = yield* Effect.either(
        migrateAll(plan, { execution }).pipe(Effect.provide(layerMemory(kept))),
      );
      return { entries: yield* Ref.get(kept), outcome };
    });
  const { rehearsed, entries, outcome, seen, report } = await Effect.gen(function* () {
    const rehearsed = yield* migrate("dry-run");
    const { entries, outcome } = yield* migrate("commit");
    apply(path, change);
    const seen: Array<string> = [];
    const report = yield* verify(plan, {
      onDifferences: (found) => Effect.sync(() => void seen.push(...found.map(tell))),
      onProgress: () => Effect.void,
    });
    return { rehearsed, entries, outcome, seen, report };
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer).pipe(
        Layer.provideMerge(SqliteDatabase.layer({ path, synchronous: "normal" })),
      ),
    ),
    Effect.runPromise,
  );
  const bad = badOf(entries);
  expect(badOf(rehearsed.entries)).toEqual(bad);
  const db = new DatabaseSync(path, { readOnly: true });
  const hasLog = db
    .prepare("select 1 from pragma_table_info('events') where name = 'payload'")
    .get();
  const payloads = hasLog ? db.prepare("select payload from events order by position").all() : [];
  db.close();
  return {
    path,
    outcome,
    report,
    /** In the writer's words. */
    bad,
    warnings: entries.flatMap((one) => (one._tag === "Warning" ? [one.message] : [])),
    /** In the verifier's. */
    seen,
    payloads: payloads.map(({ payload }) => String(payload)),
  };
};

const badOf = (entries: ReadonlyArray<Entry>) =>
  entries.flatMap((one) => (one._tag === "BadCell" ? [describeCell(one.bad)] : []));

const Seen = Schema.TaggedStruct("Seen", { at: Schema.Unknown });
type Seen = typeof Seen.Type;
const initial: Seen = { _tag: "Seen", at: null };

const visit = Aggregate.make({
  type: "Visit",
  codec: EventCodec.make({ schema: Seen, version: "1.0", eventType: (tag) => `Visit.${tag}` }),
  state: Seen,
  stateVersion: 1,
  initial,
  evolve: (_: Seen, event: Seen): Seen => event,
  decide: () => {
    throw new Error("nobody decides here");
  },
  view: View.make<Seen, Seen, typeof Seen.Encoded>({
    table: "visit_view",
    schema: Seen,
    initial,
    evolve: (_, event) => event,
  }),
});

/** What JSON has words for, of a value of whatever schema, which the event does not know. */
const plain = (value: unknown): unknown =>
  Predicate.hasProperty(value, "toJSON") && typeof value.toJSON === "function"
    ? value.toJSON()
    : value;

/** A table of one column, which is of this kind. */
const planOf = (kind: Kind<unknown>) =>
  Plan.make({
    words: { command: "visits", writer: "the porter" },
    migrations: {
      Visit: Migration.of(visit, "Seen").from({
        table: "visits",
        key: "id",
        columns: { id: carried("aggregate_id", integer()), at: carried("at", kind) },
        id: ({ row }) => String(row.id),
        event: ({ fields }) => ({ at: plain(fields.at ?? null) }),
        view: "Seen",
      }),
    },
  });

/**
 * What each side says of a column of that kind whose cells were `before` when it was migrated and are
 * `cell` when it is verified.
 */
export const judged = async (kind: Kind<unknown>, cell: SQLInputValue, before = cell) => {
  const set = (value: SQLInputValue) => (db: DatabaseSync) => {
    db.exec("create table if not exists visits (id integer primary key, at)");
    db.prepare("insert or replace into visits values (1, ?)").run(value);
  };
  const { bad, seen, payloads } = await sides(planOf(kind), set(before), set(cell));
  return { bad, seen, at: payloads[0]?.replace(/^\{"_tag":"Seen","at":(.*)\}$/s, "$1") };
};
