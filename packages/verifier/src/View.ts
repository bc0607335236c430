import type { StreamCase, Judged } from "./StreamCase.ts";
import type { Cell } from "./Cell.ts";
import type { Differences } from "./Difference.ts";
import * as Event from "./Event.ts";
import * as Json from "./Json.ts";
import { Unreadable } from "./Read.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/**
 * Compares a view's row with its stream, of which `last` is the last sequence. The row's fields are
 * compared only while the migrated event is the only one: what later events make of a view, the
 * verifier does not know.
 */
export const judge = (
  spec: AggregateSpec,
  { id, view }: StreamCase,
  { differences, first, events, isComparable }: Judged,
  last: unknown,
): void => {
  if (first === undefined) {
    if (view !== undefined) differences.add("extra", "view", null, "a view row without a stream");
    return;
  }
  if (view === undefined) {
    differences.add("missing", "view", null, "the stream has no view row");
    return;
  }
  if (view.row.rows !== 1n)
    differences.add("unreadable", "view", "view_id", "is that of several rows");
  const { version, payload = null } = view.row;
  if (typeof last === "bigint" && version !== last) {
    const values = { legacy: String(last), stored: spec.show.cell(version) };
    differences.add("different", "view", "version", "is not the stream's last sequence", values);
  }
  if (events === 1 && isComparable && first.content !== undefined) {
    const expected = spec.view.fields(first.content.fields, String(id));
    // Most rows are just this text, and need not be parsed.
    const whole =
      spec.view.tagged === "around"
        ? { [spec.view.tag]: expected }
        : { _tag: spec.view.tag, ...expected };
    if (Json.isWritten(whole, payload)) return;
    const { fields } = first.content;
    const beside = (stored: Json.JsonObject) => spec.view.fields(fields, String(id), stored);
    compare(spec, beside, payload, differences);
  }
};

const compare = (
  { show, view }: AggregateSpec,
  beside: (stored: Json.JsonObject) => ReturnType<AggregateSpec["view"]["fields"]>,
  payload: Cell,
  differences: Differences,
): void => {
  const stored = Event.tagged(payload, view.tagged);
  if (stored instanceof Unreadable) {
    differences.add("unreadable", "view", "payload", stored.reason);
    return;
  }
  const { tag, fields, isOdd } = stored;
  if (isOdd) differences.add("different", "view", "payload", Event.isSpaced);
  if (tag !== view.tag) {
    const values = { legacy: show.text(view.tag), stored: show.text(tag) };
    differences.add("different", "view", "payload", "is another state than the stream's", values);
    return;
  }
  const expected = beside(fields);
  for (const [name, value] of Object.entries(expected)) {
    if (Json.same(value, fields[name])) continue;
    if (value === undefined && fields[name] === null && view.mayLack(name)) continue;
    const values = { legacy: show.json(value), stored: show.json(fields[name]) };
    differences.add("different", "view", name, "is not what the event says", values);
  }
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(expected, name)) differences.unknownField("view", "", name);
  }
};
