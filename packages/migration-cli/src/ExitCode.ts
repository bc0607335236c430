import * as ValidationError from "@effect/cli/ValidationError";
import * as PostgresCode from "./PostgresCode.ts";
import * as SqliteCode from "./SqliteCode.ts";

/** What the command says to whoever started it. The numbers are part of its interface. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  usage: 2,
  differences: 3,
  badData: 4,
  busy: 5,
  existingEvents: 6,
  backup: 7,
  declined: 8,
  findings: 9,
  report: 10,
  outcomeUnknown: 14,
  unreachable: 15,
  interrupted: 130,
} as const;

export const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done",
  unexpected: "something unexpected",
  usage: "wrong usage",
  differences: "verification found differences, or rows that changed since a report",
  badData: "bad legacy data, nothing was written",
  busy: "another run or program holds the database",
  existingEvents: "existing events differ or cannot be read, and stay as they are",
  backup: "the backup failed, nothing was written",
  declined: "declined at a prompt",
  findings: "verification found no differences, but findings, and --strict was given",
  report: "the report could not be written",
  outcomeUnknown: "the answer to the commit was lost: all was written or nothing",
  unreachable: "the server could not be reached or was lost, nothing was written",
  interrupted: "interrupted, nothing was written",
};

const byTag: Readonly<Record<string, number>> = {
  UsageError: exitCodes.usage,
  DifferencesFound: exitCodes.differences,
  DamageFound: exitCodes.differences,
  ChangesFound: exitCodes.differences,
  NotAProof: exitCodes.usage,
  UnfitTable: exitCodes.usage,
  UnfitServer: exitCodes.usage,
  SetUpNeeded: exitCodes.usage,
  ReportFailed: exitCodes.report,
  BadLegacyData: exitCodes.badData,
  UndeclaredSchema: exitCodes.badData,
  NothingToLeaveOut: exitCodes.usage,
  FindingsFound: exitCodes.findings,
  DatabaseBusy: exitCodes.busy,
  SourceHeld: exitCodes.busy,
  ExistingEventsDiffer: exitCodes.existingEvents,
  LogDiffers: exitCodes.existingEvents,
  StreamsMovedOn: exitCodes.existingEvents,
  VersionConflict: exitCodes.existingEvents,
  UnreadableStreams: exitCodes.existingEvents,
  BackupFailed: exitCodes.backup,
  NoSpace: exitCodes.backup,
  Declined: exitCodes.declined,
  LogChanged: exitCodes.declined,
};

export interface Tagged {
  readonly _tag: string;
  /** The database's name of the failure, on errors of one. */
  readonly code?: string;
  /** What kind of failure it is, on the same. */
  readonly reason?: unknown;
  /** The line that is said last, after its message. */
  readonly next?: string;
}

export const of = (error: Tagged): number => {
  if (ValidationError.isValidationError(error)) return exitCodes.usage;
  if (error._tag === "DatabaseError") return ofDatabase(error);
  return byTag[error._tag] ?? exitCodes.unexpected;
};

const ofDatabase = ({ code = "", reason }: Tagged): number => {
  if (SqliteCode.isDamage(code)) return exitCodes.badData;
  if (PostgresCode.isOfUrl(code)) return exitCodes.usage;
  return byReason[String(reason)] ?? exitCodes.unexpected;
};

const byReason: Readonly<Record<string, number>> = {
  unreachable: exitCodes.unreachable,
  lost: exitCodes.unreachable,
  readOnly: exitCodes.unreachable,
  unknown: exitCodes.outcomeUnknown,
  unconfirmed: exitCodes.outcomeUnknown,
};
