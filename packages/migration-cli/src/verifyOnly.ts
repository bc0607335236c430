import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import * as Comparison from "@ledgerfold/verifier/internal/proof/Comparison";
import * as Earlier from "@ledgerfold/verifier/internal/proof/Earlier";
import { prove, type Sink } from "@ledgerfold/verifier/proof/Proof";
import * as ReportFile from "@ledgerfold/verifier/report/ReportFile";
import { describe } from "@ledgerfold/verifier/Difference";
import { describe as describeFinding } from "@ledgerfold/verifier/Finding";
import { type VerificationSummary, verify } from "@ledgerfold/verifier/Verify";
import { Effect, Option, Schema } from "effect";
import { planOf } from "./commands.ts";
import { base } from "./DatabaseUrl.ts";
import type { Definition } from "./Definition.ts";
import * as History from "./History.ts";
import * as Judged from "./Judged.ts";
import * as Next from "./Next.ts";
import type { Settings } from "./OptionTable.ts";
import * as OwnTables from "./OwnTables.ts";
import { number } from "./Prose.ts";
import { EventStore, type StoreError } from "@ledgerfold/event-store/EventStore";
import type { UnfitTable } from "@ledgerfold/event-store/UnfitTable";
import * as Patience from "./Patience.ts";
import * as PatientFile from "./PatientFile.ts";
import * as Places from "./Places.ts";
import * as ConsoleReport from "./ConsoleReport.ts";
import * as Shell from "./Shell.ts";
import * as StreamIds from "./StreamIds.ts";
import * as SqliteCode from "./SqliteCode.ts";
import { UsageError } from "./UsageError.ts";

/** The stored events or views are not what the legacy rows say. */
export class DifferencesFound extends Schema.TaggedError<DifferencesFound>()("DifferencesFound", {
  count: Schema.Int,
  /** What probably made them, in sentences. */
  why: Schema.Array(Schema.String),
  next: Schema.String,
}) {
  override get message() {
    const found =
      this.count === 1
        ? "1 difference; it is listed"
        : this.count <= Judged.mostListed
          ? `${this.count} differences; each is listed`
          : `${this.count} differences; they are judged`;
    return [`Verification found ${found} above.`, ...this.why].join(" ");
  }
}

/** The file is so damaged that the comparison cannot go on. */
export class DamageFound extends Schema.TaggedError<DamageFound>()("DamageFound", {
  cause: DatabaseError,
}) {
  override get message() {
    const { message, code } = this.cause;
    return `Verification ended early. ${message}${SqliteCode.advice(code)}`;
  }
}

/** There is no difference, but something about the file as a whole, and the operator is strict. */
export class FindingsFound extends Schema.TaggedError<FindingsFound>()("FindingsFound", {
  count: Schema.Int,
  next: Schema.String,
}) {
  override get message() {
    const found = this.count === 1 ? "1 finding; it is" : `${this.count} findings; each is`;
    return `Verification found ${found} listed above.`;
  }
}

/** Something has changed since an earlier report. */
export class ChangesFound extends Schema.TaggedError<ChangesFound>()("ChangesFound", {
  count: Schema.Int,
  since: Schema.String,
  next: Schema.String,
}) {
  override get message() {
    const found = this.count === 1 ? "1 change" : `${this.count} changes`;
    return `Verification found ${found} since ${this.since}; ${this.count === 1 ? "it is" : "each is"} listed above.`;
  }
}

/** What no comparison of the two sides can tell; docs/verification.md goes on from there. */
const limit =
  "What is declared is believed by both sides: writer and verifier share the declarations, and no code that reads or writes a value.";

type Failure = ReportFile.ReportFailed | Comparison.Failure;
type Stopped = Failure | UsageError | UnfitTable | StoreError;

