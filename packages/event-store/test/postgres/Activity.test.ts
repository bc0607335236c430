import { expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as Activity from "../../src/postgres/Activity.ts";
import { Connection } from "../../src/postgres/Connection.ts";
import * as Server from "./Server.ts";

/** Where a connection's number is another's, as on a server that has taken the place of its own. */

const applicationName = "activity";

const open = () =>
  new Connection({ connectionString: Server.url, application_name: applicationName });

const opened = Effect.acquireRelease(
  Effect.promise(async () => {
    const connection = open();
    await connection.connect();
    return Object.assign(connection, { patience: 200 });
  }),
  (connection) => Effect.promise(() => connection.end()),
);

for (const { isOwn } of [{ isOwn: true }, { isOwn: false }]) {
  it.scopedLive(`${isOwn ? "its own process is" : "another's process is not"} ended`, () =>
    Effect.gen(function* () {
      const other = yield* opened;
      // By their ages processes are told apart, in steps of the patience and a second.
      if (!isOwn) yield* Effect.sleep("2 seconds");
      const connection = yield* opened;
      if (!isOwn) Object.assign(connection, { processID: other.processID });
      const watched = isOwn ? connection : other;
      const waiting = { text: "select 1" };
      connection.waiting = waiting;
      const { see } = Activity.make({
        open,
        all: () => [connection],
        applicationName,
      });
      const found = yield* Effect.promise(() => see(connection, waiting));
      expect(found).toEqual({ _tag: "Lost" });
      const alive = Effect.promise(() =>
        watched.query("select 1").then(
          () => true,
          () => false,
        ),
      );
      expect(yield* alive).toBe(!isOwn);
    }),
  );
}

it.scopedLive("its own process is not ended where the answer has come between two looks", () =>
  Effect.gen(function* () {
    const connection = yield* opened;
    const waiting = { text: "select 1" };
    connection.waiting = waiting;
    let looks = 0;
    const openLooking = () => {
      const other = open();
      const query = other.query.bind(other) as (...given: ReadonlyArray<unknown>) => unknown;
      const noting = async (...given: ReadonlyArray<unknown>) => {
        const answer = await query(...given);
        looks += 1;
        connection.waiting = undefined;
        return answer;
      };
      return Object.assign(other, { query: noting as never });
    };
    const { see } = Activity.make({ open: openLooking, all: () => [connection], applicationName });
    yield* Effect.promise(() => see(connection, waiting));
    expect(looks).toBeGreaterThan(1);
    expect((yield* Effect.promise(() => connection.query("select 1"))).rowCount).toBe(1);
  }),
);
