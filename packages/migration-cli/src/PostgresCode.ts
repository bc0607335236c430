/** What a failure means that PostgreSQL tells by such a code. */

/** The URL is none, names nothing that is there, or is not let in. */
export const isOfUrl = (code: string): boolean =>
  /^ERR_(INVALID_URL|SOCKET_BAD_PORT)$/.test(code) || advice(code) !== "";

/** What to do about it, to be said after the failure itself; may be empty. */
export const advice = (code: string): string => advices[code] ?? "";

const letIn =
  " See that the URL has the right user and password (of a password / is written %2F, ? %3F, # %23 and @ %40), and that the server lets that user in from here.";

const advices: Readonly<Record<string, string>> = {
  "28P01": letIn,
  "28000": letIn,
  "3D000": " Make that database, or name one that is there.",
};
