import { describe, expect, it, vi } from "@effect/vitest";
import * as Account from "@ledgerfold/event-store-contract/Account";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { account, counts } from "@ledgerfold/event-store-contract/Steps";
import { Effect, type Scope } from "effect";
import type { Service } from "../src/EventStore.ts";
import type { Engine } from "../src/internal/Engine.ts";
import * as Page from "../src/internal/Page.ts";
import * as Store from "../src/internal/Store.ts";
import * as Memory from "../src/memory/Engine.ts";
import type { Session } from "../src/postgres/Database.ts";
import * as Postgres from "../src/postgres/Engine.ts";
import * as Sqlite from "../src/sqlite/Engine.ts";
import * as Server from "./postgres/Server.ts";
import * as File from "./sqlite/File.ts";
import * as TempFile from "./sqlite/TempFile.ts";

/** What engines are asked for in pages, of large texts: a page of many rows would fill the heap. */

const megabyte = "x".repeat(2 ** 20);
const most = Page.bytes + 2 * megabyte.length;
const { type, view } = Account.aggregate;

const engines: Record<string, Effect.Effect<Engine, unknown, Scope.Scope>> = {
  memory: Memory.make({}),
  SQLite: Effect.flatMap(TempFile.make, (path) =>
    Effect.map(File.openAsIs({ path, mode: "create" }), ({ database }) => Sqlite.make(database)),
  ),
  PostgreSQL: Effect.flatMap(Server.schema, (schema) =>
    Effect.map(Server.openAsIs({ schema }), ({ database }) => Postgres.make(database)),
  ),
};

/** Twenty owners of a megabyte each, and one who has moved twenty notes of that size. */
const fill = (store: Service) =>
  Effect.gen(function* () {
    yield* store.setup([Account.aggregate]);
    for (let at = 10; at < 30; at += 1) {
      yield* account(store, `${at}`, "none", Account.opened(`${at}${megabyte}`));
    }
    yield* account(store, "a", "none", Account.opened("Ada"));
    for (let at = 1; at <= 20; at += 1) {
      yield* account(store, "a", at, Account.moved(BigInt(at), megabyte));
    }
  });

const sizes = (pages: ReadonlyArray<Pick<Page.Page<{ readonly payload: string }>, "rows">>) =>
  pages.map(({ rows }) => rows.reduce((sum, { payload }) => sum + payload.length, 0));

/** All pages, each asked for after the last row of the one before. */
const pagesOf = <Row extends { readonly payload: string }, From, E>(
  first: From,
  read: (from: From) => Effect.Effect<Page.Page<Row>, E>,
  after: (row: Row) => From,
) =>
  Effect.gen(function* () {
    const pages: Array<Page.Page<Row>> = [];
    for (let from = first; ; ) {
      const page = yield* read(from);
      pages.push(page);
      const last = page.rows.at(-1);
      if (last === undefined || !page.isCut) return pages;
      from = after(last);
    }
  });

it.scopedLive("appends that share a call to PostgreSQL read no more views than a page holds", () =>
  Effect.gen(function* () {
    const schema = yield* Server.schema;
    const { database } = yield* Server.openAsIs({ schema });
    const answered: Array<number> = [];
    const noting = (session: Session): Session => ({
      ...session,
      execute: (operation, query, parameters) =>
        Effect.tap(session.execute(operation, query, parameters), (rows) =>
          Effect.sync(() => answered.push(JSON.stringify(rows).length)),
        ),
    });
    const use: typeof database.use = (work) => database.use((session) => work(noting(session)));
    const store = Store.make(Postgres.make({ ...database, use }));
    yield* store.setup([Account.aggregate]);
    const ids = Array.from({ length: 24 }, (_, at) => `${at}`);
    for (const id of ids) yield* account(store, id, "none", Account.opened(`${id}${megabyte}`));
    // The first goes alone, and those that come meanwhile together.
    yield* Effect.forEach(ids, (id) => account(store, id, "any", Account.moved(1n)), {
      concurrency: "unbounded",
    });
    expect(answered.length).toBeGreaterThan(ids.length + 3);
    // A stream's first event is as large as its view.
    expect(Math.max(...answered)).toBeLessThan(most + megabyte.length);
    for (const id of ids) {
      const row = { model: { owner: `${id}${megabyte}`, cents: 1n }, version: 2 };
      expect(yield* store.view(Account.aggregate, id)).toMatchObject({ value: row });
    }
  }),
);

