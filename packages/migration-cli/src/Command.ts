import * as CliCommand from "@effect/cli/Command";
import * as HelpDoc from "@effect/cli/HelpDoc";
import * as Options from "@effect/cli/Options";
import { Config, Effect } from "effect";
import type { Definition } from "./Definition.ts";
import { exitCodes } from "./ExitCode.ts";

/** The command line: which options there are, and what they say of themselves. */

const optionsOf = ({ aggregates, decisions, writer }: Definition) => ({
  databaseUrl: Options.text("database-url").pipe(
    Options.withPseudoName("path"),
    Options.withDescription(
      "The SQLite file to work on, which must exist: a path, or one behind sqlite:, sqlite:// or file:. DATABASE_URL can name it instead.",
    ),
    Options.withFallbackConfig(Config.nonEmptyString("DATABASE_URL")),
    Options.optional,
  ),
  eventStoreUrl: Options.text("event-store-url").pipe(
    Options.withPseudoName("url"),
    Options.withDescription(
      "Keep the events in PostgreSQL and not in the file, which is then only read: postgresql://user@host/database. EVENT_STORE_URL can name it instead, which keeps its password out of the list of processes.",
    ),
    Options.withFallbackConfig(Config.nonEmptyString("EVENT_STORE_URL")),
    Options.optional,
  ),
  force: Options.boolean("force").pipe(
    Options.withDescription("Ask nothing. Needed where there is no terminal to ask on."),
  ),
  clean: Options.boolean("clean").pipe(
    Options.withDescription(
      `Start over: delete the events, snapshots and views of ${aggregates} first, in the same transaction. Asks twice.`,
    ),
  ),
  backup: Options.text("backup").pipe(
    Options.withPseudoName("path"),
    Options.withDescription(
      "Where the backup goes that is made before the first write: a file that does not exist yet, or a folder. Without it, beside the database as <file>.<UTC>.backup.",
    ),
    Options.optional,
  ),
  noBackup: Options.boolean("no-backup").pipe(
    Options.withDescription("Make no backup; you are asked whether there is one."),
  ),
  decisions: Object.fromEntries(
    Object.entries(decisions).map(([name, { values, description }]) => [
      name,
      Options.choice(name, values).pipe(Options.withDescription(description), Options.optional),
    ]),
  ),
  leaveOut: Options.text("leave-out").pipe(
    Options.withPseudoName("table | table.column"),
    Options.withDescription(
      `Go on without a table or column that no known version of ${writer} made. Can be given more than once.`,
    ),
    Options.repeated,
  ),
  strict: Options.boolean("strict").pipe(
    Options.withDescription("With verify-only: end with 9 when there are findings."),
  ),
  report: Options.text("report").pipe(
    Options.withPseudoName("file.json | file.html"),
    Options.withDescription(
      "With verify-only: write what it finds to a file that does not exist yet: as JSON with a hash of every row of both sides, or as a page to look at.",
    ),
    Options.optional,
  ),
  against: Options.text("against").pipe(
    Options.withPseudoName("file.json"),
    Options.withDescription(
      "With verify-only: list the rows that have changed on either side since that report was written.",
    ),
    Options.optional,
  ),
});

/** What works on databases is loaded when there is one to work on; help needs none of it. */
const commands = Effect.promise(() => import("./commands.ts"));
const verifying = Effect.promise(() => import("./verifyOnly.ts"));

export const make = (definition: Definition) => {
  const { name, of, writer, aggregates } = definition;
  const root = CliCommand.make(name, optionsOf(definition), (settings) =>
    Effect.flatMap(commands, ({ migrate }) => migrate(definition, settings)),
  ).pipe(
    CliCommand.withDescription(
      `Turns the rows of ${of} into events and views in the same SQLite file: exactly, all or nothing, and safe to repeat. It makes a backup before it writes. Stop ${writer} first.`,
    ),
  );
  const subcommands = [
    CliCommand.make("dry-run", {}, () =>
      Effect.flatMap(commands, ({ dryRun }) =>
        Effect.flatMap(root, (settings) => dryRun(definition, settings)),
      ),
    ).pipe(
      CliCommand.withDescription("Do the whole work and keep nothing; the file is only read."),
    ),
    CliCommand.make("verify-only", {}, () =>
      Effect.flatMap(verifying, ({ verifyOnly }) =>
        Effect.flatMap(root, (settings) => verifyOnly(definition, settings)),
      ),
    ).pipe(
      CliCommand.withDescription(
        "Compare every legacy row with its events and views, and list the differences and findings.",
      ),
    ),
    CliCommand.make("rebuild-views", {}, () =>
      Effect.flatMap(commands, ({ rebuildViews }) =>
        Effect.flatMap(root, (settings) => rebuildViews(definition, settings)),
      ),
    ).pipe(
      CliCommand.withDescription(
        `Make the views of ${aggregates} anew from their events, all of them or none. Asks nothing: only rows that follow from the events change.`,
      ),
    ),
    CliCommand.make("ledger", {}, () =>
      Effect.flatMap(commands, ({ ledger }) =>
        Effect.flatMap(root, (settings) => ledger(definition, settings)),
      ),
    ).pipe(
      CliCommand.withDescription(
        "Print what becomes of every legacy column: of all that are known or, with a database, of those that it has.",
      ),
    ),
  ] as const;
  return root.pipe(CliCommand.withSubcommands(subcommands));
};

const examplesOf = ({ name, example }: Definition) =>
  [
    [`${name} --database-url ${example} dry-run`, "what would happen"],
    [`${name} --database-url ${example}`, "back up and migrate, asking first"],
    [`${name} --database-url ${example} verify-only --report proof.json`, "prove it"],
    [`${name} --database-url ${example} verify-only --against proof.json`, "what changed"],
    [`${name} --database-url ${example} rebuild-views`, "make the views anew"],
    [`${name} ledger`, "what becomes of every column"],
    [`${name} --database-url ${example} --clean --force`, "start over, asking nothing"],
  ] as const;

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done",
  unexpected: "something unexpected",
  usage: "wrong usage",
  differences: "verification found differences, or rows that changed since a report",
  badData: "bad legacy data, nothing was written",
  busy: "another run or program holds the database",
  existingEvents: "existing events differ or cannot be read, nothing was written",
  backup: "the backup failed, nothing was written",
  declined: "declined at a prompt",
  findings: "verification found no differences, but findings, and --strict was given",
  report: "the report could not be written",
  interrupted: "interrupted, nothing was written",
};

const section = (title: string, rows: ReadonlyArray<readonly [string, string]>) => {
  const width = Math.max(...rows.map(([term]) => term.length));
  const lines = rows.map(([term, meaning]) => HelpDoc.p(`${term.padEnd(width)}  ${meaning}`));
  return HelpDoc.sequence(
    HelpDoc.h1(title),
    HelpDoc.enumeration(lines as [HelpDoc.HelpDoc, ...Array<HelpDoc.HelpDoc>]),
  );
};

export const footer = (definition: Definition) =>
  HelpDoc.sequence(
    section("EXAMPLES", examplesOf(definition)),
    section(
      "EXIT CODES",
      Object.entries(exitCodes).map(([name, code]) => [
        String(code),
        meanings[name as keyof typeof exitCodes],
      ]),
    ),
  );
