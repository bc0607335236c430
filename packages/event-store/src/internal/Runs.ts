import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Unencodable from "@ledgerfold/aggregate/internal/Unencodable";
import { Clock, Effect, Either, Option, Schema } from "effect";
import { InvalidArgument } from "../InvalidArgument.ts";
import * as Run from "../Run.ts";
import * as Argument from "./Argument.ts";
import type { Engine, RunEvents, StoredRun } from "./Engine.ts";
import type { ViewTables } from "./ViewTables.ts";

/** The runs of a store on an engine. */
export const make = (engine: Engine, tables: ViewTables): Run.Runs => {
  const put = (run: Run.Run) =>
    Either.match(stored(run), { onLeft: Effect.fail, onRight: engine.putRun });
  const problem = (verb: string, id: string, aggregates: ReadonlyArray<Aggregate.Any>) =>
    Argument.withoutNul(operationOf(verb), "id", id) ??
    tables.problemOf(operationOf(verb), aggregates);
  const now = Effect.map(Clock.currentTimeMillis, (millis) => new Date(millis).toISOString());
  return {
    all: Effect.zipWith(engine.runs, engine.runEvents, found),
    put: (run) =>
      Argument.withoutNul(operationOf("put"), "id", run.id) ??
      Argument.id(operationOf("put"), "id", run.id) ??
      Argument.moment(operationOf("put"), "at", run.at) ??
      Argument.text(operationOf("put"), "version", run.version) ??
      Effect.flatMap(now, (outcomeAt) => put({ ...run, outcome: "kept", outcomeAt })),
    shared: (id, aggregates) =>
      problem("shared", id, aggregates) ??
      engine.sharedStreams(
        id,
        aggregates.map(({ type }) => type),
      ),
    rollBack: (id, aggregates) =>
      problem("rollBack", id, aggregates) ??
      engine.transaction(
        Effect.gen(function* () {
          yield* engine.holdLog;
          const types = aggregates.map(({ type }) => type);
          const streams = yield* engine.sharedStreams(id, types);
          if (streams.length > 0) return yield* new Run.StreamsMovedOn({ run: id, streams });
          const erased = yield* engine.eraseRun(
            id,
            aggregates.map(({ type, view: { table } }) => ({ type, table })),
          );
          const row = (yield* engine.runs).find((one) => one.id === id);
          const run = row === undefined ? undefined : read(row);
          if (run !== undefined) {
            yield* put({ ...run, outcome: "rolled back", outcomeAt: yield* now });
          }
          return erased;
        }),
      ),
  };
};

const { options, counts, roots } = Run.Run.fields;
const Row = Schema.Struct({
  ...Run.Run.fields,
  options: Schema.parseJson(options),
  counts: Schema.parseJson(counts),
  roots: Schema.parseJson(roots),
});
const encode = Schema.encodeEither(Row);

const stored = (run: Run.Run): Either.Either<StoredRun, InvalidArgument> =>
  Either.mapLeft(
    encode(run),
    (error) =>
      new InvalidArgument({
        operation: operationOf("put"),
        argument: Unencodable.whereItFails(error).join(", ") || "the run",
        found: "of another kind",
        rule: "what a run has there",
      }),
  );

/** Nothing where somebody else has written to the row what no version does. */
const read = (row: StoredRun): Run.Run | undefined =>
  Option.getOrUndefined(Schema.decodeUnknownOption(Row)(row));

const operationOf = (verb: string) => `EventStore.runs.${verb}`;

const found = (
  rows: ReadonlyArray<StoredRun>,
  events: ReadonlyArray<RunEvents>,
): ReadonlyArray<Run.Found> => {
  const kept = new Map(rows.map((row) => [row.id, row]));
  const inLog = Map.groupBy(events, ({ run }) => run);
  return [...new Set([...kept.keys(), ...inLog.keys()])]
    .map((id): Run.Found => {
      const row = kept.get(id);
      const own = inLog.get(id) ?? [];
      const [first = null] = own.flatMap(({ firstAt }) => firstAt ?? []).sort();
      return {
        id,
        run: row === undefined ? undefined : read(row),
        events: new Map(
          own
            .sort((a, b) => inText(a.type, b.type))
            .map(({ type, events }): [string, number] => [type, events]),
        ),
        lastPosition: Math.max(0, ...own.map(({ lastPosition }) => lastPosition)),
        at: row?.at ?? first,
      };
    })
    .sort((a, b) => inText(a.at ?? "", b.at ?? "") || a.lastPosition - b.lastPosition);
};

const inText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
