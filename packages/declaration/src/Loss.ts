/** How grave it is where a log that another program wrote does not say what its rows do. */

/**
 * How grave it is where a log says something else than its rows, gravest first: a row without its
 * stream, or a stream without a row; who or what it is about; a decimal; what became null; a moment;
 * text; what only a migration of ours writes; metadata; a view, which can be made anew.
 */
export const weights = [
  "row",
  "who",
  "decimal",
  "dropped",
  "moment",
  "text",
  "added",
  "metadata",
  "view",
] as const;

/** One of `weights`. */
export type Weight = (typeof weights)[number];

/** What it means where a field of the event is lost, or says something else than the row. */
export interface Loss {
  /** In place of what its values are otherwise counted as. */
  readonly weight?: Weight;
  /** Half a sentence: `their service hedges again`. */
  readonly means?: string;
}

/** By field of the event. */
export type Losses = Readonly<Record<string, Loss>>;

/** So much fits into a line of the judgement. */
export const longest = 88;
