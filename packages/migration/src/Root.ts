import { createHash } from "node:crypto";
import type { EncodedStream } from "@ledgerfold/event-store/EncodedStream";

/**
 * The SHA-256 of the events that a run wrote of one aggregate: of a line for each, in the order of the
 * log, with the id, the type and the version as a JSON array, the payload and the metadata.
 */
export interface Root {
  readonly add: (streams: ReadonlyArray<EncodedStream>) => void;
  readonly digest: () => string;
}

export const make = (): Root => {
  const hash = createHash("sha256");
  let last: object | undefined;
  let lastText = "";
  /** A run's events mostly share one object. */
  const textOf = (metadata: object): string => {
    if (metadata !== last) {
      last = metadata;
      lastText = JSON.stringify(metadata);
    }
    return lastText;
  };
  return {
    add: (streams) => {
      for (const { id, event } of streams) {
        const { type, version, payload, metadata } = event;
        hash.update(`${JSON.stringify([id, type, version])} ${payload} ${textOf(metadata)}\n`);
      }
    },
    digest: () => hash.copy().digest("hex"),
  };
};
