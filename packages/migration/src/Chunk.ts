import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EncodedStream from "@ledgerfold/event-store/EncodedStream";
import { longestId, type Metadata, type RecordedEvent } from "@ledgerfold/event-store/EventStore";
import { Either, type ParseResult } from "effect";
import { type BadCell, fromParseError, keyOf, onePerCell, type RawRow } from "./BadData.ts";
import type { Direct } from "./direct/Direct.ts";
import { type DifferingStream, difference, differenceOfEncoded } from "./ExistingEvents.ts";
import type { LegacyRow } from "./LegacySource.ts";
import type { Entry } from "./MigrationLog.ts";

/** A chunk of a legacy table's rows, from their cells to the streams that are to be written. */

/** What the migration of a table came to; nothing of it is kept unless `bad` and `differing` are 0. */
export interface Outcome {
  /** Streams written or, in a dry run, that would be. */
  readonly written: number;
  readonly alreadyThere: number;
  /** Streams that begin with an event of the type that their rows become, whatever it says. */
  readonly ofRows: number;
  readonly bad: number;
  readonly firstBad: BadCell | undefined;
  readonly differing: number;
  readonly firstDiffering: DifferingStream | undefined;
}

export const nothing: Outcome = {
  written: 0,
  alreadyThere: 0,
  ofRows: 0,
  bad: 0,
  firstBad: undefined,
  differing: 0,
  firstDiffering: undefined,
};

interface Planned<A extends Aggregate.Any> {
  readonly event: Aggregate.Event<A>;
  /** With the run that writes it. */
  readonly metadata: Metadata;
}

export interface Migration<A extends Aggregate.Any, Row> {
  readonly name: string;
  readonly aggregate: A;
  /** The columns that name a row in reports. */
  readonly key: ReadonlyArray<string>;
  /** Whether none of its cells may be shown. */
  readonly isSecret?: boolean;
  /** By the name of each looked-up cell, the column that names the row it is of. */
  readonly lookups?: Readonly<Record<string, string>>;
  /** How the rows that belong to a row are read, by the event's field that lists them. */
  readonly parts?: Readonly<Record<string, PartReader>>;
  /** The short way of good rows. */
  readonly direct?: Direct;
  readonly decode: (cells: RawRow) => Either.Either<Row, ParseResult.ParseError>;
  readonly id: (row: Row) => string;
  /** The id that a row's key would be, see `Twins`. */
  readonly idOfKey: (cells: RawRow) => string | undefined;
  /** The event that a good row becomes, or a fault of the row that its own cells do not show. */
  readonly plan: (
    row: Row,
    cells: RawRow,
    key: () => string,
    existing: RecordedEvent | undefined,
    parts: DecodedParts,
  ) => Either.Either<Planned<A>, BadCell>;
  /** Counts a row that is written, and says what there is to say about it. */
  readonly onWritten: (row: Row, cells: RawRow) => ReadonlyArray<Entry>;
}

interface PartReader {
  readonly table: string;
  /** The column that names its row here: its own key may be another's too. */
  readonly of: string;
  readonly key: string;
  readonly decode: (cells: RawRow) => Either.Either<unknown, ParseResult.ParseError>;
}

export type DecodedParts = Readonly<Record<string, ReadonlyArray<unknown>>>;

export const add = (a: Outcome, b: Outcome): Outcome => ({
  written: a.written + b.written,
  alreadyThere: a.alreadyThere + b.alreadyThere,
  ofRows: a.ofRows + b.ofRows,
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
  readonly place: number;
  readonly rowid: bigint;
}

/** A good row as its schema reads it. */
interface Read<Row> {
  readonly cells: RawRow;
  readonly id: string;
  readonly row: Row;
  readonly parts: DecodedParts;
  readonly place: number;
  readonly key: () => string;
}

/** A bad cell and the place of its row in the chunk. */
type Placed = readonly [place: number, bad: BadCell];

/** Reads rows, the short way where that takes them. */
export const judge = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  table: string,
  rows: ReadonlyArray<LegacyRow>,
): Judged<Row> => {
  const { direct } = migration;
  const good: Array<Short | Read<Row>> = [];
  const bad: Array<Placed> = [];
  const { isSecret = false } = migration;
  for (const [place, { rowid, cells, parts, problems }] of rows.entries()) {
    const key = () => keyOf({ key: migration.key, isSecret }, cells, rowid);
    const keep = (one: Short | Read<Row>) => {
      const rule = longIdRule(one.id);
      if (rule === undefined) good.push(one);
      else bad.push([place, { table, key: key(), column: "", value: "", rule }]);
    };
    const stream = problems.length === 0 ? direct?.stream(cells) : undefined;
    if (stream !== undefined) {
      keep({ cells, id: stream.id, stream, place, rowid });
      continue;
    }
    const decoded = migration.decode(cells);
    const decodedParts = readParts(migration, parts);
    if (Either.isRight(decoded) && problems.length === 0 && decodedParts.bad.length === 0) {
      const row = decoded.right;
      keep({ cells, id: migration.id(row), row, parts: decodedParts.good, place, key });
      continue;
    }
    for (const cell of decodedParts.bad) bad.push([place, cell]);
    const faults = Either.isLeft(decoded)
      ? fromParseError({ table, key: key(), cells, isSecret }, decoded.left)
      : [];
    // Of a cell that names no row nothing could be looked up, which is no fault of its own.
    const told = faults.filter(
      ({ column }) => !problems.some((one) => one.column === migration.lookups?.[column]),
    );
    for (const cell of onePerCell([...told, ...problems])) bad.push([place, cell]);
  }
  return { good, bad };
};

