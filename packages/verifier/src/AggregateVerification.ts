import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import * as StreamCase from "./StreamCase.ts";
import * as StreamCases from "./StreamCases.ts";
import type { Difference } from "./Difference.ts";
import * as Contradictions from "./Contradictions.ts";
import * as FoldedCase from "./FoldedCase.ts";
import * as LaterEvents from "./LaterEvents.ts";
import * as Parts from "./Parts.ts";
import type { JsonObject } from "./Json.ts";
import { type Counter, outcomeOf } from "./VerificationSummary.ts";
import * as Rule from "./Rule.ts";
import type { Runs } from "./Runs.ts";
import * as ChangedSince from "./ChangedSince.ts";
import * as Sources from "./Sources.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";
import * as AggregateTables from "./AggregateTables.ts";
import * as View from "./View.ts";

/** The verification of one aggregate: judges all of its cases, some hundreds at a time. */

/** Streams and rows that have been compared. */
export interface Progress {
  readonly aggregate: string;
  readonly done: number;
  readonly total: number;
}

export interface Sink {
  readonly counts: Counter;
  readonly runs: Runs;
  readonly changedSince: ChangedSince.ChangedSince;
  /** Whether rows go on with the log. */
  readonly isLive: boolean;
  readonly contradictions: Contradictions.Contradictions;
  readonly tell: (differences: ReadonlyArray<Difference>) => Effect.Effect<void>;
  readonly tellProgress: (progress: Progress) => Effect.Effect<void>;
}

/**
 * How many cases are read at a time. What is made of one that differs fills V8's nursery, and what was
 * read with it would be moved out of there before it is done with.
 */
const chunk = { same: 500, differing: 100 } as const;

export const verify = (
  database: Service,
  spec: AggregateSpec,
  sink: Sink,
): Effect.Effect<void, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const { aggregate } = spec;
    const tables = yield* database.run("looking for tables", () =>
      AggregateTables.find(database, spec),
    );
    for (const _ of tables.problems) sink.counts.add(aggregate, "unreadable");
    yield* sink.tell(tables.problems);
    for (const step of [
      ...StreamCases.steps(database, spec, tables),
      ...Parts.steps(database, spec, tables),
    ]) {
      yield* database.run(`listing what there is of ${aggregate}`, step);
      yield* breathe;
    }
    const strays = yield* database.run(`looking for strays of ${aggregate}`, () =>
      Parts.strays(database, spec, tables),
    );
    for (const _ of strays) sink.counts.add(aggregate, "unreadable");
    yield* sink.tell(strays);
    const { sources, total } = yield* database.run(`preparing to read ${aggregate}`, () => ({
      sources: Sources.make(database, spec, tables),
      total: StreamCases.count(database),
    }));
    let likely: keyof typeof chunk = "same";
    for (let first = 1, last = 0; first <= total; first = last + 1) {
      last = Math.min(first + chunk[likely] - 1, total);
      const found = yield* database.run(`reading ${aggregate}`, () => read(sources, first, last));
      const differing: number = yield* judge(database, spec, { first, found, likely }, sink);
      likely = differing > found.length / 2 ? "differing" : "same";
      yield* sink.tellProgress({ aggregate, done: last, total });
      yield* breathe;
    }
    yield* database.run("tidying up", () => {
      StreamCases.drop(database);
      Parts.drop(database, spec);
      Sources.drop(database, sources);
    });
  });

const read = (
  sources: Sources.Sources,
  first: number,
  last: number,
): ReadonlyArray<StreamCase.StreamCase> => {
  const legacy = sources.legacy.read(first, last);
  const events = sources.events.read(first, last);
  const views = sources.views.read(first, last);
  const twins = sources.twins.read(first, last);
  const parts = Object.entries(sources.parts).map(
    ([field, source]) => [field, source.read(first, last)] as const,
  );
  return sources.cases.read(first, last).map((found, place) => {
    const { id = null, legacy_row = null } = found?.row ?? {};
    return {
      id,
      legacyRow: typeof legacy_row === "bigint" ? legacy_row : null,
      twin: twins[place],
      legacy: legacy[place],
      parts:
        parts.length === 0
          ? none
          : Object.fromEntries(parts.map(([field, rows]) => [field, rows[place] ?? []])),
      event: events[place],
      view: views[place],
    };
  });
};

const none: StreamCase.StreamCase["parts"] = {};

interface Chunk {
  /** The number of the first of its cases. */
  readonly first: number;
  readonly found: ReadonlyArray<StreamCase.StreamCase>;
  /** What most of those before it were. */
  readonly likely: "same" | "differing";
}

/** Gives how many of the cases differ. */
const judge = (
  database: Service,
  spec: AggregateSpec,
  { first, found: cases, likely }: Chunk,
  { counts, runs, changedSince, isLive, contradictions, tell }: Sink,
): Effect.Effect<number, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const { aggregate } = spec;
    const allOrNone = Rule.allOrNone(spec.fields);
    let another: JsonObject | undefined;
    let differing = 0;
    for (const [place, found] of cases.entries()) {
      const isSame = likely === "same";
      const judged = StreamCase.judge(spec, found, { isSame, another, isLive });
      another = judged.first?.content?.fields ?? another;
      const { differences, events } = judged;
      const start = found.event?.row.sequence;
      const folded = FoldedCase.begin(spec, found, judged);
      const last =
        events > 1
          ? yield* LaterEvents.judge(
              database,
              spec,
              first + place,
              { start, events },
              differences,
              (type, content) => {
                counts.inLogOnly(type);
                folded?.add(content);
              },
            )
          : start;
      // For every row: what names it is asked of none where there is nothing to tell.
      if (contradictions.size > 0) Contradictions.add(contradictions, differences);
      const state = folded?.state();
      if (state !== undefined && judged.isToBeFolded) FoldedCase.judge(spec, found, judged, state);
      View.judge(spec, found, judged, last, state);
      const type = found.event?.row.event_type;
      const isOfRow = found.legacyRow !== null && type === spec.prefix + spec.tag;
      if (found.event !== undefined && !isOfRow) counts.inLogOnly(type);
      const outcome = outcomeOf(differences.found);
      const isMigrated = judged.first?.isMigrated === true;
      if (found.legacyRow !== null || isMigrated || outcome !== "same") {
        counts.add(aggregate, outcome, isMigrated && events > 1);
      }
      // What is captured of a running bot has a moment of its own.
      const isOfRun = judged.first?.metadata?.change === undefined;
      if (judged.first !== undefined && isMigrated && isOfRun) {
        const witness = { ...differences.named, isSame: outcome === "same" };
        runs.add(judged.first, witness, allOrNone);
      }
      if (outcome === "same") continue;
      differing += 1;
      // Told at once: of many, what each holds of its row would outlive the nursery.
      yield* tell(
        yield* database.run("looking at what changed since", () =>
          ChangedSince.label(changedSince, spec, found, judged),
        ),
      );
    }
    return differing;
  });
