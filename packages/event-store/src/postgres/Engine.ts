import { Effect, Either } from "effect";
import type { Engine } from "../internal/Engine.ts";
import * as AppendPlan from "../remote/AppendPlan.ts";
import * as Appender from "./Appender.ts";
import * as Checkpoints from "./Checkpoints.ts";
import type { Service } from "./Database.ts";
import * as Exclusion from "./Exclusion.ts";
import * as Events from "./Events.ts";
import * as FoundTables from "./FoundTables.ts";
import * as Lock from "./Lock.ts";
import * as Removal from "./Removal.ts";
import * as Runs from "./Runs.ts";
import { isSetUp, setup } from "./Schema.ts";
import * as Statements from "./Statements.ts";
import { escapeNul } from "./Text.ts";
import * as Views from "./Views.ts";

/** An engine in one schema of a PostgreSQL database. */
export const make = (database: Service): Engine => {
  const { schema, use, changes } = database;
  const statements = Statements.make(schema);
  const tables = FoundTables.make(database);
  const { exists, find } = tables;
  const removal = Removal.make(database, statements);
  const { remove, keepPosition, beginGeneration } = removal;
  const append = Appender.make(database, statements);

  const appending: Engine["append"] = (appends, at) =>
    appends.length === 0
      ? Effect.succeed([])
      : Effect.zipLeft(append({ appends, at }), database.afterCommit(changes.signal));

  return {
    transaction: database.transaction,
    afterCommit: database.afterCommit,
    changes: changes.subscribe,
    bulk: database.transaction,
    // Before the transaction, which would keep others from what they need for the same.
    setup: (viewTables) =>
      Effect.zipRight(
        Exclusion.insist(database),
        database.transaction(use((session) => setup(database, session, viewTables))),
      ),
    isSetUp: (viewTables) => use((session) => isSetUp(database, session, viewTables)),
    append: appending,
    // To encode them once more costs nothing beside the round trip to a server.
    appendEncoded: (aggregate, streams, at) =>
      Effect.flatMap(
        Either.all(streams.map((stream) => AppendPlan.toAppend(aggregate, stream))),
        (appends) => appending(appends, at),
      ),
    ...Events.make(statements, tables),
    ...Views.make(database, statements, tables, removal),
    ...Checkpoints.make(database, statements, tables, removal),
    ...Runs.make(database, tables, removal),
    holdLog: use((session) =>
      Effect.zipRight(
        session.execute("waiting for other writers", Lock.take(schema)),
        beginGeneration(session, "announcing views to be made anew"),
      ),
    ),
    erase: (types, viewTables) =>
      find("events", 0, (session) =>
        Effect.gen(function* () {
          const twice = [types.map(escapeNul), types.map(escapeNul)];
          yield* session.execute("erasing", Lock.take(schema));
          yield* keepPosition(session, "erasing");
          yield* beginGeneration(session, "erasing");
          for (const table of viewTables) {
            if (!(yield* exists(session, table))) continue;
            yield* remove(session, "erasing", table, statements.eraseView(table));
          }
          yield* remove(session, "erasing", "snapshots", statements.eraseSnapshots(), twice);
          return yield* remove(session, "erasing", "events", statements.eraseEvents(), twice);
        }),
      ),
  };
};
