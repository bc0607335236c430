import type { Run } from "./Harness.ts";
import { columnsOf } from "./Mutations.ts";

/** Makes the tables anew without types, keys or rules, so that any cell holds anything. */
export const loosen = (run: Run, tables: ReadonlyArray<string>): void => {
  run("DROP VIEW IF EXISTS trade_accumulators_with_net");
  for (const table of tables) {
    // An expression has no affinity, and the column made of it has none either.
    const columns = columnsOf(run, table).map((column) => `(+${column}) AS ${column}`);
    run(`CREATE TABLE loosened AS SELECT ${columns.join(", ")} FROM ${table}`);
    run(`DROP TABLE ${table}`);
    run(`ALTER TABLE loosened RENAME TO ${table}`);
  }
};
