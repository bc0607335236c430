import { expect } from "@effect/vitest";
import { Cause, Effect, Either } from "effect";
import * as Account from "../Account.ts";
import * as Counter from "../Counter.ts";
import * as Notes from "../Notes.ts";
import { account, count, counter, counts, log } from "../Steps.ts";
import type { Test } from "./Test.ts";

export const texts = {
  empty: "",
  blank: " \t\r\n ",
  quotes: `"it's" \`so\` \\"`,
  SQL: "'); drop table events; --",
  control: "\u0001\u0007\u001b[0m\u007f\u0085\u2028",
  "a NUL": "before\u0000after",
  emoji: "👩‍👩‍👧 💸 é e\u0301",
  "a JSON text": '{"a":[1,"2"]}',
  "a number": "1.50",
  "a prototype": "__proto__",
  percent: "%_*?",
  long: "ä".repeat(500),
};

export const text = (test: Test) => {
  test("half of a surrogate pair names nothing, rather than something else", (store) =>
    Effect.gen(function* () {
      yield* count(store, "\ufffd", "none", 1);
      const refused: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        store.load(Counter.aggregate, "\ud800"),
        count(store, "\ud800", "any", 1),
        store.append({
          aggregate: Counter.aggregate,
          id: "a",
          expected: "none",
          events: [{ event: Counter.counted(1), id: "\udc00" }],
        }),
      ];
      for (const effect of refused) {
        const cause = yield* Effect.flip(Effect.sandbox(effect));
        expect(Cause.pretty(cause)).toContain("is not well-formed Unicode");
      }
      expect(yield* log(store)).toHaveLength(1);
    }));

  test("elsewhere it is kept: in payloads, views, snapshots and metadata", (store) =>
    Effect.gen(function* () {
      for (const half of ["\ud800", "a\udfff\ud800", "\\\udc00\0"]) {
        const id = JSON.stringify(half);
        const metadata = {
          [half]: half,
          ...{ correlation_id: half, causation_id: half, run_id: "a" },
        };
        const state = { note: half };
        yield* store.append({
          ...{ aggregate: Account.aggregate, id, expected: "none" },
          events: [{ event: Account.opened(half), metadata }],
        });
        yield* store.append({
          ...{ aggregate: Notes.aggregate, id, expected: "none" },
          events: [{ event: { _tag: "Noted", ...Notes.calm, anything: state }, metadata }],
          snapshot: { ...Notes.calm, anything: state },
        });
        const [opened] = yield* store.read({ type: "Account", id });
        expect(opened).toMatchObject({ metadata, correlationId: half, causationId: half });
        expect(opened?.payload).toBe(JSON.stringify({ Opened: { owner: half } }));
        expect(yield* store.view(Account.aggregate, id)).toMatchObject({
          value: { model: { owner: half } },
        });
        expect(yield* store.load(Notes.aggregate, id)).toMatchObject({
          state: { anything: state },
        });
      }
      expect(yield* store.runs.all).toMatchObject([
        {
          id: "a",
          events: new Map([
            ["Account", 3],
            ["Notes", 3],
          ]),
        },
      ]);
      expect(yield* store.runs.rollBack("a", [Account.aggregate, Notes.aggregate])).toBe(6);
    }));

  for (const [name, value] of Object.entries(texts)) {
    test(`${name} is kept in ids, payloads and metadata`, (store) =>
      Effect.gen(function* () {
        const metadata = Object.fromEntries([
          [`key ${value}`, value],
          [value, "value"],
        ]);
        const append = {
          aggregate: Account.aggregate,
          id: value,
          expected: "none",
          events: [{ event: Account.opened(value), id: `event ${value}`, metadata }],
        } as const;
        const first = yield* store.append(append);
        expect(yield* store.append(append)).toEqual(first);
        yield* account(store, value, 1, Account.moved(1n, value));
        const [opened, moved] = yield* store.read({ type: "Account", id: value });
        expect(opened).toMatchObject({
          stream: { type: "Account", id: value },
          payload: JSON.stringify({ Opened: { owner: value } }),
          id: `event ${value}`,
        });
        expect(JSON.stringify(opened?.metadata)).toBe(JSON.stringify(metadata));
        expect(moved?.payload).toBe(JSON.stringify({ Moved: { cents: 1, note: value } }));
        expect(yield* store.readFirst("Account", [value])).toEqual([opened]);
        expect(yield* store.view(Account.aggregate, value)).toMatchObject({
          value: { model: { id: value, owner: value, cents: 1n }, version: 2 },
        });
        expect(yield* store.read({ type: "Account", id: `${value} ` })).toEqual([]);
      }));
  }

  for (const cents of [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n, 10n ** 40n]) {
    test(`${cents} is exact in payloads, views and snapshots`, (store) =>
      Effect.gen(function* () {
        const state = { cents, moves: 1, closed: false };
        const { stream } = yield* account(store, "a", "none", Account.moved(cents));
        expect(yield* store.read(stream)).toMatchObject([
          { payload: `{"Moved":{"cents":${cents},"note":""}}` },
        ]);
        expect(yield* store.load(Account.aggregate, "a")).toEqual({ state, version: 1 });
        yield* store.append({
          aggregate: Account.aggregate,
          id: "a",
          expected: 1,
          events: [{ event: Account.moved(1n) }],
          snapshot: { ...state, cents: cents + 1n, moves: 2 },
        });
        expect(yield* store.load(Account.aggregate, "a")).toMatchObject({
          state: { cents: cents + 1n },
        });
        expect(yield* store.view(Account.aggregate, "a")).toMatchObject({
          value: { model: { cents: cents + 1n } },
        });
      }));
  }

  test("a payload that is nothing but a number is kept", (store) =>
    Effect.gen(function* () {
      const { codec } = Counter.aggregate;
      const numbers = ["3", "-7", "0.1", "1e+21", "9007199254740993", "-9223372036854775808"];
      let next = 0;
      const encode: typeof codec.encode = (event) => ({
        ...codec.encode(event),
        payload: numbers[next++] ?? "",
      });
      yield* store.append({
        aggregate: { ...Counter.aggregate, codec: { ...codec, encode } },
        id: "a",
        expected: "none",
        events: counts(1, ...numbers.slice(1).map(() => 1)),
      });
      const payloads = (yield* store.read(counter("a"))).map(({ payload }) => payload);
      expect(payloads).toEqual(numbers);
      const loaded: Array<string> = [];
      const decode: typeof codec.decode = ({ payload }) => {
        loaded.push(payload);
        return Either.right(Counter.counted(1));
      };
      yield* store.load({ ...Counter.aggregate, codec: { ...codec, decode } }, "a");
      expect(loaded).toEqual(numbers);
    }));

  test("long text is kept in payloads and metadata, where nothing is found by it", (store) =>
    Effect.gen(function* () {
      const value = "ä".repeat(100_000);
      const metadata = { [value]: value, correlation_id: value, run_id: value };
      yield* store.append({
        ...{ aggregate: Account.aggregate, id: "a", expected: "none" },
        events: [{ event: Account.opened(value), metadata }],
      });
      const [event] = yield* store.read({ type: "Account", id: "a" });
      expect(event).toMatchObject({ metadata, payload: `{"Opened":{"owner":"${value}"}}` });
      expect(yield* store.runs.all).toMatchObject([{ id: value }]);
    }));

  test("long streams of long payloads come back whole", (store) =>
    Effect.gen(function* () {
      const note = "x".repeat(10_000);
      const rest = Array.from({ length: 299 }, (_, n) => Account.moved(BigInt(n), note));
      const { stream } = yield* account(store, "a", "none", Account.opened(note), ...rest);
      yield* count(store, "a", "none", 1);
      const events = yield* store.read(stream);
      expect(events.map(({ payload }) => payload.length > 10_000)).toEqual(Array(300).fill(true));
      expect(yield* store.load(Account.aggregate, "a")).toMatchObject({
        state: { cents: 44_551n, moves: 299 },
        version: 300,
      });
    }));
};