export const verifyOnly = (definition: Definition, settings: Settings<"verify-only">) =>
  Effect.gen(function* () {
    const took = yield* Next.clock;
    const places = yield* Places.of(settings, definition.name);
    const { rows, log } = places;
    const to = yield* reportPath(settings);
    const plan = yield* planOf(definition);
    const earlier = yield* option(settings.against, (from) =>
      Earlier.open(resolve(base(), from), plan),
    );
    const written = yield* option(to, (file) => ReportFile.make(file, definition.version, plan));
    const report = yield* ConsoleReport.make;
    yield* Places.insistOnFit(places, plan);
    const snapshot = yield* Patience.patiently(Places.copied(places, { plan, definition, report }));
    yield* Places.tellIfNew(places, report);
    const live = process.stdout.isTTY === true;
    const list = (line: string) => report.listLine(line, report.result, live);
    let comparison: Comparison.Comparison | undefined;
    let logAt: string | undefined;
    const ids = StreamIds.make();
    let few: ReadonlyArray<string> = [];
    let count = 0;
    /** Lists the differences, which come before all else, once it is known that they are few. */
    const listFew = Effect.suspend(() => {
      const listed = count > Judged.mostListed ? [] : few;
      few = [];
      return Effect.forEach(listed, list, { discard: true });
    });
    const counted = yield* verify(
      plan,
      {
        onDifferences: (differences) =>
          Effect.suspend(() => {
            count += differences.length;
            const room = Judged.mostListed - few.length;
            if (room > 0) few = [...few, ...differences.slice(0, room).map(describe)];
            for (const difference of differences) ids.add(difference);
            return written?.differences(differences) ?? Effect.void;
          }),
        onFinding: (finding) =>
          Effect.zipRight(
            Effect.zipRight(listFew, list(describeFinding(finding))),
            written?.finding(finding) ?? Effect.void,
          ),
        onProgress: (step) => report.progress({ ...step, what: step.aggregate }),
      },
      {
        leaveOut: settings.leaveOut,
        before: (file): Effect.Effect<void, Stopped> =>
          Effect.flatMap(
            Effect.zipRight(
              OwnTables.refuse(log, file),
              Places.copyLog(places, plan, file, report),
            ),
            (place) => {
              logAt = place;
              return written?.begin(file) ?? Effect.void;
            },
          ),
        also: ({ database, schema }): Effect.Effect<void, Stopped> =>
          Effect.gen(function* () {
            yield* listFew;
            if (earlier === undefined && written === undefined) return;
            yield* written?.look(database, schema, logAt, snapshot) ?? Effect.void;
            if (earlier !== undefined) {
              const tell = (change: Comparison.Change) => list(Comparison.describe(change));
              comparison = Comparison.make(database, earlier, tell);
            }
            const sinks: ReadonlyArray<Sink<Failure>> = [
              ...(written === undefined ? [] : [written.proof]),
              ...(comparison === undefined ? [] : [comparison.sink]),
            ];
            yield* prove(database, plan, sinks, ({ table, done, total }) =>
              report.progress({ what: `Proof of ${table}`, done, total }),
            );
          }),
      },
    ).pipe(
      Effect.provide(PatientFile.layer({ path: rows.path, mode: "read" })),
      Effect.mapError((error) =>
        error._tag === "DatabaseError" && SqliteCode.isDamage(error.code)
          ? new DamageFound({ cause: error })
          : error,
      ),
      Effect.tapError(() => Effect.forEach(few, list, { discard: true })),
    );
    const { tallies, differences, since, findings, judgement, leftOut } = counted;
    if (differences > Judged.mostListed) {
      yield* Judged.show(counted, report.result);
    }
    for (const [name, tally] of Object.entries(tallies)) {
      const { rows, same, missing, extra, different, unreadable, movedOn } = tally;
      yield* report.result(
        `${name}: ${number(rows, "row")}, ${same} same, ${missing} missing, ${extra} extra, ${different} different, ${unreadable} unreadable, ${movedOn} moved on since`,
      );
    }
    const isEmpty =
      Object.values(tallies).every(
        ({ same, extra, different, unreadable, movedOn }) =>
          same + extra + different + unreadable + movedOn === 0,
      ) && judgement.every(({ side }) => side === "event");
    if (isEmpty) {
      const runs = yield* OwnTables.insistOnFit(plan).pipe(
        Effect.zipRight(Effect.flatMap(EventStore, ({ runs }) => runs.all)),
        // What is said of it as a difference already.
        Effect.catchTag("UnfitTable", () => Effect.succeed([])),
        Effect.provide(Places.looking(places)),
        Patience.patiently,
      );
      yield* report.note(History.nothingIn(places, definition, runs));
    }
    if (leftOut.length > 0) yield* report.result(`Left out, as you say: ${leftOut.join(", ")}`);
    if (since > 0) {
      yield* report.result(
        `Differences of rows that ${definition.writer} has, or may have, written since the migration: ${since}`,
      );
    }
    for (const table of comparison?.tables() ?? []) yield* report.result(compared(table, earlier));
    if (findings > 0) yield* report.result(`Findings, which are no differences: ${findings}`);
    if (written !== undefined) {
      const { path, bytes, sha256 } = yield* written.finish(counted);
      yield* report.result(
        `Report written to ${JSON.stringify(path)}, ${bytes} bytes, SHA-256 ${sha256}`,
      );
    }
    const again = (...more: ReadonlyArray<string>) =>
      Next.typed({ definition, from: "verify-only", settings }, "verify-only", more);
    const see = (what: string) =>
      took(
        Option.match(settings.report, {
          onNone: () => `${what}: see above or, as a page: ${again("--report", "report.html")}`,
          onSome: (file) => `${what}: see ${Shell.word(file)}`,
        }),
      );
    if (differences > 0) {
      const views = judgement.filter(isOfView);
      const rebuild = Next.typed({ definition, from: "verify-only", settings }, "rebuild-views");
      const next =
        views.length === judgement.length
          ? yield* took(`Only views differ. Next, to make them anew: ${rebuild}`)
          : yield* see("What differs");
      const andViews = `What differs of views is made anew by: ${rebuild}`;
      return yield* new DifferencesFound({
        count: differences,
        why: ids.differing(tallies),
        next:
          views.length === 0 || views.length === judgement.length ? next : `${andViews}\n${next}`,
      });
    }
    yield* report.result(limit);
    yield* report.result("Verification complete: no differences");
    const changes = comparison?.changes() ?? 0;
    if (earlier !== undefined && changes > 0) {
      const { finishedAt: since } = earlier.summary;
      return yield* new ChangesFound({ count: changes, since, next: yield* see("What changed") });
    }
    if (settings.strict && findings > 0) {
      return yield* new FindingsFound({ count: findings, next: yield* see("What was found") });
    }
    const next = Option.match(
      Option.orElse(settings.report, () => settings.against),
      {
        onNone: () => `Next, for a proof to keep: ${again("--report", "proof.json")}`,
        onSome: (file) =>
          extname(file) === ".json"
            ? `Next, to see later what has changed: ${again("--against", file)}`
            : `See ${Shell.word(file)}`,
      },
    );
    yield* report.note(yield* took(next));
  }).pipe(Effect.scoped);