it.live("the memory's streams are put in order once for a rebuild, not for each of its pages", () =>
  Effect.gen(function* () {
    const store = Store.make(yield* Memory.make({}));
    const streams = 6_000;
    const append = (at: number) =>
      ({
        aggregate,
        id: `${(at * 7_919) % streams}`,
        expected: "none",
        events: counts(at),
      }) as const;
    yield* store.appendAll(Array.from({ length: streams }, (_, at) => append(at)));
    const compared = vi.spyOn(Buffer, "compare");
    expect(yield* store.rebuildView(aggregate)).toMatchObject({ rows: streams });
    const times = compared.mock.calls.length;
    compared.mockRestore();
    expect(times).toBeLessThan(2 * streams * Math.log2(streams));
  }),
);

for (const [name, made] of Object.entries(engines)) {
  describe(`the engine in ${name}`, () => {
    it.scopedLive("ends the pages of the log, of streams, of views and of histories by size", () =>
      Effect.gen(function* () {
        const engine = yield* made;
        const store = Store.make(engine);
        yield* fill(store);
        const ofLog = yield* pagesOf(
          0,
          (after) => engine.page({ after, limit: 1_000 }),
          ({ position }) => position,
        );
        const ofStreams = yield* pagesOf(
          0,
          (after) => engine.streamPage(type, after, 1_000),
          ({ position }) => position,
        );
        const ofViews = yield* pagesOf(
          undefined as string | undefined,
          (after) => engine.viewPage(view.table, after, 1_000),
          ({ id }) => id,
        );
        for (const pages of [ofLog, ofStreams, ofViews]) {
          expect(pages.length).toBeGreaterThan(2);
          expect(Math.max(...sizes(pages))).toBeLessThan(most);
        }
        const positions = ofLog.flatMap(({ rows }) => rows.map(({ position }) => position));
        expect(positions).toEqual(positions.map((_, at) => at + 1));
        expect(positions).toHaveLength(41);
        expect(ofStreams.flatMap(({ rows }) => rows)).toHaveLength(41);
        expect(ofViews.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual([
          ...Array.from({ length: 20 }, (_, at) => `${at + 10}`),
          "a",
        ]);
        const history = yield* engine.history({ type, id: "a" }, undefined);
        expect(history).toMatchObject({ isCut: true, version: history.events.length });
        expect(sizes([{ rows: history.events }])[0]).toBeLessThan(most);
        const state = { cents: 210n, moves: 20, closed: false };
        expect(yield* store.load(Account.aggregate, "a")).toEqual({ state, version: 21 });
      }),
    );

    it.scopedLive("loads no mixture of a stream that is erased and begun anew meanwhile", () =>
      Effect.gen(function* () {
        const engine = yield* made;
        const store = Store.make(engine);
        yield* fill(store);
        let isFirst = true;
        const between = Effect.suspend(() => {
          if (!isFirst) return Effect.void;
          isFirst = false;
          return Effect.gen(function* () {
            yield* store.erase([Account.aggregate]);
            yield* account(store, "a", "none", Account.opened("Eve"));
            for (let at = 1; at <= 20; at += 1) {
              yield* account(store, "a", at, Account.moved(1000n));
            }
          }).pipe(Effect.orDie);
        });
        const meddled = Store.make({
          ...engine,
          history: (...asked) => Effect.zipLeft(engine.history(...asked), between),
        });
        const state = { cents: 20_000n, moves: 20, closed: false };
        expect(yield* meddled.load(Account.aggregate, "a")).toEqual({ state, version: 21 });
      }),
    );
  });
}
