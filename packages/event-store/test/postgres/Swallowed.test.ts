import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, counts, log } from "@ledgerfold/event-store-contract/Steps";
import type { AppendError } from "../../src/EventStore.ts";
import * as Server from "./Server.ts";

/** A trigger that leaves rows out without a word, as the owner of a database may have made. */
const swallow = (schema: string, table: string) => `
  create function ${schema}.swallow() returns trigger language plpgsql as
    'begin return null; end';
  create trigger swallow before insert on ${schema}.${table} for each row
    execute function ${schema}.swallow()`;

for (const table of ["events", "counter_view", "snapshots"]) {
  it.scopedLive(`a row of ${table} that a trigger leaves out fails the append`, () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store } = yield* Server.open({ schema });
      yield* count(store, "a", "none", 1);
      yield* Server.rows(yield* Server.outside, swallow(schema, table));
      const to = { aggregate, expected: "any", snapshot: { total: 0 } } as const;
      const appends: ReadonlyArray<Effect.Effect<unknown, AppendError>> = [
        ...(table === "snapshots" ? [] : [count(store, "b", "none", 1), count(store, "a", 1, 1)]),
        store.append({ ...to, id: "b", events: counts(1, 2) }),
        store.appendAll([
          { ...to, id: "a", events: counts(1) },
          { ...to, id: "b", events: counts(1) },
        ]),
      ];
      for (const append of appends) {
        const error = yield* Effect.flip(append);
        expect(error).toMatchObject({ _tag: "DatabaseError", code: "09000" });
        expect(error.message).toContain(`rule of the table ${table} keeps rows`);
      }
      expect(yield* log(store)).toHaveLength(1);
      expect(yield* store.view(aggregate, "a")).toMatchObject({ value: { version: 1 } });
    }),
  );
}

it.scopedLive("a checkpoint or a mended row that a trigger leaves out fails", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { store } = yield* Server.open({ schema });
    const client = yield* Server.outside;
    yield* count(store, "a", "none", 1);
    yield* Server.rows(client, `delete from ${schema}.counter_view`);
    yield* Server.rows(client, swallow(schema, "counter_view"));
    yield* Server.rows(
      client,
      `create trigger swallow before insert on ${schema}.ledgerfold_checkpoints for each row
        execute function ${schema}.swallow()`,
    );
    const all: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
      store.checkpoints.put("a", null),
      store.rebuildView(aggregate),
      store.mendViews(aggregate, ["a"], { write: true }),
    ];
    for (const work of all) {
      expect(yield* Effect.flip(work)).toMatchObject({ _tag: "DatabaseError", code: "09000" });
    }
  }),
);
