import { describe, expect, it } from "@effect/vitest";
import { Effect, Either, Schema } from "effect";
import * as Aggregate from "../src/Aggregate.ts";
import * as View from "../src/View.ts";
import { AlreadyOpen, aggregate, type Event, view } from "./Counter.ts";

const opened: Event = { _tag: "Opened", name: "doors" };
const counted = (by: number): Event => ({ _tag: "Counted", by });

describe("Aggregate.make", () => {
  const gate = Aggregate.make({
    type: "Gate",
    codec: Schema.TaggedStruct("Passed", { at: Schema.DateFromString }),
    state: Schema.Struct({ passed: Schema.Int }),
    initial: { passed: 0 },
    evolve: ({ passed }) => ({ passed: passed + 1 }),
    decide: ({ passed }, { at }: { readonly _tag: "Pass"; readonly at: Date }) =>
      passed < 1 ? [{ _tag: "Passed", at }] : new AlreadyOpen(),
    view: "gate_view",
  });
  const pass = { _tag: "Pass", at: new Date(0) } as const;
  const passed = { _tag: "Passed", at: new Date(0) } as const;

  it("stores the events of a schema under their tags, as version 1.0", () => {
    const payload = '{"_tag":"Passed","at":"1970-01-01T00:00:00.000Z"}';
    const stored = { type: "Passed", version: "1.0", payload };
    expect(gate.codec.encode(passed)).toEqual(stored);
    expect(gate.codec.decode(stored)).toEqual(Either.right(passed));
    expect(gate.stateVersion).toBe(1);
  });

  it("makes the states rows of the view that it has the name of", () => {
    expect(gate.view.table).toBe("gate_view");
    expect(
      View.fold(gate.view, gate.view.initial, [passed, passed], { id: "", first: passed }),
    ).toEqual({ passed: 2 });
    expect(gate.view.schema).toBe(gate.state);
  });

  it("takes events, or a refusal, for what is decided", () => {
    const decided = (state: number) =>
      Effect.runSync(Effect.either(gate.decide({ passed: state }, pass)));
    expect(decided(0)).toEqual(Either.right([passed]));
    expect(decided(1)).toEqual(Either.left(new AlreadyOpen()));
  });

  it("gives the same of what it has made", () => {
    const again = Aggregate.make({ ...gate, stateVersion: 2 });
    expect(again).toEqual({ ...gate, stateVersion: 2, decide: again.decide });
    expect(again.codec).toBe(gate.codec);
  });
});

describe("Aggregate.fold", () => {
  it("of no events is the state it began with", () => {
    expect(Aggregate.fold(aggregate, aggregate.initial, [])).toEqual({ _tag: "Closed" });
  });

  it("takes events oldest first", () => {
    const events = [counted(5), opened, counted(2), counted(3)];
    expect(Aggregate.fold(aggregate, aggregate.initial, events)).toEqual({
      _tag: "Open",
      total: 5,
    });
  });

  it("goes on from a state", () => {
    expect(Aggregate.fold(aggregate, { _tag: "Open", total: 10 }, [counted(1)])).toEqual({
      _tag: "Open",
      total: 11,
    });
  });

  it("takes any iterable, once", () => {
    const events = [opened, counted(4)].values();
    expect(Aggregate.fold(aggregate, aggregate.initial, events)).toEqual({
      _tag: "Open",
      total: 4,
    });
  });
});

describe("View.fold", () => {
  const origin = { id: "front", first: opened };

  it("tells every event which stream it is of", () => {
    expect(View.fold(view, view.initial, [opened, counted(2), counted(3)], origin)).toEqual({
      id: "front",
      name: "doors",
      counts: 2,
    });
  });

  it("goes on from a row with the stream's first event at hand", () => {
    const row = { id: "front", name: "", counts: 7 };
    expect(View.fold(view, row, [counted(1)], origin)).toEqual({
      id: "front",
      name: "doors",
      counts: 8,
    });
  });

  it("of no events is the row it began with", () => {
    expect(View.fold(view, view.initial, [], origin)).toBe(view.initial);
  });
});

describe("View.make", () => {
  it("needs no first event unless it says so", () => {
    const { needsFirst: _, ...rest } = view;
    expect(View.make(rest).needsFirst(counted(1))).toBe(false);
    expect(view.needsFirst(counted(1))).toBe(true);
  });
});
