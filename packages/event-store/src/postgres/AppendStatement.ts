import type { StreamId } from "../EventStore.ts";
import type * as AppendPlan from "../remote/AppendPlan.ts";
import * as ArrayText from "./ArrayText.ts";
import type { Statements } from "./Statements.ts";
import { escapeNul } from "./Text.ts";

/** Plans as the server takes them. */

export const named = ({ type, id }: StreamId) => ({ type: escapeNul(type), id: escapeNul(id) });
export const identified = (id: string) => ({ id: escapeNul(id) });

/** The statement that writes a plan, and its parameters but for schema, patience and generation. */
export const make = (
  statements: Statements,
  planned: ReadonlyArray<AppendPlan.Planned>,
  ats: ReadonlyArray<string>,
): AppendStatement => ofOne(statements, planned, ats) ?? ofAny(statements, planned, ats);

export interface AppendStatement {
  readonly statement: ReturnType<Statements["append"]>;
  readonly parameters: ReadonlyArray<unknown>;
}

/** Most appends are a single event, and to take that from JSON would be half of the work. */
const ofOne = (
  statements: Statements,
  [one, ...more]: ReadonlyArray<AppendPlan.Planned>,
  [at]: ReadonlyArray<string>,
): AppendStatement | undefined => {
  if (one === undefined || more.length > 0 || one.snapshots.length > 0) return undefined;
  const [event, ...events] = one.events;
  const [observed] = one.observed;
  const [view, ...views] = one.views;
  if (event === undefined || view === undefined || events.length + views.length > 0) {
    return undefined;
  }
  const { stream, sequence, type, version, payload, metadata, id } = event;
  return {
    statement: statements.appendOne(view.table),
    parameters: [
      ...[escapeNul(stream.type), escapeNul(stream.id), sequence - 1, observed?.writer ?? null],
      ...[escapeNul(type), escapeNul(version), payload, JSON.stringify(metadata)],
      ...[id === null ? null : escapeNul(id), at, one.dropped.length > 0],
      ...[escapeNul(view.id), view.version, view.payload],
    ],
  };
};

const ofAny = (
  statements: Statements,
  planned: ReadonlyArray<AppendPlan.Planned>,
  ats: ReadonlyArray<string>,
): AppendStatement => {
  const [seen, built, written] = [columns(5), columns(2), columns(9)];
  const views = new Map<string, ReturnType<typeof columns>>();
  const dropped: Array<object> = [];
  const kept: Array<object> = [];
  for (const [n, one] of planned.entries()) {
    for (const { stream, version, writer } of one.observed) {
      seen.add(n, escapeNul(stream.type), escapeNul(stream.id), version, writer);
    }
    if (one.events.length > 0) for (const after of one.after) built.add(n, after);
    for (const { stream, sequence, type, version, payload, metadata, id } of one.events) {
      written.add(
        ...[n, escapeNul(stream.type), escapeNul(stream.id), sequence, escapeNul(type)],
        ...[escapeNul(version), payload, JSON.stringify(metadata)],
        id === null ? null : escapeNul(id),
      );
    }
    for (const stream of one.dropped) dropped.push({ n, ...named(stream) });
    for (const { stream, version, snapshot } of one.snapshots) {
      const { payload, at, schemaVersion } = snapshot;
      const taken = { payload, taken: at, schema_version: schemaVersion };
      kept.push({ n, ...named(stream), version, ...taken });
    }
    for (const { table, id, version, payload } of one.views) {
      const rows = views.get(table) ?? columns(4);
      rows.add(n, escapeNul(id), version, payload);
      views.set(table, rows);
    }
  }
  // In one order, so that the same statement serves again.
  const tables = [...views.keys()].sort();
  const parameters = [
    ...[...seen.arrays, ...built.arrays, ats, ...written.arrays].map(ArrayText.make),
    ...[dropped, kept].map((rows) => (rows.length === 0 ? null : JSON.stringify(rows))),
    ...tables.flatMap((table) => views.get(table)?.arrays.map(ArrayText.make) ?? []),
  ];
  return { statement: statements.append(tables), parameters };
};

/** A list of rows as the array of each of its columns. */
const columns = (count: number) => {
  const arrays = Array.from({ length: count }, (): Array<ArrayText.Element> => []);
  const add = (...row: ReadonlyArray<ArrayText.Element>) => {
    for (const [at, array] of arrays.entries()) array.push(row[at] ?? null);
  };
  return { arrays, add };
};