const longIdRule = (id: string): string | undefined => {
  if (id.length * 3 <= longestId) return undefined;
  const bytes = Buffer.byteLength(id);
  return bytes <= longestId
    ? undefined
    : `must not make an id of ${bytes} bytes: a stream's has at most ${longestId}`;
};

const readParts = <A extends Aggregate.Any, Row>(
  { parts: readers, isSecret = false }: Migration<A, Row>,
  parts: LegacyRow["parts"],
): { readonly good: DecodedParts; readonly bad: ReadonlyArray<BadCell> } => {
  if (readers === undefined) return noParts;
  const bad: Array<BadCell> = [];
  const good = Object.entries(readers).map(([field, { table, of, key, decode }]) => {
    const list = (parts[field] ?? []).flatMap(({ rowid, cells }) => {
      const decoded = decode(cells);
      if (Either.isRight(decoded)) return [decoded.right];
      const names = [...new Set([of, key])].filter((one) => Object.hasOwn(cells, one));
      const name = keyOf({ key: names, isSecret }, cells, rowid);
      const found = fromParseError({ table, key: name, cells, isSecret }, decoded.left);
      bad.push(...onePerCell(found));
      return [];
    });
    return [field, list] as const;
  });
  return { good: Object.fromEntries(good), bad };
};

const noParts = { good: {}, bad: [] };

/** What was decided in an earlier run stands in its event, for which the short way does not ask. */
const theLongWay = <A extends Aggregate.Any, Row>(
  migration: Migration<A, Row>,
  { cells, id, place, rowid }: Short,
): Read<Row> | undefined => {
  const { isSecret = false } = migration;
  const key = () => keyOf({ key: migration.key, isSecret }, cells, rowid);
  return Either.match(migration.decode(cells), {
    onLeft: () => undefined,
    onRight: (row) => ({ cells, id, row, parts: noParts.good, place, key }),
  });
};

export interface Plan extends Outcome {
  readonly toWrite: ReadonlyArray<EncodedStream.EncodedStream>;
  /** The streams that begin as planned already. */
  readonly same: ReadonlyArray<string>;
  readonly entries: ReadonlyArray<Entry>;
}

/** Plans what to write. `first` has the first events of those streams that exist already. */
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
  let ofRows = 0;
  const compared = (
    id: string,
    differs: string | undefined,
    type: string,
    existing: RecordedEvent,
  ) => {
    if (type === existing.type) ofRows += 1;
    if (differs === undefined) same.push(id);
    else differing.push({ aggregate: name, id, difference: differs });
  };
  for (const [index, short] of good.entries()) {
    const existing = first[index];
    let judged = short;
    if ("stream" in judged) {
      const { id, stream, cells } = judged;
      if (existing === undefined) {
        toWrite.push(stream);
        direct?.onWritten(cells);
        continue;
      }
      const differs = differenceOfEncoded(aggregate, stream.event, existing);
      const long = differs === undefined ? undefined : theLongWay(migration, judged);
      if (long === undefined) {
        compared(id, differs, stream.event.type, existing);
        continue;
      }
      judged = long;
    }
    const { id, row, parts, cells, place, key } = judged;
    const planned = migration.plan(row, cells, key, existing, parts);
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
    const type = aggregate.codec.eventType(event._tag);
    compared(id, difference(aggregate, planned.right, existing), type, existing);
  }
  const bad = found.sort(([a], [b]) => a - b).map(([, cell]) => cell);
  return {
    written: toWrite.length,
    alreadyThere: same.length,
    same,
    ofRows,
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
