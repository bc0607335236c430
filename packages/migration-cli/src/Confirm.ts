import { quote } from "@ledgerfold/migration/internal/Cell";
import type { Survey } from "@ledgerfold/migration/Migrating";
import type { ToConfirm } from "@ledgerfold/migration/internal/sqlite/ToConfirm";
import { Effect, Schema } from "effect";
import type { ConsoleReport } from "./ConsoleReport.ts";
import { number } from "./Prose.ts";
import { Screen } from "./Screen.ts";
import { UsageError } from "./UsageError.ts";

/** The operator said no. Nothing was touched. */
export class Declined extends Schema.TaggedError<Declined>()("Declined", {}) {
  override get message() {
    return "Declined; nothing was changed.";
  }
}

/** Where nobody can answer, a question would wait for ever. */
export const orRefuse = Effect.flatMap(Screen, ({ answers }) =>
  answers
    ? Effect.void
    : new UsageError({
        message:
          "This asks before it writes, and there is no terminal to ask on: add --force to go on without questions, or use dry-run.",
      }),
);

/** What there is of a backup before the first write. */
export type Backup =
  /** The command makes it, here. */
  | { readonly to: string }
  /** The command makes this file, so there is nothing to copy. */
  | { readonly newFile: string }
  /** The operator is to make one. */
  | undefined;

interface Asked {
  readonly survey: Survey;
  readonly clean: boolean;
  readonly backup: Backup;
  /** What the definitions want to be known of the rows. */
  readonly rows: ReadonlyArray<ToConfirm>;
}

/** Asks what the plan of the migration asks before anything is written. */
export const confirm = ({ survey, clean, backup, rows }: Asked) =>
  Effect.gen(function* () {
    if (clean) {
      yield* typed("This will DELETE all events! Type 'DELETE' to confirm:");
      yield* typed("This will DELETE all events! Type 'DELETE' to confirm:");
    } else {
      for (const [type] of survey.events)
        yield* yes(`Events detected for ${type}. Continue? [y/N]`);
    }
    yield* yes([...rows.map(ofRows), said(backup), "Continue? [y/N]"].join(" "));
  });

/** Asks what is asked before a run is taken back: twice for it, and once about the backup. */
export const confirmRollback = (run: string, events: number, backup: Backup, isFile: boolean) =>
  Effect.gen(function* () {
    const question = `This will DELETE the ${number(events, "event")} of the run ${run}! Type 'DELETE' to confirm:`;
    yield* typed(question);
    yield* typed(question);
    const about = isFile
      ? said(backup)
      : "The log is in PostgreSQL, and no backup of it is made here: make one before proceeding!";
    yield* yes(`${about} Continue? [y/N]`);
  });

const ofRows = ({ table, column, rows, words }: ToConfirm): string =>
  `${column} is set in ${rows} ${rows === 1 ? "row" : "rows"} of ${table}: ${words}.`;

const said = (backup: Backup): string => {
  if (backup === undefined) return "Create database backup before proceeding!";
  return "to" in backup
    ? `A backup goes to ${quote(backup.to)} before anything is written.`
    : `The log ${quote(backup.newFile)} is made anew, so there is nothing to back up.`;
};

const yes = (question: string) =>
  Effect.flatMap(ask(question), (answer) =>
    /^y(es)?$/i.test(answer.trim()) ? Effect.void : new Declined(),
  );

const typed = (question: string) =>
  Effect.flatMap(ask(question), (answer) =>
    answer.trim() === "DELETE" ? Effect.void : new Declined(),
  );

const ask = (question: string) =>
  Effect.flatMap(Screen, (screen) => screen.ask(question)).pipe(
    Effect.catchTag("NoAnswer", () => new Declined()),
  );

/** What --clean is about to delete, said whether or not somebody is asked. */
export const warnOfLoss = (survey: Survey, report: ConsoleReport) =>
  report.note(
    `Warning: --clean deletes ${number(survey.total, "event")}; ${survey.total - survey.recoverable} of them no row brings back.`,
  );
