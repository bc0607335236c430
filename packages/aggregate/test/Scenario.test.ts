import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as Scenario from "../src/Scenario.ts";
import { AlreadyOpen, aggregate, Closed, type Event } from "./Counter.ts";

const opened: Event = { _tag: "Opened", name: "doors" };

describe("Scenario", () => {
  it.effect("gives the events of a command on a fresh stream", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when({ _tag: "Open", name: "doors" });
      expect(outcome).toEqual(Scenario.events(opened));
    }),
  );

  it.effect("folds the history first", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, opened).when({ _tag: "Count", by: 2 });
      expect(outcome).toEqual(Scenario.events({ _tag: "Counted", by: 2 }));
    }),
  );

  it.effect("gives a refusal as a value", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate, opened).when({ _tag: "Open", name: "b" });
      expect(outcome).toEqual(Scenario.refusal(new AlreadyOpen()));
    }),
  );

  it.effect("tells refusals apart by kind and by field", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when({ _tag: "Count", by: 2 });
      expect(outcome).toEqual(Scenario.refusal(new Closed({ by: 2 })));
      expect(outcome).not.toEqual(Scenario.refusal(new Closed({ by: 3 })));
      expect(outcome).not.toEqual(Scenario.refusal(new AlreadyOpen()));
      expect(outcome).not.toEqual(Scenario.events());
    }),
  );

  it("gives it at once where no services are needed", () => {
    const { whenSync } = Scenario.given(aggregate, opened);
    expect(whenSync({ _tag: "Count", by: 2 })).toEqual(Scenario.events({ _tag: "Counted", by: 2 }));
    expect(whenSync({ _tag: "Open", name: "b" })).toEqual(Scenario.refusal(new AlreadyOpen()));
  });

  it("gives the view's row of a stream", () => {
    const counted: Event = { _tag: "Counted", by: 2 };
    const row = Scenario.row(aggregate, "front", opened, counted, counted);
    expect(row).toEqual({ id: "front", name: "doors", counts: 2 });
    expect(Scenario.row(aggregate, "front")).toEqual(aggregate.view.initial);
  });
});
