import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import type { Metadata, RecordedEvent } from "@ledgerfold/event-store/EventStore";
import { Either, type ParseResult } from "effect";
import { type BadCell, fromParseError, keyOf, onePerCell, type RawRow } from "./BadData.ts";
import type { Direct } from "./direct/Direct.ts";
import { type DifferingStream, difference } from "./ExistingEvents.ts";
import type { LegacyRow } from "./LegacySource.ts";
import type { AggregateName, Entry } from "./MigrationLog.ts";

/** What some rows of a legacy table come to. */

/** What a pass found; nothing of it is kept unless `bad` and `differing` are 0. */
export interface Outcome {
  /** Streams written or, in a dry run, that would be. */
  readonly written: number;
  readonly alreadyThere: number;
  readonly bad: number;
  readonly firstBad: BadCell | undefined;
  readonly differing: number;
  readonly firstDiffering: DifferingStream | undefined;
}

export const nothing: Outcome = {
  written: 0,
  alreadyThere: 0,
  bad: 0,
  firstBad: undefined,
  differing: 0,
  firstDiffering: undefined,
};

export interface Planned<A extends Aggregate.Any> {
  readonly event: Aggregate.Event<A>;
  /** With the run that writes it. */
  readonly metadata: Metadata;
}

export interface Migration<A extends Aggregate.Any, Row> {
  readonly name: AggregateName;
  readonly aggregate: A;
  /** The column that names a row in reports. */
  readonly key: string;
  /** The short way of good rows, where none of their streams exists. */
  readonly direct?: Direct;
  readonly decode: (cells: RawRow) => Either.Either<Row, ParseResult.ParseError>;
  readonly id: (row: Row) => string;
  /** The event that a good row becomes, or what only its neighbours show to be bad about it. */
  readonly plan: (
    row: Row,
    cells: RawRow,
    key: () => string,
    existing: RecordedEvent | undefined,
  ) => Either.Either<Planned<A>, BadCell>;
  /** Counts a row that is written, and says what there is to say about it. */
  readonly onWritten: (row: Row, cells: RawRow) => ReadonlyArray<Entry>;
}

export const add = (a: Outcome, b: Outcome): Outcome => ({
  written: a.written + b.written,
  alreadyThere: a.alreadyThere + b.alreadyThere,
  bad: a.bad + b.bad,
  firstBad: a.firstBad ?? b.firstBad,
  differing: a.differing + b.differing,
  firstDiffering: a.firstDiffering ?? b.firstDiffering,
});

export interface Judged<Row> {
  readonly good: ReadonlyArray<Short | Read<Row>>;
  readonly bad: ReadonlyArray<Placed>;
}

/** A good row that went the short way. */
interface Short {
  readonly cells: RawRow;
  readonly id: string;
  readonly stream: EncodedStream.EncodedStream;
}

/** A good row as its schema reads it. */
interface Read<Row> {
  readonly cells: RawRow;
  readonly id: string;
  readonly row: Row;
  readonly place: number;
  readonly key: () => string;
}

/** A bad cell and the place of its row in the chunk. */
type Placed = readonly [place: number, bad: BadCell];

/** `isNew` says that none of their streams exists. */
export const judge = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  table: string,
  rows: ReadonlyArray<LegacyRow>,
  { isNew }: { readonly isNew: boolean },
): Judged<Row> => {
  const direct = isNew ? migration.direct : undefined;
  const good: Array<Short | Read<Row>> = [];
  const bad: Array<Placed> = [];
  for (const [place, { rowid, cells, problems }] of rows.entries()) {
    const stream = problems.length === 0 ? direct?.stream(cells) : undefined;
    if (stream !== undefined) {
      good.push({ cells, id: stream.id, stream });
      continue;
    }
    const key = () => keyOf(table, migration.key, cells[migration.key] ?? null, rowid);
    const decoded = migration.decode(cells);
    if (Either.isRight(decoded) && problems.length === 0) {
      const row = decoded.right;
      good.push({ cells, id: migration.id(row), row, place, key });
      continue;
    }
    const faults = Either.isLeft(decoded)
      ? fromParseError({ table, key: key(), cells }, decoded.left)
      : [];
    for (const cell of onePerCell([...faults, ...problems])) bad.push([place, cell]);
  }
  return { good, bad };
};

export interface Plan extends Outcome {
  readonly toWrite: ReadonlyArray<EncodedStream.EncodedStream>;
  /** The streams that begin as planned already. */
  readonly same: ReadonlyArray<string>;
  readonly entries: ReadonlyArray<Entry>;
}

/** With the first events of the good rows' streams, where these are there already. */
export const plan = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  { good, bad: known }: Judged<Row>,
  first: ReadonlyArray<RecordedEvent | undefined>,
): Plan => {
  const { name, aggregate, direct } = migration;
  const found = [...known];
  const differing: Array<DifferingStream> = [];
  const toWrite: Array<EncodedStream.EncodedStream> = [];
  const entries: Array<Entry> = [];
  const same: Array<string> = [];
  for (const [index, judged] of good.entries()) {
    if ("stream" in judged) {
      toWrite.push(judged.stream);
      direct?.onWritten(judged.cells);
      continue;
    }
    const { id, row, cells, place, key } = judged;
    const existing = first[index];
    const planned = migration.plan(row, cells, key, existing);
    if (Either.isLeft(planned)) {
      found.push([place, planned.left]);
      continue;
    }
    const { event, metadata } = planned.right;
    if (existing === undefined) {
      toWrite.push(EncodedStream.encode(aggregate, id, event, metadata));
      entries.push(...migration.onWritten(row, cells));
      continue;
    }
    const differs = difference(aggregate, planned.right, existing);
    if (differs === undefined) same.push(id);
    else differing.push({ aggregate: name, id, difference: differs });
  }
  const bad = found.sort(([a], [b]) => a - b).map(([, cell]) => cell);
  return {
    written: toWrite.length,
    alreadyThere: same.length,
    same,
    bad: bad.length,
    firstBad: bad[0],
    differing: differing.length,
    firstDiffering: differing[0],
    toWrite,
    entries: [
      ...bad.map((cell): Entry => ({ _tag: "BadCell", bad: cell })),
      ...differing.map((stream): Entry => ({ _tag: "ExistingEventDiffers", ...stream })),
      ...entries,
    ],
  };
};
