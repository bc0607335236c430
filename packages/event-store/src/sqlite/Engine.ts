import { Effect } from "effect";
import { sql } from "kysely";
import * as Changes from "../internal/Changes.ts";
import type { Engine } from "../internal/Engine.ts";
import * as Appender from "./Appender.ts";
import * as BulkLoad from "./BulkLoad.ts";
import * as Checkpoints from "./Checkpoints.ts";
import type { Service } from "./Database.ts";
import * as Events from "./Events.ts";
import { remove } from "./Removal.ts";
import * as Runs from "./Runs.ts";
import { isSetUp, setup } from "./Schema.ts";
import * as Statements from "./Statements.ts";
import * as TableShape from "./TableShape.ts";
import * as Views from "./Views.ts";

/** An engine in the SQLite file that `database` has open. */
export const make = (database: Service): Engine => {
  const statements = Statements.make(database);
  const changes = Changes.make();
  const load = BulkLoad.make(database, statements);
  const { run } = load;
  const insistOnFit = (viewTables: ReadonlyArray<string>) =>
    Effect.flatMap(
      run("looking at the tables of the log", () => TableShape.unfit(database, viewTables)),
      (unfit) => unfit ?? Effect.void,
    );

  return {
    transaction: database.transaction,
    afterCommit: database.afterCommit,
    changes: changes.subscribe,
    bulk: load.bulk,
    setup: (viewTables) =>
      database.transaction(
        Effect.zipRight(
          insistOnFit(viewTables),
          Effect.flatMap(
            run("making the tables of the log", () => {
              const unfit = setup(database, viewTables);
              statements.forget();
              return unfit;
            }),
            (unfit) => unfit ?? Effect.void,
          ),
        ),
      ),
    isSetUp: (viewTables) =>
      Effect.zipRight(
        insistOnFit(viewTables),
        run("looking for the tables of the log", () => isSetUp(database, viewTables)),
      ),
    ...Appender.make(database, statements, load, changes.signal),
    ...Events.make(database, statements, load),
    ...Views.make(database, statements, load),
    ...Checkpoints.make(database, statements, load),
    ...Runs.make(database, statements, load),
    // Whoever is in a transaction is the only writer.
    holdLog: Effect.void,
    erase: (types, viewTables) =>
      run("erasing", () => {
        const erase = (table: string, where = sql``) =>
          statements.exists(table) ? remove(database, table, sql`${sql.table(table)} ${where}`) : 0;
        const ofTypes = sql`where aggregate_type in (${sql.join(types)})`;
        for (const table of viewTables) erase(table);
        erase("snapshots", ofTypes);
        return erase("events", ofTypes);
      }),
  };
};
