import { describe, expect, it } from "@effect/vitest";
import * as Aggregate from "../src/Aggregate.ts";
import * as View from "../src/View.ts";
import { aggregate, type Event, view } from "./Counter.ts";

const opened: Event = { _tag: "Opened", name: "doors" };
const counted = (by: number): Event => ({ _tag: "Counted", by });

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
