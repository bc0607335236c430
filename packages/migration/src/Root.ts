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
  return {
    add: (streams) => {
      for (const { id, event } of streams) {
        const { type, version, payload, metadata } = event;
        hash.update(
          `${JSON.stringify([id, type, version])} ${payload} ${JSON.stringify(metadata)}\n`,
        );
      }
    },
    digest: () => hash.copy().digest("hex"),
  };
};
