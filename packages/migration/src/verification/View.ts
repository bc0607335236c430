import type { Case, Judged } from "./Case.ts";
import * as Event from "./Event.ts";
import * as Json from "./Json.ts";
import { Unreadable } from "./Read.ts";
import type { Subject } from "./Subject.ts";

/**
 * Compares a view's row with its stream, of which `last` is the last sequence. What it says is
 * compared only while the stream is as it was migrated.
 */
export const judge = (
  subject: Subject,
  { id, view }: Case,
  { findings, first, events, isComparable }: Judged,
  last: unknown,
): void => {
  const { show } = subject;
  if (first === undefined) {
    if (view !== undefined) findings.add("extra", "view", null, "a view row without a stream");
    return;
  }
  if (view === undefined) {
    findings.add("missing", "view", null, "the stream has no view row");
    return;
  }
  if (view.doubled) findings.add("unreadable", "view", "view_id", "is that of several rows");
  const { version, payload } = view.row;
  if (typeof last === "bigint" && version !== last) {
    const values = { legacy: String(last), stored: show.cell(version) };
    findings.add("different", "view", "version", "is not the stream's last sequence", values);
  }
  if (events > 1 || !isComparable || first.content === undefined) return;
  const stored = Event.tagged(payload);
  if (stored instanceof Unreadable) {
    findings.add("unreadable", "view", "payload", stored.reason);
  } else if (stored.tag !== subject.view.tag) {
    const values = { legacy: subject.view.tag, stored: show.json(stored.tag) };
    findings.add("different", "view", "payload", "is another state than the stream's", values);
  } else {
    const expected = subject.view.fields(first.content.fields, String(id));
    for (const name of Object.keys(expected)) {
      if (Json.same(expected[name], stored.fields[name])) continue;
      const values = { legacy: show.json(expected[name]), stored: show.json(stored.fields[name]) };
      findings.add("different", "view", name, "is not what the event says", values);
    }
    for (const name of Object.keys(stored.fields)) {
      if (!Object.hasOwn(expected, name)) findings.unknownField("view", "", name);
    }
  }
};
