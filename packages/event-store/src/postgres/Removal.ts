import { Effect } from "effect";
import type { Compilable } from "kysely";
import type { StoreError } from "../DatabaseError.ts";
import type { Service, Session } from "./Database.ts";
import * as Failures from "./Failures.ts";
import type * as Query from "./Query.ts";
import type { Statements } from "./Statements.ts";

/** The steps in which rows are taken away. Each fails where a trigger or a rule keeps one from it. */
export interface Removal {
  /** Gives how many rows went. */
  readonly remove: (
    session: Session,
    operation: string,
    table: string,
    removal: Compilable<Query.Changed>,
    parameters?: ReadonlyArray<unknown>,
  ) => Effect.Effect<number, StoreError>;
  /** Before events go, so that their positions are not given out again. */
  readonly keepPosition: (session: Session, operation: string) => Effect.Effect<void, StoreError>;
  /** Before views go or are made anew: what is remembered of them is stale then. */
  readonly beginGeneration: (
    session: Session,
    operation: string,
  ) => Effect.Effect<void, StoreError>;
}

export const make = ({ database }: Service, statements: Statements): Removal => ({
  remove: (session, operation, table, removal, parameters) =>
    Effect.flatMap(
      session.execute(operation, removal, parameters),
      Failures.insistAll(database, operation, table, "deleted"),
    ),
  keepPosition: (session, operation) =>
    Effect.asVoid(
      Effect.flatMap(
        session.execute(operation, statements.keepPosition()),
        Failures.insistAll(database, operation, "erased_positions", "written"),
      ),
    ),
  beginGeneration: (session, operation) =>
    Effect.flatMap(
      session.execute(operation, statements.nextGeneration()),
      Failures.insistWritten(database, operation, "rebuilt_views"),
    ),
});
