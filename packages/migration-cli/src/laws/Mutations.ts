import type { Plan } from "@ledgerfold/declaration/Plan";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import { show as showCell, type Row } from "@ledgerfold/verifier/Cell";
import * as AggregateSpecs from "@ledgerfold/verifier/AggregateSpecs";
import { Data, Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import * as Copy from "./Copy.ts";
import * as Fields from "./Fields.ts";
import * as Meaning from "./Meaning.ts";
import * as Places from "./Places.ts";

/** One change of one cell, fit for a screen. */
export interface Change {
  readonly table: string;
  readonly key: string;
  /** Of JSON with the path in it, as `payload.Sent.items.0.name`. */
  readonly column: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutated {
  /** Changes that mean something, and were seen. */
  readonly seen: number;
  /** The same value written otherwise: left alone, and no difference. */
  readonly withoutMeaning: number;
  /** Changes in columns that are left out, or of which no field says anything. */
  readonly leftOut: number;
  /** Values that the table would not take. */
  readonly refused: number;
  /** Changes that mean something, and that verification did not see. */
  readonly unseen: ReadonlyArray<Change>;
  /** Changes without meaning that it called a difference. */
  readonly toldApart: ReadonlyArray<Change>;
}

export interface Options<Type extends string> extends Copy.Given<Type> {
  /** How many rows of each table, and how many events and views of each aggregate; 4 without it. */
  readonly rows?: number;
}

class Undo<A> extends Data.TaggedError("Undo")<{ readonly value: A }> {}

/**
 * Sets every column of a sample of rows of every table, child and lookup, and every field of their
 * events and views, to values of all classes of SQLite, one at a time, and verifies after each. A
 * change that means something must be a difference, and one that does not must be none. What a
 * cell says is judged by its column's kind, and in a field with a rule of its own by that rule.
 *
 * Each change takes a verification of the sample, some milliseconds; where a definition has joins of
 * its own, of the whole file. Tables beside it that such joins read are not changed.
 *
 * ```ts
 * const { seen, unseen, toldApart } = yield* Laws.mutations({ plan, path: "shop.db" });
 * ```
 *
 * Fails as a migration of the file would, and with NotClean where its copy does not verify.
 */
export const mutations = <Type extends string>({ rows = 4, ...given }: Options<Type>) =>
  Copy.migrated(given, rows, (database) =>
    Effect.gen(function* () {
      const { plan, leaveOut } = given;
      const counts = { seen: 0, withoutMeaning: 0, leftOut: 0, refused: 0 };
      const unseen: Array<Change> = [];
      const toldApart: Array<Change> = [];
      /** Undefined where the table would not have it; all is as it was afterwards. */
      const verified = <A>(change: RawBuilder<unknown>, look: () => A | undefined) =>
        Effect.gen(function* () {
          const weight = yield* database.run("changing a cell", () => {
            try {
              database.execute(raw(change));
            } catch (cause) {
              if (/constraint failed|malformed JSON|datatype mismatch/.test(String(cause))) return;
              throw cause;
            }
            return look();
          });
          if (weight === undefined) return yield* new Undo({ value: undefined });
          const { differences } = yield* Copy.differencesOf(plan, leaveOut);
          return yield* new Undo({ value: { weight, differences } });
        }).pipe(
          database.transaction,
          Effect.catchTag("Undo", ({ value }) => Effect.succeed(value)),
        );
      const count = (
        change: Change,
        outcome: { readonly weight: Places.Weight; readonly differences: number } | undefined,
      ) => {
        if (outcome === undefined) counts.refused += 1;
        else if (outcome.weight === "left out") counts.leftOut += 1;
        else if (outcome.weight === "same value") {
          counts.withoutMeaning += 1;
          if (outcome.differences > 0) toldApart.push(change);
        } else if (outcome.differences > 0) counts.seen += 1;
        else unseen.push(change);
      };
      for (const cell of cells(database, plan, rows)) {
        count(cell.change, yield* verified(cell.update, cell.weigh));
      }
      for (const field of Fields.changes(database, plan, rows)) {
        count(field.change, yield* verified(field.update, field.weigh));
      }
      return { ...counts, unseen, toldApart } satisfies Mutated;
    }),
  );

/** Every cell of a sample of the legacy rows, to every other value. */
function* cells(database: Service, plan: Plan, most: number) {
  for (const source of Places.sources(database, plan)) {
    const { show } = AggregateSpecs.of(source.migration);
    for (const rowid of Places.rowids(database, source, most)) {
      const before = Places.rowOf(database, source.table, rowid);
      const key = source.key.map((name) => show.cell(before[name])).join(", ");
      const saidBefore = joined(database, source);
      for (const [column, fate] of source.columns) {
        const cell = before[column] ?? null;
        for (const value of Meaning.others(fate.kind, cell)) {
          yield {
            change: {
              ...{ table: source.table, key, column },
              ...{ from: show.cell(cell), to: show.cell(value) },
            },
            update: sql`update ${sql.table(source.table)} set ${sql.id(column)} = ${value}
              where rowid = ${rowid}`,
            weigh: () => {
              const after = Places.rowOf(database, source.table, rowid);
              if (Meaning.isSame(after[column] ?? null, cell)) return undefined;
              const isJoined = joined(database, source) !== saidBefore;
              return Places.weigh(source, column, fate, { before, after, joined: isJoined });
            },
          };
        }
      }
    }
  }
}

const joined = (database: Service, { joins }: Places.Source): string =>
  joins
    .map(({ says }) =>
      database.execute(raw(says as RawBuilder<Row>)).map((row) =>
        Object.values(row)
          .map((cell) => showCell(cell))
          .join(),
      ),
    )
    .join("\n");
