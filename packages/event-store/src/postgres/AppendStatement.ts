import type { StreamId } from "../EventStore.ts";
import type * as Plan from "../remote/AppendPlan.ts";
import type { Statements } from "./Statements.ts";
import { written } from "./Tables.ts";

/** Plans as the server takes them. */

export const named = ({ type, id }: StreamId) => ({ type: written(type), id: written(id) });
export const identified = (id: string) => ({ id: written(id) });

/** The statement that writes a plan, and its parameters but for patience and generation. */
export const make = (
  statements: Statements,
  planned: ReadonlyArray<Plan.Planned>,
  ats: ReadonlyArray<string>,
): Call => ofOne(statements, planned, ats) ?? ofAny(statements, planned, ats);

export interface Call {
  readonly statement: ReturnType<Statements["append"]>;
  readonly parameters: ReadonlyArray<unknown>;
}

/** Most appends are a single event, and to take that from JSON would be half of the work. */
const ofOne = (
  statements: Statements,
  [one, ...more]: ReadonlyArray<Plan.Planned>,
  [at]: ReadonlyArray<string>,
): Call | undefined => {
  if (one === undefined || more.length > 0 || one.snapshots.length > 0) return undefined;
  const [event, ...events] = one.events;
  const [view, ...views] = one.views;
  if (event === undefined || view === undefined || events.length + views.length > 0) {
    return undefined;
  }
  const { stream, sequence, type, version, payload, metadata, id } = event;
  return {
    statement: statements.appendOne(view.table),
    parameters: [
      ...[written(stream.type), written(stream.id), sequence - 1],
      ...[written(type), written(version), payload, JSON.stringify(metadata)],
      ...[id === null ? null : written(id), at, one.dropped.length > 0],
      ...[written(view.id), view.version, view.payload],
    ],
  };
};

const ofAny = (
  statements: Statements,
  planned: ReadonlyArray<Plan.Planned>,
  ats: ReadonlyArray<string>,
): Call => {
  const each = <Item, Row>(
    items: (planned: Plan.Planned) => ReadonlyArray<Item>,
    row: (item: Item, at: string) => Row,
  ) => planned.flatMap((one, n) => items(one).map((item) => ({ n, ...row(item, ats[n] ?? "") })));
  const assumed = [
    ...each(
      ({ observed }) => observed,
      ({ stream, version }) => ({ ...named(stream), version }),
    ),
    ...each(
      ({ events, after }) => (events.length === 0 ? [] : [...after]),
      (after) => ({ after }),
    ),
    ...each(
      ({ events }) => events.flatMap(({ id }) => (id === null ? [] : [id])),
      (id) => ({ event_id: written(id) }),
    ),
  ];
  const events = each(
    ({ events }) => events,
    ({ stream, sequence, type, version, payload, metadata, id }, at) => ({
      ...named(stream),
      sequence,
      event_type: written(type),
      event_version: written(version),
      payload,
      metadata: JSON.stringify(metadata),
      event_id: id === null ? null : written(id),
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
      ({ table, id, version, payload }) => ({ table, id: written(id), version, payload }),
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
