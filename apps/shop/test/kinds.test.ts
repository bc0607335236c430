import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import * as View from "@ledgerfold/aggregate/View";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import * as Store from "@ledgerfold/event-store/sqlite/layer";
import { carried, derived } from "@ledgerfold/declaration/Fate";
import {
  anyText,
  bytes,
  count,
  day,
  decimal,
  flag,
  integer,
  moment,
  nullable,
  text,
  words,
} from "@ledgerfold/declaration/Kind";
import * as Migration from "@ledgerfold/declaration/Migration";
import { migrateAll } from "@ledgerfold/migration/Migrating";
import { layerSilent } from "@ledgerfold/migration/MigrationLog";
import * as Plan from "@ledgerfold/declaration/Plan";
import * as LegacySqlite from "@ledgerfold/migration/sqlite/LegacySqlite";
import * as Added from "@ledgerfold/declaration/Added";
import { describe as tell } from "@ledgerfold/verifier/Difference";
import { verify } from "@ledgerfold/verifier/Verify";
import { DateTime, Effect, Either, Layer, Schema } from "effect";
import { afterAll, expect, it } from "vitest";

/** A table of every kind, after the files that a password keeper shares: a key of two columns. */

const sent = {
  owner: Schema.UUID,
  name: Schema.String,
  notes: Schema.NullOr(Schema.String),
  kind: Schema.Literal("text", "file"),
  hash: Schema.NullOr(Schema.Uint8ArrayFromBase64),
  limit: Schema.NullOr(Schema.Int),
  size: Schema.Number,
  price: Schema.BigDecimal,
  rate: Schema.BigDecimal,
  created_at: Schema.DateTimeUtc,
  revised_at: Schema.String,
  expires: Schema.String,
  birthday: Schema.String,
  is_disabled: Schema.Boolean,
  migrated_at: Schema.DateTimeUtc,
};
const Event = Schema.Union(
  Schema.TaggedStruct("Migrated", sent),
  Schema.TaggedStruct("Disabled", {}),
);
type Event = typeof Event.Type;
const State = Schema.Union(
  Schema.TaggedStruct("Unknown", {}),
  Schema.TaggedStruct("Known", { name: sent.name, hash: sent.hash }),
);
type State = typeof State.Type;
const initial: State = { _tag: "Unknown" };
const evolve = (state: State, event: Event): State =>
  event._tag === "Migrated" ? { _tag: "Known", name: event.name, hash: event.hash } : state;

const aggregate = Aggregate.make({
  type: "Send",
  codec: EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => `Send.${tag}` }),
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide: (_: State, __: { readonly _tag: "Disable" }): Either.Either<ReadonlyArray<Event>> =>
    Either.right([{ _tag: "Disabled" }]),
  view: View.make<State, Event, typeof State.Encoded>({
    table: "send_view",
    schema: State,
    initial,
    evolve,
  }),
});

const uuid = { matching: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, lower: true };

const sends = Migration.of(aggregate, "Migrated").from({
  table: "sends",
  key: ["owner_uuid", "number"],
  columns: {
    owner_uuid: carried("owner", text(Schema.UUID, uuid)),
    number: carried("aggregate_id", integer(Schema.Int)),
    name: carried("name", anyText()),
    notes: carried("notes", nullable(text())),
    atype: carried(
      "kind",
      words([
        [0n, "text"],
        [1n, "file"],
      ]),
    ),
    password_hash: carried("hash", nullable(bytes(Schema.Uint8ArrayFromBase64))),
    max_access: carried("limit", nullable(count(Schema.Int))),
    size_id: derived(integer(), "finds the size", "size"),
    price_cents: carried("price", decimal(Schema.BigDecimal, { places: 2 })),
    rate: carried("rate", decimal(Schema.BigDecimal)),
    created_at: carried("created_at", moment(Schema.DateTimeUtc, "seconds")),
    revised_ms: carried("revised_at", moment(undefined, "milliseconds")),
    expires: carried("expires", moment()),
    birthday: carried("birthday", day(undefined, "digits")),
    disabled: carried("is_disabled", flag()),
  },
  beside: {
    sizes: Migration.lookup({
      by: "size_id",
      key: "id",
      columns: {
        id: derived(integer(), "is what names a size", "size"),
        bytes: carried("size", integer(Schema.Number)),
      },
      rest: "how a size is shown",
    }),
  },
  added: { migrated_at: Added.moment },
  id: ({ row }) => `${row.owner_uuid}:${row.number}`,
  event: ({ fields, run }) => ({
    ...fields,
    migrated_at: DateTime.unsafeMake(Number(run.migratedAt / 1_000_000n)),
  }),
  view: "Known",
});

