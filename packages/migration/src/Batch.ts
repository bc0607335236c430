import type { EncodedStream } from "@ledgerfold/event-store/EncodedStream";

/**
 * Streams that wait to be written together: each append that may fail alone has SQLite keep a copy of
 * every page that it touches, and the keys of many streams share pages.
 */
export interface Batch {
  /** Whether it is full. */
  readonly add: (streams: ReadonlyArray<EncodedStream>) => boolean;
  /** All that wait, which then do no more. */
  readonly take: () => ReadonlyArray<EncodedStream>;
}

export const make = (): Batch => {
  let waiting: Array<EncodedStream> = [];
  let characters = 0;
  return {
    add: (streams) => {
      for (const stream of streams) {
        waiting.push(stream);
        characters += stream.event.payload.length + stream.view.length;
      }
      return waiting.length >= mostStreams || characters >= mostCharacters;
    },
    take: () => {
      const streams = waiting;
      waiting = [];
      characters = 0;
      return streams;
    },
  };
};

const mostStreams = 2_000;
const mostCharacters = 4 * 2 ** 20;
