import type { Plan } from "@ledgerfold/declaration/Plan";
import { quote } from "@ledgerfold/migration/internal/Cell";
import {
  DifferingStream,
  ExistingEventsDiffer,
} from "@ledgerfold/migration/internal/ExistingEvents";
import * as JudgementText from "@ledgerfold/verifier/internal/JudgementText";
import { type VerificationSummary, verify } from "@ledgerfold/verifier/Verify";
import { Effect, Schema } from "effect";
import type { ConsoleReport } from "./ConsoleReport.ts";
import type { Definition } from "./Definition.ts";
import * as Patience from "./Patience.ts";
import * as PatientFile from "./PatientFile.ts";
import * as Places from "./Places.ts";
import { series } from "./Prose.ts";

/** What a log is judged by that is not what a migration would write, whoever wrote it. */

/** So many differences get a line each; of more there is a judgement in their place. */
export const mostListed = 100;

export const show = (
  { differences, judgement }: VerificationSummary,
  say: (line: string) => Effect.Effect<void>,
) =>
  Effect.forEach(
    [
      `${differences} differences, gravest first; of how many rows, what, how:`,
      ...JudgementText.lines(judgement),
    ],
    say,
    { discard: true },
  );

/** Most of a log begins otherwise than this run would begin it; nothing was written. */
export class LogDiffers extends Schema.TaggedError<LogDiffers>()("LogDiffers", {
  count: Schema.Int,
  first: DifferingStream,
  next: Schema.String,
}) {
  override get message() {
    const { aggregate, id, difference } = this.first;
    return `The event store holds ${this.count} streams that this migration would begin otherwise, so nothing was written; what that does to the data is judged above. The first: ${aggregate} ${quote(id)}: ${difference}.`;
  }
}

interface Work {
  readonly plan: Plan;
  readonly definition: Definition;
  readonly report: ConsoleReport;
  readonly leaveOut: ReadonlyArray<string>;
  /** The command that starts over. */
  readonly clean: string;
}

/**
 * The run, which says of each stream that begins otherwise that it does, as long as these are few. Of
 * more it gets a judgement, and what can be done, once its own transaction is gone.
 */
export const ofRefused =
  (places: Places.Places, work: Work) =>
  <A, E, R>(run: Effect.Effect<A, E, R>) =>
    run.pipe(
      Effect.tapError(() => work.report.listDiffering(mostListed)),
      Effect.catchAll(
        (error): Effect.Effect<never, E | LogDiffers> =>
          areMany(error)
            ? judge(places, work, error).pipe(
                // What keeps a log from being judged does not change what the run has found.
                Effect.catchAll(() => Effect.fail(error)),
                Effect.flatMap(Effect.fail),
              )
            : Effect.fail(error),
      ),
    );

const areMany = (error: unknown): error is ExistingEventsDiffer =>
  error instanceof ExistingEventsDiffer && error.count > mostListed;

const judge = (
  places: Places.Places,
  { plan, definition, report, leaveOut, clean }: Work,
  { count, first }: ExistingEventsDiffer,
) =>
  Effect.gen(function* () {
    yield* Patience.patiently(Places.copied(places, { plan, definition, report }));
    const found = yield* verify(
      plan,
      {
        onDifferences: () => Effect.void,
        onProgress: (step) => report.progress({ ...step, what: `Judging ${step.aggregate}` }),
      },
      { leaveOut, before: (file) => Places.copyLog(places, plan, file, report) },
    ).pipe(Effect.provide(PatientFile.layer({ path: places.rows.path, mode: "read" })));
    yield* show(found, report.note);
    const kinds = [...found.onlyInLog].map(([type, events]) => `${events} ${type}`);
    const loses =
      kinds.length === 0
        ? "loses no event that a row would not bring back"
        : `loses what no row brings back: ${series(kinds, "and")}`;
    return new LogDiffers({
      count,
      first,
      next: `Leave the log as it is, or start over, which ${loses}. Next, if you do: ${clean}`,
    });
  });
