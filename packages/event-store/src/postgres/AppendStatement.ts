import type { StreamId } from "../EventStore.ts";
import type * as AppendPlan from "../remote/AppendPlan.ts";
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
  const each = <Item, Row>(
    items: (planned: AppendPlan.Planned) => ReadonlyArray<Item>,
    row: (item: Item, at: string) => Row,
  ) => planned.flatMap((one, n) => items(one).map((item) => ({ n, ...row(item, ats[n] ?? "") })));
  const assumed = [
    ...each(
      ({ observed }) => observed,
      ({ stream, version, writer }) => ({ ...named(stream), version, writer }),
    ),
    ...each(
      ({ events, after }) => (events.length === 0 ? [] : [...after]),
      (after) => ({ after }),
    ),
    ...each(
      ({ events }) => events.flatMap(({ id }) => (id === null ? [] : [id])),
      (id) => ({ event_id: escapeNul(id) }),
    ),
  ];
  const events = each(
    ({ events }) => events,
    ({ stream, sequence, type, version, payload, metadata, id }, at) => ({
      ...named(stream),
      sequence,
      event_type: escapeNul(type),
      event_version: escapeNul(version),
      payload,
      metadata: JSON.stringify(metadata),
      event_id: id === null ? null : escapeNul(id),
      recorded_at: at,
    }),
  );
  const dropped = each(
    ({ dropped }) => dropped,
    (stream) => named(stream),
  );
  const kept = each(
    ({ snapshots }) => snapshots,
    ({ stream, version, snapshot: { payload, at, schemaVersion } }) => {
      return { ...named(stream), version, payload, taken: at, schema_version: schemaVersion };
    },
  );
  const views = Map.groupBy(
    each(
      ({ views }) => views,
      ({ table, id, version, payload }) => ({ table, id: escapeNul(id), version, payload }),
    ),
    ({ table }) => table,
  );
  // In one order, so that the same statement serves again.
  const tables = [...views.keys()].sort();
  const parameters = [
    ...[assumed, events].map((rows) => JSON.stringify(rows)),
    ...[dropped, kept].map((rows) => (rows.length === 0 ? null : JSON.stringify(rows))),
    ...tables.map((table) => JSON.stringify(views.get(table))),
  ];
  return { statement: statements.append(tables), parameters };
};
