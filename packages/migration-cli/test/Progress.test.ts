import { Console, Effect, Either, Layer, TestClock, TestContext } from "effect";
import { describe, expect, it } from "vitest";
import * as Progress from "../src/Progress.ts";
import { NoAnswer, Screen } from "../src/Screen.ts";

const step = (done: number, total: number) => ({ what: "OnChainTrade", done, total });

describe("line", () => {
  it.each([
    [300, 1000, 0, "OnChainTrade: 300/1000 (30%)"],
    [300, 1000, 3_000, "OnChainTrade: 300/1000 (30%), 7 s left"],
    [1, 1000, 10, "OnChainTrade: 1/1000 (0%), 10 s left"],
    [999, 1000, 1_000, "OnChainTrade: 999/1000 (99%), 1 s left"],
    [1000, 1000, 5_000, "OnChainTrade: 1000/1000 (100%)"],
    [0, 1000, 5_000, "OnChainTrade: 0/1000 (0%)"],
    [0, 0, 5_000, "OnChainTrade: 0/0 (100%)"],
    [1, 3, 59_500, "OnChainTrade: 1/3 (33%), 119 s left"],
    [1, 3, 60_000, "OnChainTrade: 1/3 (33%), 2 min left"],
    [1, 100, 60_000, "OnChainTrade: 1/100 (1%), 99 min left"],
  ])("%d of %d after %d ms", (done, total, elapsed, expected) => {
    expect(Progress.line(step(done, total), elapsed)).toBe(expected);
  });

  it("of a total that nobody knows", () => {
    expect(Progress.line({ what: "Copy of the log", done: 300 }, 5_000)).toBe(
      "Copy of the log: 300",
    );
  });
});

/** What is said and drawn while `steps` are shown, one each 400 ms, and then wiped. */
const shown = (live: boolean, steps: ReadonlyArray<Progress.Step>) => {
  const said: Array<string> = [];
  const drawn: Array<string> = [];
  const screen = Layer.succeed(Screen, {
    answers: false,
    live,
    draw: (text) => Effect.sync(() => drawn.push(text)),
    ask: () => Either.left(new NoAnswer()),
  });
  const program = Effect.gen(function* () {
    const progress = yield* Progress.make;
    const listening = <A>(effect: Effect.Effect<A>) =>
      Console.consoleWith((base) =>
        Effect.withConsole(effect, {
          ...base,
          error: (text) => Effect.sync(() => said.push(text)),
        }),
      );
    for (const each of steps) {
      yield* listening(progress.show(each));
      yield* TestClock.adjust(400);
    }
    yield* progress.clear;
  });
  return Effect.runPromise(
    program.pipe(
      Effect.as({ said, drawn }),
      Effect.provide(Layer.merge(screen, TestContext.TestContext)),
    ),
  );
};

describe("elsewhere than on a terminal", () => {
  it("says a line at once, and the next when a second has passed", async () => {
    const steps = [1, 2, 3, 4, 5, 6, 7].map((done) => step(done, 7));
    expect(await shown(false, steps)).toEqual({
      said: [
        "OnChainTrade: 1/7 (14%)",
        "OnChainTrade: 4/7 (57%), 1 s left",
        "OnChainTrade: 7/7 (100%)",
      ],
      drawn: [],
    });
  });

  it("does not say more when one thing follows another", async () => {
    const steps = ["a", "b", "c"].map((what) => ({ what, done: 1, total: 1 }));
    expect((await shown(false, steps)).said).toEqual(["a: 1/1 (100%)"]);
  });
});

describe("on a terminal", () => {
  it("draws a bar over the last one, and wipes it", async () => {
    const { said, drawn } = await shown(true, [
      { what: "Position", done: 3, total: 4 },
      { what: "Position", done: 4, total: 4 },
    ]);
    const first = `[${"#".repeat(18)}${"-".repeat(6)}] Position: 3/4 (75%)`;
    const second = `[${"#".repeat(24)}] Position: 4/4 (100%)`;
    expect(drawn).toEqual([`\r${first}`, `\r${second}`, `\r${" ".repeat(second.length)}\r`]);
    expect(said).toEqual([]);
  });

  it("draws none of a total that nobody knows", async () => {
    const { drawn } = await shown(true, [{ what: "Copy of the log", done: 3 }]);
    expect(drawn[0]).toBe("\rCopy of the log: 3");
  });

  it("leaves nothing of a longer bar", async () => {
    const { drawn } = await shown(true, [step(4, 4), { what: "Position", done: 4, total: 4 }]);
    expect(drawn[1]).toMatch(/^\r.*Position: 4\/4 \(100%\) {4}$/);
    expect(drawn[1]).toHaveLength(drawn[0]?.length ?? 0);
  });
});
