import type { StreamCase, Judged } from "./StreamCase.ts";
import type { Cell } from "./Cell.ts";
import type { Differences } from "./Difference.ts";
import * as Event from "./Event.ts";
import * as Fold from "./Fold.ts";
import * as Json from "./Json.ts";
import { Unreadable } from "./Read.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/**
 * Compares a view's row with its stream, of which `last` is the last sequence. Once the migrated event
 * is not the only one, the row's fields are compared where `state` says what the stream comes to; not
 * those of a row that is behind, which must be made anew all the same.
 */
export const judge = (
  spec: AggregateSpec,
  { id, view }: StreamCase,
  { differences, first, events, isComparable }: Judged,
  last: unknown,
  state?: Fold.State,
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
    compare(spec, { tag: spec.view.tag, beside, same: Json.same }, payload, differences);
  } else if (state !== undefined && spec.folding !== undefined && version === last) {
    const { tag, fields } = Fold.shown(spec.folding, state, String(id));
    compare(spec, { tag, beside: () => fields, same: Fold.means }, payload, differences);
  }
};

interface Expected {
  readonly tag: string;
  readonly beside: (stored: Json.JsonObject) => ReturnType<AggregateSpec["view"]["fields"]>;
  readonly same: (said: Json.Json | undefined, stored: Json.Json | undefined) => boolean;
}

const compare = (
  { show, view }: AggregateSpec,
  wanted: Expected,
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
  if (tag !== wanted.tag) {
    const values = { legacy: show.text(wanted.tag), stored: show.text(tag) };
    differences.add("different", "view", "payload", "is another state than the stream's", values);
    return;
  }
  const expected = wanted.beside(fields);
  for (const [name, value] of Object.entries(expected)) {
    if (wanted.same(value, fields[name])) continue;
    if (value === undefined && fields[name] === null && view.mayLack(name)) continue;
    const values = { legacy: show.json(value), stored: show.json(fields[name]) };
    differences.add("different", "view", name, "is not what the event says", values);
  }
  for (const name of Object.keys(fields)) {
    if (!Object.hasOwn(expected, name)) differences.unknownField("view", "", name);
  }
};
