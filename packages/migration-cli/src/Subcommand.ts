import type { Definition } from "./Definition.ts";

/** What the command does: a migration unless a word says otherwise. */

export const names = [
  "migrate",
  "dry-run",
  "verify-only",
  "status",
  "rollback",
  "rebuild-views",
  "ledger",
] as const;

export type Name = (typeof names)[number];

export interface Subcommand {
  /** In the list of them all. */
  readonly brief: string;
  /** Why it takes few options. */
  readonly only?: string;
  readonly summary: string;
  /** What is typed, and what for. */
  readonly examples: ReadonlyArray<readonly [line: string, what: string]>;
}

/** A page of the help that is about no subcommand. */
export const exitCodes = "exit-codes";

/** Those of the command line that are no options. */
export const words: ReadonlyArray<string> = [
  ...names.filter((name) => name !== "migrate"),
  ...["help", exitCodes],
];

/** The one that takes a word of its own: the run. */
export const withOperand: Name = "rollback";

/** What it is called in a sentence. */
export const called = (name: Name): string => (name === "migrate" ? "a migration" : name);

/** In the order of the help. */
export const all = (definition: Definition): Readonly<Record<Name, Subcommand>> => {
  const { name, of, writer, aggregates, example } = definition;
  const onFile = `${name} --database-url ${example}`;
  return {
    migrate: {
      brief: "turn rows into events and views",
      summary: `Turns the rows of ${of} into events and views in the same SQLite file: exactly, all or nothing, and safe to repeat. It makes a backup before it writes. Stop ${writer} first.`,
      examples: [
        [`${onFile} dry-run`, "what would happen"],
        [onFile, "back up and migrate"],
        [`${onFile} verify-only`, "compare every row"],
      ],
    },
    "dry-run": {
      brief: "do the whole work and keep nothing",
      summary: "Does the whole work of a migration and keeps nothing; the file is only read.",
      examples: [
        [`${onFile} dry-run`, "what would happen"],
        [`${onFile} dry-run --clean`, "if it started over"],
        [`DATABASE_URL=${example} ${name} dry-run`, "named otherwise"],
      ],
    },
    "verify-only": {
      brief: "compare every row with its events and views",
      only: "verify-only changes nothing",
      summary:
        "Compares every legacy row with its events and views, and lists the differences and findings.",
      examples: [
        [`${onFile} verify-only`, "compare every row"],
        [`${onFile} verify-only --report proof.json`, "prove it"],
        [`${onFile} verify-only --against proof.json`, "what has changed"],
      ],
    },
    status: {
      brief: "print what is migrated, by which runs",
      only: "status only looks",
      summary:
        "Prints what the file is, how much of it is migrated, each run that wrote to the log, and what to do next. Changes nothing.",
      examples: [
        [`${onFile} status`, "what there is"],
        [`${name} --event-store-url URL status`, "of a log in PostgreSQL"],
        [`${onFile} status > status.txt`, "to keep"],
      ],
    },
    rollback: {
      brief: "take back what a run wrote",
      only: "rollback only takes back what a run wrote",
      summary:
        "Takes back what a run wrote to the log, by default the last one: its events, the snapshots and views of their streams, and nothing else. Makes a backup first. Refused where a stream has moved on.",
      examples: [
        [`${onFile} status`, "which runs there are"],
        [`${onFile} rollback`, "take back the last"],
        [`${onFile} rollback RUN`, "another, by its id"],
      ],
    },
    "rebuild-views": {
      brief: "make the views anew from the events",
      only: "rebuild-views only makes views anew from the events",
      summary: `Makes the views of ${aggregates} anew from their events, all of them or none. Asks nothing: only rows that follow from the events change.`,
      examples: [
        [`${onFile} rebuild-views`, "make the views anew"],
        [`${onFile} rebuild-views --event-store-url URL`, "those in PostgreSQL"],
        [`${onFile} verify-only`, "see that all is well"],
      ],
    },
    ledger: {
      brief: "print what becomes of every column",
      only: "ledger only prints",
      summary:
        "Prints what becomes of every legacy column: of all that are known or, with a database, of those that it has.",
      examples: [
        [`${name} ledger`, "every known column"],
        [`${onFile} ledger`, "those of this file"],
        [`${name} ledger > ledger.md`, "to keep"],
      ],
    },
  };
};
