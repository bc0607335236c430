import { Schema } from "effect";
import type { Commit } from "./Workload.ts";

/** Appends as plain SQL gets them: everything folded and encoded but for the JSON text itself. */
export interface PlainAppend {
  readonly type: string;
  readonly id: string;
  readonly expected: number;
  readonly events: ReadonlyArray<{
    readonly type: string;
    readonly version: string;
    readonly payload: unknown;
    readonly metadata: unknown;
  }>;
  readonly view: { readonly table: string; readonly payload: unknown };
}

/** A function that turns commits into plain ones; it has to see those of a stream in their order. */
export const make = () => {
  const streams = new Map<string, { readonly model: unknown; readonly first: unknown }>();
  return (commit: Commit): ReadonlyArray<PlainAppend> =>
    commit.map(({ aggregate, id, expected, events }) => {
      const { type, codec, view } = aggregate;
      const before = streams.get(`${type} ${id}`);
      const first = before?.first ?? events[0].event;
      const model = events.reduce(
        (folded: unknown, { event }) => view.evolve(folded, event, { id, first }),
        before?.model ?? view.initial,
      );
      streams.set(`${type} ${id}`, { model, first });
      return {
        type,
        id,
        expected: typeof expected === "number" ? expected : 0,
        events: events.map(({ event, metadata = {} }) => {
          const stored = codec.encode(event);
          return { ...stored, payload: JSON.parse(stored.payload), metadata };
        }),
        view: { table: view.table, payload: plainly(Schema.encodeSync(view.schema)(model)) },
      };
    });
};

/** Encoded models hold `bigint` where JSON has a number. */
const plainly = (encoded: unknown): unknown =>
  JSON.parse(
    JSON.stringify(encoded, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
  );
