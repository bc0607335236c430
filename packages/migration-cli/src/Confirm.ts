import { quote } from "@ledgerfold/migration/Cell";
import type { Survey } from "@ledgerfold/migration/Migrating";
import { Effect, Schema } from "effect";
import type { Report } from "./Report.ts";
import { Screen } from "./Screen.ts";
import { UsageError } from "./UsageError.ts";

/** The operator said no. Nothing was touched. */
class Declined extends Schema.TaggedError<Declined>()("Declined", {}) {
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

/**
 * Asks what the plan of the migration asks before anything is written. Where the command makes the
 * backup itself, `backup` says where, and nobody is asked to make one.
 */
export const confirm = (survey: Survey, clean: boolean, backup: string | undefined) =>
  Effect.gen(function* () {
    if (clean) {
      yield* typed("This will DELETE all events! Type 'DELETE' to confirm:");
      yield* typed("This will DELETE all events! Type 'DELETE' to confirm:");
    } else {
      for (const [type] of survey.events)
        yield* yes(`Events detected for ${type}. Continue? [y/N]`);
    }
    yield* yes(
      backup === undefined
        ? "Create database backup before proceeding! Continue? [y/N]"
        : `A backup goes to ${quote(backup)} before anything is written. Continue? [y/N]`,
    );
  });

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
export const warnOfLoss = (survey: Survey, report: Report) =>
  report.note(
    `Warning: --clean deletes ${survey.total} events; ${survey.total - survey.recoverable} of them no migration can bring back.`,
  );
