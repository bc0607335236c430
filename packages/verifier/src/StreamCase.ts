import type { Cell, Row } from "./Cell.ts";
import { Differences } from "./Difference.ts";
import { quoted } from "./Display.ts";
import * as Event from "./Event.ts";
import type { Json, JsonObject } from "./Json.ts";
import * as Rule from "./Rule.ts";
import type { Found } from "./Source.ts";
import type { Parts } from "./Rule.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/** All that a file has about one stream. */
export interface StreamCase {
  readonly id: Cell;
  /** Null where no legacy row makes this stream. */
  readonly legacyRow: bigint | null;
  /** The key of another legacy row that makes it. */
  readonly twin: Found | undefined;
  readonly legacy: Found | undefined;
  /** What belongs to the legacy row, by the event's field that lists it. */
  readonly parts: Parts;
  /** The first event, with the number of the stream's events as `events`. */
  readonly event: Found | undefined;
  readonly view: Found | undefined;
}

export interface Judged {
  readonly differences: Differences;
  readonly events: number;
  /** Undefined where the stream has no events. */
  readonly first: Event.Event | undefined;
  /** Whether the view must say what the first event says. */
  readonly isComparable: boolean;
  /** Whether the row must say what the stream comes to, and not only what it began with. */
  readonly isToBeFolded: boolean;
}

/** How the first event is looked at. */
export interface Likely {
  /** Whether rows have gone on with their streams, as `Live` tells it. */
  readonly isLive: boolean;
  /** Whether it is likely to be just what a migration writes. */
  readonly isSame: boolean;
  /**
   * The fields of an event that was read before, if any, from which is expected what no row says, such
   * as the moment of the run.
   */
  readonly another: JsonObject | undefined;
}

/** Compares the legacy row with the first event: each must have what the other calls for. */
export const judge = (
  spec: AggregateSpec,
  found: StreamCase,
  { isSame, another, isLive }: Likely,
): Judged => {
  const { id, legacyRow, legacy, event } = found;
  const differences = new Differences(spec, nameOf(spec, found));
  const events = Number(event?.row.events ?? 0n);
  const expect = (metadata: JsonObject) =>
    isSame && legacy !== undefined
      ? Rule.expected(spec.fields, { row: legacy.row, metadata, parts: found.parts }, another)
      : undefined;
  const first =
    event === undefined ? undefined : Event.read(event.row, spec, differences, { expect });
  if (event !== undefined) judgeStart(spec, event, differences);
  // What a migration writes is compared with its row, field by field.
  if (event !== undefined && first?.isMigrated === false && differences.found.length === 0) {
    Event.insistReadable(event.row, spec, differences);
  }
  if (typeof id !== "string" && legacyRow === null) {
    const side = event === undefined ? "view" : "event";
    differences.add("unreadable", side, "aggregate_id or view_id", "is not UTF-8 text");
  }
  const isGood = legacyRow !== null && judgeRow(spec, found, differences);
  if (event === undefined || first === undefined) {
    if (isGood) differences.add("missing", "event", null, "the row has no event");
  } else if (legacyRow === null) {
    if (first.isMigrated) differences.add("extra", "event", null, "no row makes this stream");
  } else if (isLive && spec.folding !== undefined && (events > 1 || !first.isMigrated)) {
    if (first.isMigrated)
      compareMetadata(spec, found, first, { isLive, isFolded: true }, differences);
    return { differences, events, first, isComparable: false, isToBeFolded: isGood };
  } else if (!first.isMigrated && !(isGood && saysAll(spec, found, first))) {
    const values = { stored: spec.show.cell(event.row.event_type) };
    differences.add("different", "event", "event_type", "the stream began otherwise", values);
  } else if (isGood && legacy !== undefined) {
    compare(spec, found, first, isLive, differences);
    const isComparable = first.content !== undefined;
    return { differences, events, first, isComparable, isToBeFolded: false };
  }
  return { differences, events, first, isComparable: false, isToBeFolded: false };
};

const nameOf = (spec: AggregateSpec, { id, legacyRow, legacy }: StreamCase): string => {
  if (typeof id === "string") return id;
  return legacyRow === null ? spec.show.cell(id) : `${legacy?.row.legacy_table} rowid ${legacyRow}`;
};

const judgeStart = (spec: AggregateSpec, { row }: Found, differences: Differences): void => {
  const { show } = spec;
  if (row.sequence !== 1n) {
    const values = { stored: show.cell(row.sequence) };
    differences.add("different", "event", "sequence", "the stream does not begin with 1", values);
  }
  if (row.event_version !== spec.version) {
    const values = { legacy: quoted(spec.version), stored: show.cell(row.event_version) };
    differences.add("different", "event", "event_version", "is not the version", values);
  }
};