const plan = Plan.make({
  words: { command: "sends", writer: "the keeper" },
  migrations: { Send: sends },
});

const folder = mkdtempSync(join(tmpdir(), "kinds-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string) => {
  const db = new DatabaseSync(path);
  db.exec(`create table sends (owner_uuid text not null, number integer not null, name text not null,
    notes text, atype integer not null, password_hash blob, max_access integer, size_id integer,
    price_cents integer, rate real, created_at integer, revised_ms integer, expires datetime,
    birthday integer, disabled boolean not null, primary key (owner_uuid, number))`);
  db.exec(`create table sizes (id integer primary key, bytes integer, label text);
    insert into sizes values (1, 1000, 'S'), (2, 2000, 'M'), (3, 3000, 'L')`);
  const insert = db.prepare(`insert into sends values (${new Array(15).fill("?").join()})`);
  const owners = ["6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"];
  for (let n = 1; n <= 200; n += 1) {
    insert.run(
      ...[owners[n % 2] ?? "", n, n % 3 === 0 ? "" : `name ${n}`],
      ...[n % 4 === 0 ? null : '{"a": 1}', n % 2],
      ...[n % 5 === 0 ? null : new Uint8Array([n % 256, 0, 255]), n % 6 === 0 ? null : n],
      ...[1 + (n % 3), n * 7, n / 8 + 0.1, 1_700_000_000 + n, 1_700_000_000_123 + n],
      ...[`2030-01-01 00:00:00.${String(n).padStart(9, "0")}`, 19_990_101 + (n % 28), n % 2],
    );
  }
  db.close();
};

/** What verification says of the migrated file after `change`. */
const verified = async (name: string, change: string) => {
  const path = join(folder, name);
  write(path);
  const lines: Array<string> = [];
  const report = await Effect.gen(function* () {
    yield* migrateAll(plan, { execution: "commit" });
    const other = new DatabaseSync(path);
    other.exec(change);
    other.close();
    return yield* verify(plan, {
      onDifferences: (found) => Effect.sync(() => void lines.push(...found.map(tell))),
      onProgress: () => Effect.void,
    });
  }).pipe(
    Effect.provide(
      Layer.mergeAll(Store.layerDatabase, LegacySqlite.layer, layerSilent).pipe(
        Layer.provideMerge(SqliteDatabase.layer({ path, synchronous: "normal" })),
      ),
    ),
    Effect.runPromise,
  );
  return { report, lines };
};

it("is carried and verified, whatever kind its cells are of", async () => {
  const { report, lines } = await verified("a.db", "");
  expect(lines).toEqual([]);
  expect(report.tallies.Send).toMatchObject({ rows: 200, same: 200 });
});

it.each([
  ["owner", "update sends set owner_uuid = upper(owner_uuid) where number = 1", 0],
  ["size", "update sizes set bytes = 1001 where id = 1", 66],
  ["size", "update sends set size_id = 3 where number = 1", 1],
  ["price", "update sends set price_cents = price_cents + 1 where number = 1", 1],
  ["rate", "update sends set rate = rate + 1e-9 where number = 1", 1],
  ["created_at", "update sends set created_at = created_at * 1000 where number = 1", 1],
  ["revised_at", "update sends set revised_ms = revised_ms + 1 where number = 1", 1],
  ["expires", "update sends set expires = '2030-01-01 00:00:00.000000002' where number = 1", 1],
  ["birthday", "update sends set birthday = 19990131 where number = 1", 1],
  ["hash", "update sends set password_hash = x'0100fe' where number = 1", 1],
  ["is_disabled", "update sends set disabled = 0 where number = 1", 1],
])("tells a change of %s: %s", async (field, change, count) => {
  const { lines } = await verified(`${field}-${change.length}.db`, change);
  const side = new RegExp(`, (event|legacy) ${field}: `);
  expect(lines.filter((line) => side.test(line))).toHaveLength(count);
  expect(lines).toHaveLength(count);
});
