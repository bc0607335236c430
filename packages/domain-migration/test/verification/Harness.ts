import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { Data, Effect } from "effect";
import { CompiledQuery } from "kysely";
import { afterAll } from "vitest";
import * as Verification from "../../src/Verification.ts";

/** Paths of files to be, in a directory that goes when the test file is done. */
export const paths = (): (() => string) => {
  const directory = mkdtempSync(join(tmpdir(), "verification-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let count = 0;
  return () => join(directory, `${++count}.db`);
};

export interface Verified {
  readonly report: Verification.VerificationSummary;
  readonly differences: ReadonlyArray<Verification.Difference>;
  /** The differences as `describe` tells them. */
  readonly lines: ReadonlyArray<string>;
  readonly findings: ReadonlyArray<Verification.Finding>;
}

/** Collects all differences and findings. */
const verifyOpen = (options: Verification.Options = {}) =>
  Effect.gen(function* () {
    const differences: Array<Verification.Difference> = [];
    const findings: Array<Verification.Finding> = [];
    const observer: Verification.Observer = {
      onDifferences: (found) => Effect.sync(() => differences.push(...found)),
      onFinding: (finding) => Effect.sync(() => findings.push(finding)),
      onProgress: () => Effect.void,
    };
    const report = yield* Verification.verify(observer, options);
    return { report, differences, findings, lines: differences.map(Verification.describe) };
  });

export const verify = (path: string, options?: Verification.Options): Promise<Verified> =>
  verifyOpen(options).pipe(
    Effect.provide(SqliteDatabase.layer({ path, mode: "read" })),
    Effect.runPromise,
  );

export type Cell = bigint | number | string | Uint8Array | null;
export type Run = (
  sql: string,
  ...parameters: ReadonlyArray<Cell>
) => ReadonlyArray<Readonly<Record<string, Cell>>>;

const runOn =
  (database: SqliteDatabase.Service): Run =>
  (sql, ...parameters) =>
    database.execute({
      compile: () => CompiledQuery.raw(sql, [...parameters]) as CompiledQuery<Record<string, Cell>>,
    });

/** Changes the file, all or nothing. */
export const edit = <A>(path: string, change: (run: Run) => A): Promise<A> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const database = yield* SqliteDatabase.SqliteDatabase;
      const work = database.run("a test's change", () => change(runOn(database)));
      return yield* database.transaction(work);
    }).pipe(Effect.provide(SqliteDatabase.layer({ path, synchronous: "normal" }))),
  );

/** A copy of the file, changed. */
export const changed = async (
  from: string,
  to: string,
  change: (run: Run) => unknown,
): Promise<string> => {
  copyFileSync(from, to);
  await edit(to, change);
  return to;
};

class Undo<A> extends Data.TaggedError("Undo")<{ readonly value: A }> {}

/** What a verification says after each change alone, with what the change returned. */
export const verifyEach = <A>(
  path: string,
  changes: ReadonlyArray<(run: Run) => A>,
): Promise<ReadonlyArray<Verified & { readonly value: A }>> =>
  Effect.gen(function* () {
    const database = yield* SqliteDatabase.SqliteDatabase;
    return yield* Effect.forEach(changes, (change) =>
      database
        .run("a test's change", () => change(runOn(database)))
        .pipe(
          Effect.flatMap((value) => Effect.map(verifyOpen(), (found) => ({ ...found, value }))),
          Effect.flatMap((value) => new Undo({ value })),
          database.transaction,
          Effect.catchTag("Undo", ({ value }) => Effect.succeed(value)),
        ),
    );
  }).pipe(Effect.provide(SqliteDatabase.layer({ path })), Effect.runPromise);
