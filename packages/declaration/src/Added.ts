import type { Json } from "./Kind.ts";

/** What the first event of a stream says that nothing in the legacy rows does. */

/** A field of an event that nothing in the file says, as data. */
export type Added = (
  | { readonly _tag: "moment" }
  | { readonly _tag: "constant"; readonly json: Json }
) & {
  /** Where it is from. */
  readonly words: string;
};

/** `migrated_at`: all streams of a run must have the same. */
export const moment: Added = { _tag: "moment", words: "the moment of the run" };

/** The same in every event. */
export const constant = (json: Json, words: string): Added => ({ _tag: "constant", json, words });