/** Not of a whole table, which is wrong in a way that no row of it can be. */
const isOfView = ({ side, kind, field }: VerificationSummary["judgement"][number]): boolean =>
  side === "view" && !(kind === "unreadable" && field === null);

const option = <A, B, E, R>(
  given: Option.Option<A>,
  make: (value: A) => Effect.Effect<B, E, R>,
): Effect.Effect<B | undefined, E, R> =>
  Option.match(given, { onNone: () => Effect.succeed(undefined), onSome: make });

/** Looked at before any work is done: evidence that is there is not to be written over. */
const reportPath = ({
  report,
}: Settings<"verify-only">): Effect.Effect<Option.Option<string>, UsageError> => {
  if (Option.isNone(report)) return Effect.succeed(report);
  const path = resolve(base(), report.value);
  const { extensions } = ReportFile;
  if (!extensions.includes(extname(path))) {
    return new UsageError({
      message: `--report writes ${extensions.join(" or ")}, going by the end of the name, and ${JSON.stringify(report.value)} ends otherwise.`,
    });
  }
  return existsSync(path)
    ? new UsageError({
        message: `${JSON.stringify(path)} exists already, and a report replaces nothing: name another file.`,
      })
    : Effect.succeed(Option.some(path));
};

const compared = (table: Comparison.Compared, earlier: Earlier.Earlier | undefined): string => {
  const { side, proven, unchanged, changed, missing, added, fresh, movedOn, isSame, renumbered } =
    table;
  const name = `${side} ${table.table}`;
  const moment = earlier?.summary.finishedAt ?? "";
  if (proven === null) return `${name}: not in the report of ${moment}`;
  const parts = [
    `${unchanged} of ${number(proven, "row")} unchanged since ${moment}`,
    ...[
      ...([
        [changed, "changed"],
        [missing, "missing"],
        [added, "added"],
        [fresh, "new"],
        [movedOn, "moved on with their streams"],
        [renumbered, "under another rowid"],
      ] as const),
    ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])),
  ];
  return `${name}: ${parts.join(", ")}${isSame ? ", the root is the same" : ""}`;
};
