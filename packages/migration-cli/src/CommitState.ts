/** What has become of what a command was given to do; the end of its transaction says so. */

let state: "not" | "committing" | "maybe" | "kept" = "not";
let teller: Teller | undefined;

/** The subcommand that tells what a commit has left whose answer was lost. */
type Teller = "verify-only" | "status";

/** Of one command after another in a process. */
export const reset = (): void => {
  state = "not";
  teller = undefined;
};

/** For whoever says that nothing was written, before anything is done. */
export const begin = (toldBy: Teller): void => {
  teller = toldBy;
};

/** A commit on a server is about to be asked for. */
export const committing = (): void => {
  state = "committing";
};

export const tell = (isKnown: boolean): void => {
  state = isKnown ? "kept" : "maybe";
};

/** From then on it is too late for a signal. */
export const isKept = (): boolean => state === "kept";

/** Whether nobody here can know what is kept. */
export const isUnknown = (): boolean => state === "maybe";

/** Makes ready for another try, unless something of this one is, or may be, kept. */
export const canTryAgain = (): boolean => {
  if (state === "committing") state = "not";
  return state === "not";
};

/** The half of a sentence that says so, of what has ended in order. */
export const shown = (): string => {
  if (state === "kept") return "all was done and kept already";
  return state === "maybe"
    ? `the commit was not confirmed, so it is unknown whether ${either()}`
    : "nothing was changed";
};

/** What a failure ends with; nothing where there was nothing to be written. */
export const sentence = (): string => {
  if (state === "kept") return " All was done and kept already.";
  if (state === "maybe") return ` It is unknown whether ${either()}.`;
  return teller === undefined ? "" : " Nothing was written.";
};

/** What is true where the process ends in this moment, whatever it does. */
export const now = (): string => {
  if (state === "kept") return "all is done and kept already";
  return state === "not"
    ? "nothing is written then either, though half a backup or a temporary copy may be left"
    : `the commit is under way, and then nobody knows whether ${either()}`;
};

const either = (): string => `all was kept or nothing: ${howToTell[teller ?? "verify-only"]}`;

const howToTell: Readonly<Record<Teller, string>> = {
  "verify-only": "verify-only tells, and it is safe to run again",
  // Without a run's id it would take back the one before.
  status: "status tells, and is to be asked before this is run again",
};
