import { Effect } from "effect";
import { DatabaseBusy, DatabaseError, type StoreError } from "../DatabaseError.ts";
import { HeldUp, isAnswer, Silent, Unconfirmed } from "./Answer.ts";
import type { Connection } from "./Connection.ts";
import type * as Query from "./Query.ts";

/** What the failures of connections mean to the store. */

/** The server asks for one. */
export class NoPassword extends Error {
  readonly code = "28P01";
  constructor() {
    super("the server asks for a password, and none is given");
  }
}

/** All connections of the pool stayed in use for as long as one could be waited for. */
export class PoolExhausted extends Error {}

/**
 * `isOwn` tells whether a process of the server serves this one. Without a connection there was none
 * to be had.
 */
export const make =
  (database: string, isOwn: (processId: number) => boolean) =>
  (operation: string, cause: unknown, connection?: Connection): StoreError => {
    if (cause instanceof PoolExhausted) return new DatabaseBusy({ database, reason: "exhausted" });
    if (cause instanceof HeldUp) return held(database, cause, isOwn);
    const code = codeOf(cause);
    if (code === "55P03") return new DatabaseBusy({ database });
    if (code === "40001" || code === "40P01") {
      return new DatabaseBusy({ database, reason: "overtaken" });
    }
    const reason = reasonOf(cause, code, connection);
    return new DatabaseError({ database, operation, code, reason, cause });
  };

/** What a wait for a lock comes to. */
export const held = (
  database: string,
  { holders }: HeldUp,
  isOwn: (processId: number) => boolean,
): DatabaseBusy => {
  const unconfirmed = holders.find(({ isUnconfirmed }) => isUnconfirmed);
  const other = holders.find(({ pid }) => !isOwn(pid));
  const one = unconfirmed ?? other ?? holders[0];
  if (one === undefined) return new DatabaseBusy({ database });
  const reason = unconfirmed !== undefined ? "unconfirmed" : other !== undefined ? "held" : "own";
  return new DatabaseBusy({ database, reason, holder: `${one.application}, process ${one.pid}` });
};

const reasonOf = (
  cause: unknown,
  code: string,
  connection: Connection | undefined,
): DatabaseError["reason"] => {
  if (cause instanceof Unconfirmed) return "unconfirmed";
  if (!isAnswer(cause)) {
    if (connection !== undefined) return connection.isBroken ? "lost" : "failed";
    return isOfNetwork(cause, code) ? "unreachable" : "failed";
  }
  if (code === "57014") return "cancelled";
  if (code === "25006") return "readOnly";
  if (!/^(08|57P|25P0[34]|53300)/.test(code)) return "failed";
  return connection === undefined ? "unreachable" : "lost";
};

/** Whether nobody was there, and not what is said of a password or a certificate. */
const isOfNetwork = (cause: unknown, code: string): boolean =>
  cause instanceof Silent ||
  /^E(?!RR_|PROTO$)/.test(code) ||
  (cause instanceof Error && /^Connection terminated|is not queryable$/.test(cause.message));

/** Whether the connection was lost before there was an answer. */
export const isLost = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && error.reason === "lost";

/** Whether it may be kept all the same. */
export const isUnknown = (error: StoreError): boolean =>
  error._tag !== "InvalidArgument" &&
  (error.reason === "unknown" || error.reason === "unconfirmed");

/** Whether nothing was begun, because of the connection that was asked: another one may serve. */
export const isUnserved = (error: StoreError): boolean =>
  error instanceof DatabaseError && (error.reason === "readOnly" || error.code === "57P05");

/** The error of a write whose connection broke: whether it was kept, nobody here can know. */
export const uncertain = ({ database, operation, code, cause }: DatabaseError): DatabaseError =>
  new DatabaseError({
    ...{ database, code, cause },
    operation: `${operation}, whose outcome is unknown,`,
    reason: "unknown",
  });

/** Of what the database has not told. */
const noCode = "no PostgreSQL code";

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : noCode;

/** Of a statement that returns what it writes: a trigger may leave rows out without an error. */
export const insistWritten =
  (database: string, operation: string, table: string) =>
  (rows: ReadonlyArray<unknown>): Effect.Effect<void, DatabaseError> =>
    rows.length > 0 ? Effect.void : swallowed(database, operation, table, "written");

/** Of a statement that counts what it changes: gives how many rows those are. */
export const insistAll =
  (database: string, operation: string, table: string, what: "written" | "deleted") =>
  ([row]: ReadonlyArray<Query.Changed>): Effect.Effect<number, DatabaseError> =>
    row !== undefined && row.changed === row.wanted
      ? Effect.succeed(row.changed)
      : swallowed(database, operation, table, what);

const swallowed = (
  database: string,
  operation: string,
  table: string,
  what: "written" | "deleted",
): DatabaseError =>
  new DatabaseError({
    ...{ database, operation, code: "09000", reason: "failed" },
    cause: new Error(`a trigger or a rule of the table ${table} keeps rows from being ${what}`),
  });
