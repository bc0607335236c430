import { Either } from "effect";
import { appendAll, appendEncoded } from "../internal/append.ts";
import type { Engine } from "../internal/Engine.ts";
import * as AppendTables from "./AppendTables.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import * as Fill from "./Fill.ts";
import type { Statements } from "./Statements.ts";
import * as Failures from "./Failures.ts";

/** Appends to a file, each in one synchronous step. */
export const make = (
  database: Service,
  statements: Statements,
  load: BulkLoad,
  committed: () => void,
): Pick<Engine, "append" | "appendEncoded"> => {
  const tables = AppendTables.make(statements, load);
  const { canFill, fill } = Fill.make(database, statements, load, tables);

  /** `freshIn` gives the view tables when all streams are to be fresh ones. */
  const appending = <A, E>(
    freshIn: () => Iterable<string> | undefined,
    work: () => Either.Either<A, E>,
  ) =>
    database.atomic(
      "appending",
      () => {
        statements.refresh();
        tables.begin();
        load.beginAppend(freshIn);
        return Failures.ownFailures(work);
      },
      committed,
    );

  return {
    append: (appends, at) =>
      appending(
        () =>
          appends.every(({ expected }) => expected === "none")
            ? new Set(appends.map(({ aggregate }) => aggregate.view.table))
            : undefined,
        () => appendAll(tables, appends, at),
      ),
    appendEncoded: (aggregate, streams, at) =>
      appending(
        () => [aggregate.view.table],
        () => {
          const filled = canFill(aggregate, streams) ? fill(aggregate, streams, at) : undefined;
          // A stream that is there already is named by the row that the key refuses.
          return filled === undefined
            ? appendEncoded(tables, aggregate, streams, at)
            : Either.right(filled);
        },
      ),
  };
};
