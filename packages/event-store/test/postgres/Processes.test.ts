import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import type { Appended } from "../../src/EventStore.ts";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count, log } from "@ledgerfold/event-store-contract/Steps";
import * as Server from "./Server.ts";

/** Real processes, each with connections of its own, on one log that all of them make. */

const program = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(
        process.execPath,
        [fileURLToPath(new URL("program.ts", import.meta.url)), Server.url, ...args],
        { stdio: ["ignore", "pipe", "pipe"] },
      ),
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  );

/** What a process printed, once it has ended, and whether it ended well. */
const ended = (child: ChildProcess) =>
  Effect.promise(async () => {
    if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
    const [out, err, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    if (code !== 0 && signal !== "SIGKILL") throw new Error(err);
    const lines = out.slice(0, out.lastIndexOf("\n")).split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Appended);
  });

const expectTold = (
  events: Effect.Effect.Success<ReturnType<typeof log>>,
  answers: ReadonlyArray<Appended>,
) => {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, at) => at + 1));
  for (const { stream, version, position } of answers) {
    expect(events[position - 1]).toMatchObject({ stream, sequence: version });
  }
  expect(new Set(answers.map(({ position }) => position)).size).toBe(answers.length);
};

const owns = ["one", "two", "three"];

describe("three processes append at once", () => {
  it.scopedLive("all finish, nothing is lost", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const outputs = yield* Effect.forEach(
        owns,
        (own) => Effect.flatMap(program(schema, own, "15", "4"), ended),
        { concurrency: "unbounded" },
      );
      const { store } = yield* Server.open({ schema });
      const events = yield* log(store);
      expect(events).toHaveLength(3 * 2 * 60);
      expect(outputs.flat()).toHaveLength(events.length);
      expectTold(events, outputs.flat());
      for (const [id, version] of [["shared", 180], ...owns.map((own) => [own, 60])] as const) {
        expect(yield* store.view(aggregate, `${id}`)).toMatchObject({
          value: { model: { total: version }, version },
        });
      }
    }),
  );

  it.scopedLive("one that is killed leaves what it was told, and the others go on", () =>
    Effect.gen(function* () {
      const schema = yield* Server.schema;
      const { store } = yield* Server.open({ schema });
      const outputs = yield* Effect.forEach(
        owns,
        (own) =>
          Effect.gen(function* () {
            const isKilled = own === "two";
            const child = yield* program(schema, own, isKilled ? "100000" : "15", "4");
            if (isKilled) {
              let lines = 0;
              child.stdout?.on("data", (data) => {
                lines += String(data).split("\n").length - 1;
                if (lines > 20) child.kill("SIGKILL");
              });
            }
            return yield* ended(child);
          }),
        { concurrency: "unbounded" },
      );
      expect(outputs[1]?.length).toBeGreaterThan(10);
      const events = yield* log(store);
      expectTold(events, outputs.flat());
      const isOf = (own: string) => events.filter(({ stream }) => stream.id === own);
      expect([isOf("one").length, isOf("three").length]).toEqual([60, 60]);
      for (const id of ["shared", ...owns]) {
        const version = isOf(id).length;
        expect(yield* store.view(aggregate, id)).toMatchObject({
          value: { model: { total: version }, version },
        });
        expect(yield* count(store, id, version, 1)).toMatchObject({ version: version + 1 });
      }
    }),
  );
});
