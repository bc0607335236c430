import { type Cell, NotUtf8, type Row } from "./Cell.ts";
import type { Differences } from "./Difference.ts";
import * as Json from "./Json.ts";
import * as JsonText from "./JsonText.ts";
import { type Read, Unreadable } from "./Read.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/** A stored event, as far as it can be read without knowing its fields. */
export interface Event {
  /** Undefined where it could not be read, which has been reported then. */
  readonly content: Tagged | undefined;
  readonly metadata: Json.JsonObject | undefined;
  /** Whether a migration wrote it. */
  readonly isMigrated: boolean;
}

export interface Tagged {
  /** Whether its text has spaces or escapes that are never written, and means the same. */
  readonly isOdd: boolean;
  /** Whether its fields are those that were expected, to the letter. */
  readonly isExpected: boolean;
  readonly tag: string;
  /** Empty for a tag that stands alone. */
  readonly fields: Json.JsonObject;
}

interface Options {
  /** What the names of its fields begin with in differences, such as `#7 `. */
  readonly at?: string;
  /** The fields that are expected: a payload whose text is just these need not be parsed. */
  readonly expect?: (metadata: Json.JsonObject) => Json.JsonObject | undefined;
}

/** Reads an event, and reports what is wrong with its form, whatever its fields say. */
export const read = (
  row: Row,
  spec: AggregateSpec,
  differences: Differences,
  { at = "", expect }: Options = {},
): Event => {
  const { isOdd, json: flatMetadata } = flat(row.metadata);
  const fields = flatMetadata instanceof Unreadable ? undefined : expect?.(flatMetadata);
  const { tag } = spec;
  const isExpected =
    fields !== undefined &&
    Json.isWritten(
      spec.tagged === "around" ? { [tag]: fields } : { _tag: tag, ...fields },
      row.payload,
    );
  const content = isExpected
    ? { isExpected, isOdd: false, tag, fields }
    : readable(tagged(row.payload, spec.tagged), differences, `${at}payload`);
  const metadata = readable(flatMetadata, differences, `${at}metadata`);
  if (content?.isOdd === true) differences.add("different", "event", `${at}payload`, isSpaced);
  if (isOdd) differences.add("different", "event", `${at}metadata`, isSpaced);
  const type = row.event_type;
  if (content !== undefined && type !== spec.prefix + content.tag) {
    const values = { stored: spec.show.cell(type) };
    differences.add("different", "event", `${at}event_type`, "is not the payload's tag", values);
  }
  return { content, metadata, isMigrated: isMigrated(type, content, metadata, spec) };
};

/** Why whoever loads its stream cannot read an event; undefined where that is possible. */
export const unreadable = (
  { event_type: type, event_version: version, payload }: Row,
  spec: AggregateSpec,
): string | undefined => {
  const texts = typeof type === "string" && typeof version === "string";
  return texts && typeof payload === "string"
    ? spec.unreadable({ type, version, payload })
    : "its columns are not TEXT";
};

/** Whoever loads its stream has to read an event, whoever wrote it. */
export const insistReadable = (
  row: Row,
  spec: AggregateSpec,
  differences: Differences,
  at = "",
): void => {
  const reason = unreadable(row, spec);
  if (reason === undefined) return;
  // The reason may name fields, and a field's name may hold a secret too.
  const shown = differences.isSecret ? "" : `: ${reason}`;
  differences.add("unreadable", "event", `${at}payload`, `no version can read the event${shown}`);
};

const readable = <A>(value: Read<A>, differences: Differences, field: string): A | undefined => {
  if (!(value instanceof Unreadable)) return value;
  differences.add("unreadable", "event", field, value.reason);
  return undefined;
};

/** `{"Tag":{…}}`, or the bare `"Tag"`; or else `{"_tag":"Tag",…}`. */
export const tagged = (payload: Cell | undefined, how: AggregateSpec["tagged"]): Read<Tagged> => {
  const { json, isOdd } = parse(payload);
  if (json instanceof Unreadable) return json;
  const isExpected = false;
  if (how === "within") {
    const { _tag: tag, ...fields } = Json.isObject(json) ? json : {};
    return typeof tag === "string"
      ? { isExpected, isOdd, tag, fields }
      : new Unreadable("is not an object of fields with a _tag");
  }
  if (typeof json === "string") return { isExpected, isOdd, tag: json, fields: {} };
  const [entry, ...others] = Json.isObject(json) ? Object.entries(json) : [];
  return entry === undefined || others.length > 0 || !Json.isObject(entry[1])
    ? new Unreadable("is not one tag around an object of fields")
    : { isExpected, isOdd, tag: entry[0], fields: entry[1] };
};

/** Keeps the last result, as most events of a run have the same metadata, letter for letter. */
const again = <A>(read: (cell: Cell | undefined) => A): ((cell: Cell | undefined) => A) => {
  let last: { readonly cell: Cell | undefined; readonly result: A } | undefined;
  return (cell) => {
    if (last === undefined || last.cell !== cell) last = { cell, result: read(cell) };
    return last.result;
  };
};

/** Metadata is flat text by name: other services could not read the event otherwise. */
const flat = again((cell): Parsed<Json.JsonObject> => {
  const { json, isOdd } = parse(cell);
  const isFlat =
    !(json instanceof Unreadable) &&
    Json.isObject(json) &&
    Object.values(json).every((value) => typeof value === "string");
  if (isFlat) return { json, isOdd };
  const wrong = json instanceof Unreadable ? json : new Unreadable("is not a flat object of text");
  return { json: wrong, isOdd: false };
});

interface Parsed<A> {
  readonly json: Read<A>;
  readonly isOdd: boolean;
}

export const isSpaced = "is JSON with spaces or escapes, which is never written";

const parse = (cell: Cell | undefined): Parsed<Json.Json> => {
  if (typeof cell !== "string") {
    const what = cell instanceof NotUtf8 ? "is text whose bytes are not UTF-8" : "is not TEXT";
    return { json: new Unreadable(what), isOdd: false };
  }
  const json = Json.parse(cell);
  const isOdd =
    json instanceof Unreadable &&
    json.reason === Json.neverWritten &&
    !(JsonText.fromText(cell) instanceof Unreadable);
  return isOdd ? { json: Json.parseAny(cell), isOdd } : { json, isOdd };
};

/** Whether a migration wrote the event, by its payload's tag or, if unreadable, by its type. */
const isMigrated = (
  type: Cell | undefined,
  content: Tagged | undefined,
  metadata: Json.JsonObject | undefined,
  { prefix, tag, isOnlyFirst }: AggregateSpec,
): boolean => {
  if (content === undefined ? type !== prefix + tag : content.tag !== tag) return false;
  // A service may write events of this tag too, but only a migration's name a legacy table.
  return isOnlyFirst || metadata === undefined || Object.hasOwn(metadata, "legacy_table");
};
