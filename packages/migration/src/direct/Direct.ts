import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { Direct } from "@ledgerfold/declaration/Writing";
import type { Metadata } from "@ledgerfold/event-store/EventStore";
import type { RawRow } from "../BadData.ts";

/**
 * The short way of a row into the log, for the speed of large files: from its cells to the texts
 * that are stored, past the schemas. The schemas stay the definition. A row that is not good in the
 * way in which most are gets nothing here, and goes through them. For any other row the texts are
 * those that the schemas would give, to the character, as tests check over rows of every kind.
 */
export type { Direct } from "@ledgerfold/declaration/Writing";

export interface Texts {
  readonly id: string;
  /** JSON, as `EventCodec.encode` writes the event `Migrated`. */
  readonly payload: string;
  /** JSON: the view's row after the event. */
  readonly view: string;
}

/** `texts` gives `undefined` for what the schemas have to judge. */
export const make = (
  { codec }: Aggregate.Any,
  metadata: Metadata,
  texts: (cells: RawRow) => Texts | undefined,
  onWritten: Direct["onWritten"],
): Direct => {
  const type = codec.eventType("Migrated");
  const { version } = codec;
  return {
    stream: (cells) => {
      const found = texts(cells);
      if (found === undefined) return undefined;
      const { id, payload, view } = found;
      return { id, event: { type, version, payload, metadata, id: null }, view };
    },
    onWritten,
  };
};
