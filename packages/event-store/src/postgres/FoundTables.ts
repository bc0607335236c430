import { Effect } from "effect";
import type { StoreError } from "../DatabaseError.ts";
import type { Service, Session } from "./Database.ts";
import { columns } from "./Schema.ts";

/** Which tables are there: a database that was never set up has none, and nothing is found in it. */
export interface FoundTables {
  readonly exists: (session: Session, table: string) => Effect.Effect<boolean, StoreError>;
  /** Work with a table, or what comes of it where there is none. */
  readonly find: <A, E, R>(
    table: string,
    otherwise: A,
    work: (session: Session) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | StoreError, R>;
}

export const make = ({ schema, use, onLoss }: Service): FoundTables => {
  /** Only those that were seen outside of a transaction, which might undo them. */
  const found = new Set<string>();
  onLoss(() => found.clear());
  const exists: FoundTables["exists"] = (session, table) =>
    found.has(table)
      ? Effect.succeed(true)
      : Effect.map(columns(session, schema, table), ({ size }) => {
          if (size > 0 && !session.isInTransaction) found.add(table);
          return size > 0;
        });
  return {
    exists,
    find: (table, otherwise, work) =>
      use((session) =>
        Effect.flatMap(exists(session, table), (exists) =>
          exists ? work(session) : Effect.succeed(otherwise),
        ),
      ),
  };
};
