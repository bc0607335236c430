import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import { carried } from "@ledgerfold/declaration/Fate";
import { day, integer, type Kind, moment, none } from "@ledgerfold/declaration/Kind";
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
import { Effect, Either, Layer, Ref, Schema } from "effect";
import { afterAll, describe, expect, it } from "vitest";

/** A moment or a day that is not plausible is bad data to the writer, and named by the verifier. */

const folder = mkdtempSync(join(tmpdir(), "plausible-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const Event = Schema.TaggedStruct("Seen", { at: Schema.NullOr(Schema.String) });
type Event = typeof Event.Type;
const initial: Event = { _tag: "Seen", at: null };
const evolve = (_: Event, event: Event): Event => event;
const aggregate = Aggregate.make({
  type: "Visit",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Visit.${tag}` }),
  state: Event,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: Event, command: Event) => Either.right([command]),
  view: View.make<Event, Event, typeof Event.Encoded>({
    table: "visit_view",
    schema: Event,
    initial,
    evolve,
  }),
});

const planOf = (kind: Kind<string | null>) =>
  Plan.make({
    words: { command: "visits", writer: "the porter" },
    migrations: {
      Visit: Migration.of(aggregate, "Seen").from({
        table: "visits",
        key: "id",
        columns: { id: carried("aggregate_id", integer()), at: carried("at", kind) },
        id: ({ row }) => String(row.id),
        event: ({ fields }) => fields,
        view: "Seen",
      }),
    },
  });

/** What each side says of a file whose row holds the cell; the event is of the cell before. */
const judged = async (kind: Kind<string | null>, cell: bigint | string, before = cell) => {
  const path = join(folder, `${++files}.db`);
  const plan = planOf(kind);
  const db = new DatabaseSync(path);
  db.exec("create table visits (id integer primary key, at)");
  const set = (value: bigint | string) =>
    db.prepare("insert or replace into visits values (1, ?)").run(value);
  set(before);
  const [written, seen] = await Effect.gen(function* () {
    const entries = yield* Ref.make<ReadonlyArray<Entry>>([]);
    yield* Effect.ignore(
      migrateAll(plan, { execution: "commit" }).pipe(Effect.provide(layerMemory(entries))),
    );
    set(cell);
    const lines: Array<string> = [];
    yield* verify(plan, {
      onDifferences: (found) => Effect.sync(() => void lines.push(...found.map(tell))),
      onProgress: () => Effect.void,
    });
    return [yield* Ref.get(entries), lines] as const;
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer).pipe(
        Layer.provideMerge(SqliteDatabase.layer({ path, synchronous: "normal" })),
      ),
    ),
    Effect.runPromise,
  );
  db.close();
  const bad = written.flatMap((one) => (one._tag === "BadCell" ? [describeCell(one.bad)] : []));
  return { bad, seen };
};

const seconds = 1_758_720_667n;

it("refuses a column of seconds that is declared as one of milliseconds", async () => {
  const kind = moment(undefined, "milliseconds");
  const { bad } = await judged(kind, seconds);
  expect(bad).toEqual([
    "visits id 1 at is INTEGER 1758720667: must be INTEGER milliseconds since 1970, from 1971-01-01 to 9999-12-31",
  ]);
  const { seen } = await judged(kind, seconds, seconds * 1_000n);
  expect(seen).toEqual([
    'unreadable: Visit "1", legacy at: must be from 1971-01-01 to 9999-12-31 (the row has INTEGER 1758720667, stored "2025-09-24T13:31:07Z")',
  ]);
});

it("refuses a column of milliseconds that is declared as one of seconds", async () => {
  const { bad } = await judged(moment(undefined, "seconds"), seconds * 1_000n);
  expect(bad).toHaveLength(1);
  const { seen } = await judged(moment(undefined, "seconds"), seconds * 1_000n, seconds);
  expect(seen.join()).toMatch(/must be from 1971-01-01/);
});

const years = { from: "2000-01-01", to: "2030-12-31" } as const;
const soon = { from: { daysFromNow: -1 }, to: { daysFromNow: 1 } } as const;
const inDays = (days: number) => BigInt(Math.floor(Date.now() / 1_000) + days * 86_400);

describe.each<readonly [string, Kind<string | null>, bigint | string, bigint | string]>([
  [
    "the first moment",
    moment(undefined, years),
    "2000-01-01 00:00:00",
    "1999-12-31 23:59:59.999999999",
  ],
  [
    "the last moment",
    moment(undefined, years),
    "2030-12-31T23:59:59.999999999Z",
    "2031-01-01 00:00:00",
  ],
  [
    "a moment in its zone",
    moment(undefined, years),
    "2000-01-01 01:00:00+01:00",
    "2000-01-01 01:00:00+02:00",
  ],
  ["seconds", moment(undefined, { unit: "seconds", ...years }), 946_684_800n, 946_684_799n],
  [
    "milliseconds",
    moment(undefined, { unit: "milliseconds", ...years }),
    1_924_991_999_999n,
    1_924_992_000_000n,
  ],
  ["days", day(undefined, years), "2030-12-31", "2031-01-01"],
  ["days of digits", day(undefined, { unit: "digits", ...years }), 20_000_101n, 19_991_231n],
  ["what follows the clock", moment(undefined, { unit: "seconds", ...soon }), inDays(0), inDays(3)],
  [
    "what was before the clock",
    moment(undefined, { unit: "seconds", ...soon }),
    inDays(0),
    inDays(-3),
  ],
])("%s", (_, kind, good, bad) => {
  it("is plausible, and the next is not", async () => {
    expect(await judged(kind, good)).toEqual({ bad: [], seen: [] });
    const refused = await judged(kind, bad);
    expect(refused.bad).toHaveLength(1);
    expect(refused.seen).toEqual(['missing: Visit "1", event: the row has no event']);
    const named = await judged(kind, bad, good);
    expect(named.seen).toHaveLength(1);
    expect(named.seen[0]).toMatch(/^unreadable: Visit "1", legacy at: must be from /);
  });
});

it("takes any moment that text says, and what stands for nothing", async () => {
  for (const cell of ["0000-01-01 00:00:00", "9999-12-31T23:59:59.999999999Z"]) {
    expect(await judged(moment(), cell)).toEqual({ bad: [], seen: [] });
  }
  const unset = none(0n, moment(undefined, "seconds"));
  expect(await judged(unset, 0n)).toEqual({ bad: [], seen: [] });
});

it.each([
  { from: "2000-02-30" },
  { from: "2001-01-01", to: "2000-01-01" },
  { to: "soon" },
  { to: { daysFromNow: 0.5 } },
])("throws as the module loads where %j is no range", (range) => {
  expect(() => moment(undefined, range)).toThrow(/^A plausible range goes from one day/);
  expect(() => day(undefined, range)).toThrow(/^A plausible range goes from one day/);
});
