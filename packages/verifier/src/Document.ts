import { weights } from "@ledgerfold/declaration/Loss";
import { Schema } from "effect";

/**
 * What a verification leaves behind for whoever asks later: `verify-only --report` writes it as JSON,
 * or as a page that shows the same. Its shape is documented in docs/proof-format.md; a change that an
 * old reader would misread raises `version`.
 */

/** What a report says that it is, first of all. */
export const format = "ledgerfold-verification";
/** Version 2 has a table without rowids, proven by its key; all other reports are version 1. */
export const versions = [1, 2] as const;
/** One of `versions`. */
export type Version = (typeof versions)[number];

const Count = Schema.NonNegativeInt;

/** Streams by how they came out, each once. */
export const Tally = Schema.Struct({
  rows: Count,
  same: Count,
  missing: Count,
  extra: Count,
  different: Count,
  unreadable: Count,
  movedOn: Count,
});

/** All text is fit for a screen, and none of it shows a secret. */
export const Difference = Schema.Struct({
  kind: Schema.Literal("missing", "extra", "different", "unreadable"),
  side: Schema.Literal("event", "view", "legacy"),
  aggregate: Schema.String,
  id: Schema.String,
  field: Schema.NullOr(Schema.String),
  legacy: Schema.NullOr(Schema.String),
  stored: Schema.NullOr(Schema.String),
  reason: Schema.String,
  since: Schema.NullOr(Schema.String),
});

/** What differences of one field, in one way, come to. */
export const Judgement = Schema.Struct({
  aggregate: Schema.String,
  side: Difference.fields.side,
  kind: Difference.fields.kind,
  field: Schema.NullOr(Schema.String),
  weight: Schema.Literal(...weights),
  how: Schema.String,
  rows: Count,
  /** Of decimals, the exact sum of stored minus expected. */
  off: Schema.NullOr(Schema.String),
  means: Schema.NullOr(Schema.String),
  example: Difference,
});

/** What the rows say against each other, or the file against the plan, in words. */
export const Finding = Schema.Struct({ kind: Schema.String, text: Schema.String });

/** A line of the column ledger: of the file that was verified. */
export const LedgerLine = Schema.Struct({
  table: Schema.String,
  column: Schema.String,
  becomes: Schema.String,
});

/** What the cells of a declared column say, as the verifier reads them; values are shortened. */
export const Range = Schema.Struct({
  table: Schema.String,
  column: Schema.String,
  rows: Count,
  lowest: Schema.NullOr(Schema.String),
  highest: Schema.NullOr(Schema.String),
  /** Of the cells that the declaration names: NULL and others that stand for nothing, and words. */
  counts: Schema.Array(Schema.Struct({ cell: Schema.String, rows: Count })),
});

/** The rows of one table, in the order of their keys, as they were when this was written. */
export const TableProof = Schema.Struct({
  side: Schema.Literal("legacy", "event"),
  table: Schema.String,
  rows: Count,
  /** Of the Merkle tree over the rows, in hex. */
  root: Schema.String,
  /** Of the canonical rows one after another, in hex. */
  sha256: Schema.String,
});

/** What the database is a copy of: one snapshot of a database in PostgreSQL. */
export const Source = Schema.Struct({
  /** A URL without its password. */
  database: Schema.String,
  /** PostgreSQL's. */
  version: Schema.String,
  /** As PostgreSQL names it, such as `739:741:739`. */
  id: Schema.String,
  /** RFC 3339 in UTC. */
  moment: Schema.String,
});

/**
 * The end of a report: what was verified, by what, and what came of it. A program that asks a report one
 * question asks this.
 */
export const Summary = Schema.Struct({
  format: Schema.Literal(format),
  version: Schema.Literal(...versions),
  /** What verified: the command's version, and SQLite's. */
  program: Schema.Struct({
    version: Schema.String,
    sqlite: Schema.String,
    /** The command, and who writes the legacy tables; reports of the first versions have neither. */
    name: Schema.optionalWith(Schema.String, { exact: true }),
    writer: Schema.optionalWith(Schema.String, { exact: true }),
  }),
  database: Schema.Struct({ path: Schema.String, bytes: Count }),
  /** Where the rows are, if not in that file: its path is that of a copy. */
  source: Schema.optionalWith(Source, { exact: true }),
  /** Where the log is, if not in the database: a path, or a URL without its password. */
  log: Schema.optionalWith(Schema.String, { exact: true }),
  /** RFC 3339 in UTC. */
  startedAt: Schema.String,
  finishedAt: Schema.String,
  isSame: Schema.Boolean,
  tallies: Schema.Record({ key: Schema.String, value: Tally }),
  /** How many there are; the lists may be too long to be read as a whole. */
  counts: Schema.Struct({ differences: Count, since: Count, findings: Count }),
  /** What the differences come to, gravest first; reports of the first versions have none. */
  judgement: Schema.optionalWith(Schema.Array(Judgement), { exact: true }),
  leftOut: Schema.Array(Schema.String),
  ledger: Schema.Array(LedgerLine),
  /** Reports of the first versions have none. */
  ranges: Schema.optionalWith(Schema.Array(Range), { exact: true }),
  tables: Schema.Array(TableProof),
});
export type Summary = typeof Summary.Type;
export type Source = typeof Source.Type;
export type Difference = typeof Difference.Type;
export type Finding = typeof Finding.Type;
export type Judgement = typeof Judgement.Type;
export type Tally = typeof Tally.Type;
export type LedgerLine = typeof LedgerLine.Type;
export type Range = typeof Range.Type;
export type TableProof = typeof TableProof.Type;
