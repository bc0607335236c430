/** What has become of what this process was started for; the end of its transaction says so. */

let state: "not" | "maybe" | "kept" = "not";

export const tell = (isKnown: boolean): void => {
  state = isKnown ? "kept" : "maybe";
};

/** From then on it is too late for a signal. */
export const isKept = (): boolean => state === "kept";

/** The half of a sentence that says so. */
export const shown = (): string => texts[state];

const texts = {
  not: "nothing was changed",
  maybe:
    "the connection was lost during the commit, so it is unknown whether all was kept or nothing: verify-only tells, and it is safe to run again",
  kept: "all was done and kept already",
};
