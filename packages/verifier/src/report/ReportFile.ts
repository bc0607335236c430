import { extname } from "node:path";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { DateTime, Effect, type Scope } from "effect";
import { sql } from "kysely";
import type { Plan } from "@ledgerfold/declaration/Plan";
import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import type { Sink } from "../proof/Proof.ts";
import { versionOf } from "../proof/ProvenTables.ts";
import type { Difference } from "../Difference.ts";
import { shown } from "../Difference.ts";
import { describe, type Finding } from "../Finding.ts";
import { printable } from "../Display.ts";
import { query } from "../Query.ts";
import * as Ranges from "../Ranges.ts";
import type { VerificationSummary } from "../VerificationSummary.ts";
import * as Document from "../Document.ts";
import type { Form } from "./Form.ts";
import * as HtmlReport from "./HtmlReport.ts";
import * as JsonReport from "./JsonReport.ts";
import * as NewFile from "./NewFile.ts";

/** The file that a verification is written down in. */

export type { ReportFailed } from "./NewFile.ts";

/** Writes down what a verification finds, in the form that the file's name calls for. */
export interface ReportFile {
  /**
   * Called first, in the snapshot that is verified: the tables to be proven decide the file's
   * version.
   */
  readonly begin: (database: Service) => Effect.Effect<void, DatabaseBusy | DatabaseError>;
  readonly differences: (differences: ReadonlyArray<Difference>) => Effect.Effect<void>;
  readonly finding: (finding: Finding) => Effect.Effect<void>;
  readonly proof: Sink<NewFile.ReportFailed>;
  /** What the summary says of the file, from the snapshot that is verified. */
  readonly look: (
    database: Service,
    schema: ReadonlyArray<FileTable>,
    /** Where the log is, if not in the file. */
    log?: string,
    /** What the database is a copy of, if it is one. */
    source?: Document.Source,
  ) => Effect.Effect<void, DatabaseBusy | DatabaseError>;
  readonly finish: (
    summary: VerificationSummary,
  ) => Effect.Effect<NewFile.Published, NewFile.ReportFailed>;
}

const forms: Readonly<Record<string, (file: NewFile.NewFile) => Effect.Effect<Form>>> = {
  ".json": JsonReport.make,
  ".html": HtmlReport.make,
};

/** The ends of file names, which tell the form of a report. */
export const extensions: ReadonlyArray<string> = Object.keys(forms);

/**
 * `path` is a file that is not there yet, and ends in one of `extensions`; it has its name only once
 * `finish` has written all of it. `program` is the version of whoever verifies.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import { SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
 * import { prove } from "@ledgerfold/verifier/proof/Proof";
 * import * as ReportFile from "@ledgerfold/verifier/report/ReportFile";
 * import { verify } from "@ledgerfold/verifier/Verify";
 * import { Effect } from "effect";
 *
 * declare const plan: Plan;
 *
 * export const report = Effect.gen(function* () {
 *   const file = yield* ReportFile.make("proof.json", "1.0.0", plan);
 *   const observer = {
 *     onDifferences: file.differences,
 *     onFinding: file.finding,
 *     onProgress: () => Effect.void,
 *   };
 *   const summary = yield* verify(plan, observer, {
 *     before: file.begin,
 *     also: ({ database, schema }) =>
 *       Effect.zipRight(
 *         file.look(database, schema),
 *         prove(database, plan, [file.proof], () => Effect.void),
 *       ),
 *   });
 *   return yield* file.finish(summary);
 * }).pipe(Effect.scoped);
 * ```
 */
export const make = (
  path: string,
  program: string,
  plan: Pick<Plan, "ledger" | "words" | "tables" | "migrations">,
): Effect.Effect<ReportFile, NewFile.ReportFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { ledger: known, words, tables } = plan;
    const startedAt = yield* now;
    const form = yield* Effect.flatMap(NewFile.make(path), forms[extname(path)] ?? JsonReport.make);
    let version: Document.Version = 1;
    let facts: Facts | undefined;
    return {
      begin: (database) =>
        Effect.gen(function* () {
          version = yield* database.run("looking for tables", () => versionOf(database, plan));
          yield* form.begin(version);
        }),
      differences: (differences) =>
        Effect.forEach(differences, (one) => form.difference(shown(one)), { discard: true }),
      finding: (finding) => form.finding({ kind: finding.kind, text: describe(finding) }),
      proof: form.proof,
      look: (database, schema, log, source) =>
        Effect.gen(function* () {
          const found = yield* database.run("looking at the file", () => look(database));
          const ledger = known.linesOf(schema).map(([table, column, becomes]) => {
            return { table, column, becomes: printable(becomes) };
          });
          facts = { ...found, ledger, ranges: yield* Ranges.read(database, tables), log, source };
        }),
      finish: ({ tallies, differences, since, findings, judgement, leftOut }) =>
        Effect.gen(function* () {
          const { sqlite = "", path = "", bytes = 0, ledger = [], ranges = [] } = facts ?? {};
          const { log, source } = facts ?? {};
          return yield* form.finish({
            format: Document.format,
            version,
            program: { version: program, sqlite, name: words.command, writer: words.writer },
            database: { path: printable(path), bytes },
            ...(source === undefined
              ? {}
              : { source: { ...source, database: printable(source.database) } }),
            ...(log === undefined ? {} : { log: printable(log) }),
            startedAt,
            finishedAt: yield* now,
            isSame: differences === 0,
            tallies,
            counts: { differences, since, findings },
            judgement,
            leftOut,
            ledger,
            ranges,
            tables: form.tables(),
          });
        }),
    };
  });

interface Facts {
  readonly sqlite: string;
  readonly path: string;
  readonly bytes: number;
  readonly ledger: ReadonlyArray<Document.LedgerLine>;
  readonly ranges: ReadonlyArray<Document.Range>;
  readonly log: string | undefined;
  readonly source: Document.Source | undefined;
}

const look = (database: Service) => {
  const [found] = database.execute(
    query(sql<{ sqlite: string; bytes: bigint }>`
      select sqlite_version() as sqlite, page_count * page_size as bytes
      from pragma_page_count, pragma_page_size`),
  );
  return {
    path: database.path,
    sqlite: found?.sqlite ?? "",
    bytes: Number(found?.bytes ?? 0n),
  };
};

const now = Effect.map(DateTime.now, DateTime.formatIso);
