import { describe } from "@ledgerfold/migration/BadData";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { type Entry, MigrationLog } from "@ledgerfold/migration/MigrationLog";
import { describe as describeFinding } from "@ledgerfold/verifier/Finding";
import { Console, Effect, Layer, Ref } from "effect";
import * as Patience from "./Patience.ts";
import * as Progress from "./Progress.ts";
import { Screen } from "./Screen.ts";
import * as Shown from "./Shown.ts";

/** What a run says, as lines: results on stdout, everything else on stderr. */

/** A terminal shows so many lines of one kind; a file gets them all. */
const mostOnScreen = 50;

const mostKept = 1_000;

export const make = Effect.gen(function* () {
  const screen = yield* Screen;
  const progress = yield* Progress.make;
  // Whoever says why it ended finds a clean line.
  yield* Effect.addFinalizer(() => progress.clear);
  const listed = yield* Ref.make(0);

  const result = (line: string) => Effect.zipRight(progress.clear, Console.log(Shown.line(line)));
  const note = (line: string) => Effect.zipRight(progress.clear, Console.error(Shown.line(line)));

  yield* Effect.locallyScoped(Patience.teller, note);

  /** One of possibly very many lines. */
  const listLine = (line: string, show: (line: string) => Effect.Effect<void>, onScreen: boolean) =>
    Effect.flatMap(
      Ref.updateAndGet(listed, (count) => count + 1),
      (count) => {
        if (!onScreen || count <= mostOnScreen) return show(line);
        if (count > mostOnScreen + 1) return Effect.void;
        return note(`(only the first ${mostOnScreen} are shown here; a file gets all of them)`);
      },
    );

  let differing: ReadonlyArray<string> = [];
  let differingCount = 0;
  /** A stream that begins otherwise than a run would begin it: told at the run's end, if few do. */
  const addDiffering = (line: string) =>
    Effect.sync(() => {
      differingCount += 1;
      if (differingCount <= mostKept) differing = [...differing, line];
    });
  const listDiffering = (most: number) =>
    Effect.suspend(() => {
      const listed = differingCount > most ? [] : differing;
      [differing, differingCount] = [[], 0];
      return Effect.forEach(listed, (line) => listLine(line, note, screen.live), { discard: true });
    });

  return {
    result,
    note,
    listLine,
    addDiffering,
    listDiffering,
    progress: progress.show,
    live: screen.live,
  };
});

export type ConsoleReport = Effect.Effect.Success<typeof make>;

/** The migration's log on a report. In a dry run each result says that nothing is kept. */
export const layerLog = (report: ConsoleReport, dryRun: boolean): Layer.Layer<MigrationLog> => {
  const list = (line: string) => report.listLine(line, report.note, report.live);
  const write = (entry: Entry): Effect.Effect<void> => {
    switch (entry._tag) {
      case "Started":
        return report.note(`Run ${entry.runId}${dryRun ? ", a dry run: nothing is kept" : ""}.`);
      case "Progress":
        return report.progress({ ...entry, what: entry.aggregate });
      case "BackupProgress":
        return report.progress({ ...entry, what: "Backup" });
      case "BackedUp":
        return report.note(
          `Backed up to ${quote(entry.path)}, ${entry.bytes} bytes: SQLite finds no fault with it, and it holds what the database holds.`,
        );
      case "BadCell":
        return list(`Bad data: ${describe(entry.bad)}`);
      case "ExistingEventDiffers":
        return report.addDiffering(
          `Existing event differs: ${entry.aggregate} ${quote(entry.id)}: ${entry.difference}`,
        );
      case "Warning":
        return report.note(`Warning: ${entry.message}.`);
      case "Finding":
        return list(`Warning: ${describeFinding(entry.finding)}.`);
      case "Result":
        return report.result(dryRun ? `Dry run: ${entry.message}` : entry.message);
    }
  };
  return Layer.succeed(MigrationLog, { write });
};