/** Whether the row stands for one stream, so that the two can be compared. */
const judgeRow = (spec: AggregateSpec, found: StreamCase, differences: Differences): boolean => {
  const { id, twin, legacy } = found;
  const refusal = legacy === undefined ? undefined : spec.refuse(legacy.row);
  if (refusal !== undefined) {
    const { column, reason } = refusal;
    const values = { legacy: spec.show.cell(legacy?.row[column]) };
    differences.add("unreadable", "legacy", column, reason, values);
  }
  refuseParts(spec, found.parts, differences);
  if (twin !== undefined) {
    const [own, other] = [legacy?.row, twin.row].map((row) => keyOf(spec, row));
    const values = { legacy: `${own}, the other ${other}` };
    differences.add("unreadable", "legacy", null, "another row makes the same stream", values);
  }
  if (legacy?.doubled === true) {
    differences.add("unreadable", "legacy", null, "several rows of another table belong to it");
  }
  return typeof id === "string" && twin === undefined && legacy?.doubled === false;
};

const keyOf = ({ key, show }: AggregateSpec, row: Row | undefined): string =>
  key.map((column) => `${column} ${show.cell(row?.[column])}`).join(", ");

const refuseParts = (
  { parts: known, show }: AggregateSpec,
  parts: Parts,
  differences: Differences,
): void => {
  if (known === undefined) return;
  for (const [field, part] of Object.entries(known)) {
    for (const [place, row] of (parts[field] ?? []).entries()) {
      const refusal = part.refuse(row);
      if (refusal === undefined) continue;
      const { column, reason } = refusal;
      const values = { legacy: show.cell(row[column]) };
      differences.add("unreadable", "legacy", `${field}[${place}].${column}`, reason, values);
    }
  }
};

/** Whether an event that no migration's metadata marks says all the same what the row calls for. */
const saysAll = (spec: AggregateSpec, found: StreamCase, first: Event.Event): boolean => {
  if (first.content?.tag !== spec.tag) return false;
  const differences = new Differences(spec, "");
  compareFields(spec, found, first, differences);
  return differences.found.length === 0;
};

const compare = (
  spec: AggregateSpec,
  found: StreamCase,
  first: Event.Event,
  isLive: boolean,
  differences: Differences,
): void => {
  compareMetadata(spec, found, first, { isLive, isFolded: false }, differences);
  compareFields(spec, found, first, differences);
};

const compareFields = (
  spec: AggregateSpec,
  { legacy, parts, event }: StreamCase,
  { content, metadata = {} }: Event.Event,
  differences: Differences,
): void => {
  if (content?.isExpected !== false || legacy === undefined || event === undefined) return;
  let isRead: boolean | undefined;
  const reads = (field: string, stored: Json | undefined): boolean => {
    if ((stored === undefined || stored === null) && spec.mayLack(field, stored)) return true;
    isRead ??= Event.unreadable(event.row, spec) === undefined;
    return isRead;
  };
  const { row } = legacy;
  Rule.compare(spec.fields, content.fields, { row, parts, metadata, differences, reads });
};

// For every row: loops over names, since lists of them cost more than the comparing.
const compareMetadata = (
  spec: AggregateSpec,
  { legacy }: StreamCase,
  { metadata }: Event.Event,
  { isLive, isFolded }: Pick<Likely, "isLive"> & { readonly isFolded: boolean },
  differences: Differences,
): void => {
  if (metadata === undefined || legacy === undefined) return;
  const { row } = legacy;
  const allowed = spec.metadata?.(row) ?? {};
  const { legacy_table: table } = metadata;
  if (table !== row.legacy_table) {
    notCalledFor(spec, "legacy_table", [String(row.legacy_table)], table, differences);
  }
  for (const name in allowed) {
    const [values = [], stored] = [allowed[name], metadata[name]];
    if ((stored === undefined || typeof stored === "string") && values.includes(stored)) continue;
    // What it was decided by may be another value by now.
    if (isFolded && (stored !== undefined || metadata.change !== undefined)) continue;
    notCalledFor(spec, name, values, stored, differences);
  }
  if ((metadata.run_id ?? "") === "") {
    differences.add("different", "event", "metadata.run_id", "does not name a run");
  }
  for (const name in metadata) {
    if (name === "run_id" || name === "legacy_table" || Object.hasOwn(allowed, name)) continue;
    if (isLive && (name === "change" || name === "inferred")) continue;
    differences.unknownField("event", "metadata.", name);
  }
};

const notCalledFor = (
  { show }: AggregateSpec,
  name: string,
  values: ReadonlyArray<string | undefined>,
  stored: Json | undefined,
  differences: Differences,
): void =>
  differences.add("different", "event", `metadata.${name}`, "is not what the row calls for", {
    legacy: values
      .map((value) => (value === undefined ? "nothing" : show.text(value)))
      .join(" or "),
    stored: show.json(stored),
  });
