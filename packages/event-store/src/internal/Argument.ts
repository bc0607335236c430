import { Duration, Option } from "effect";
import { longestId } from "../Event.ts";
import { InvalidArgument } from "../InvalidArgument.ts";

/**
 * What is asked of the arguments of a store, the same for every engine: databases would each do
 * something else with what they can't take. Each gives what is wrong, if anything is.
 */

interface Named {
  /** As `EventStore.read`. */
  readonly operation: string;
  readonly argument: string;
}

type Problem = InvalidArgument | undefined;

const refuse = (named: Named, value: unknown, rule: string) =>
  new InvalidArgument({ ...named, found: shown(value), rule });

/** A whole number that a double holds exactly; what is left out is another matter. */
export const whole = (
  operation: string,
  argument: string,
  value: unknown,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): Problem =>
  value === undefined ||
  (Number.isSafeInteger(value) && least <= Number(value) && Number(value) <= most)
    ? undefined
    : refuse({ operation, argument }, value, wholeFrom(least, most));

const wholeFrom = (least: number, most: number) =>
  most === Number.MAX_SAFE_INTEGER
    ? `a whole number from ${least} on`
    : `a whole number from ${least} to ${most}`;

/** Text of any characters, but for half a surrogate pair: drivers make U+FFFD of that. */
export const text = (operation: string, argument: string, value: unknown): Problem => {
  if (typeof value !== "string") return refuse({ operation, argument }, value, "text");
  if (value.isWellFormed()) return undefined;
  const found = `${shown(value)}, which is not well-formed Unicode`;
  const rule = "text that every database keeps as it is";
  return new InvalidArgument({ operation, argument, found, rule });
};

/** Text that names something for good: databases find it by an index, whose entries have an end. */
export const id = (
  operation: string,
  argument: string,
  value: unknown,
  longest = longestId,
): Problem => {
  const problem = text(operation, argument, value);
  return problem === undefined && bytesOf(value as string, longest) > longest
    ? refuse({ operation, argument }, value, `text of at most ${longest} bytes`)
    : problem;
};

/** Text without U+0000, which PostgreSQL reads in no JSON. */
export const withoutNul = (operation: string, argument: string, value: unknown): Problem =>
  text(operation, argument, value) ??
  (String(value).includes("\0")
    ? refuse({ operation, argument }, value, "text without U+0000")
    : undefined);

/** Counted only where that matters. */
const bytesOf = (text: string, longest: number) =>
  text.length * 3 > longest ? Buffer.byteLength(text) : text.length;

export const texts = (operation: string, argument: string, values: unknown): Problem => {
  if (values === undefined) return undefined;
  if (!Array.isArray(values)) return refuse({ operation, argument }, values, "a list of texts");
  for (const value of values) {
    const problem = text(operation, argument, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** Names to choose by; databases take only so many parameters. */
export const names = (operation: string, argument: string, values: unknown): Problem => {
  const problem = texts(operation, argument, values);
  return problem === undefined && Array.isArray(values) && values.length > mostNames
    ? refuse({ operation, argument }, values, `at most ${mostNames} names`)
    : problem;
};

/** How many there are to choose by. */
export const few = (operation: string, argument: string, count: number): Problem =>
  whole(operation, argument, count, 0, mostNames);

const mostNames = 10_000;

export const oneOf = (
  operation: string,
  argument: string,
  value: unknown,
  values: ReadonlyArray<unknown>,
): Problem =>
  values.includes(value)
    ? undefined
    : refuse(
        { operation, argument },
        value,
        `one of ${values
          .filter((one) => one !== undefined)
          .map(shown)
          .join(", ")}`,
      );

/** A span of time; Effect itself takes what is none, and less than none, for none. */
export const duration = (operation: string, argument: string, value: unknown): Problem => {
  const isNone =
    Option.isNone(Duration.decodeUnknown(value)) ||
    (typeof value === "number" && !(value >= 0)) ||
    (typeof value === "string" && value.startsWith("-"));
  return value === undefined || !isNone
    ? undefined
    : refuse({ operation, argument }, value, "a span of time");
};

/** As the stores write it: RFC 3339 in UTC with milliseconds, of a year that every database has. */
export const moment = (operation: string, argument: string, value: unknown): Problem =>
  typeof value === "string" && isMoment(value)
    ? undefined
    : refuse({ operation, argument }, value, "a moment such as 2026-01-31T23:59:59.000Z");

const isMoment = (text: string): boolean => {
  const time = Date.parse(text);
  return (
    !Number.isNaN(time) && new Date(time).toISOString() === text && /^(?!0000)\d{4}-/.test(text)
  );
};

/** The name of something in a database that keeps so many bytes of one. */
export const name = (
  operation: string,
  argument: string,
  value: unknown,
  longest: number,
): Problem =>
  typeof value === "string" &&
  value !== "" &&
  value.isWellFormed() &&
  !value.includes("\0") &&
  Buffer.byteLength(value) <= longest
    ? undefined
    : refuse(
        { operation, argument },
        value,
        `a name of 1 to ${longest} bytes without U+0000, as databases cut longer ones`,
      );

export const fileName = (operation: string, argument: string, value: unknown): Problem =>
  typeof value === "string" && value !== "" && value.isWellFormed() && !value.includes("\0")
    ? undefined
    : refuse({ operation, argument }, value, "the name of a file");

/** Short enough for a message. */
export const shown = (value: unknown): string => {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "object"
        ? kindOf(value)
        : String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
};

const kindOf = (value: object | null) =>
  value === null ? "null" : Array.isArray(value) ? "a list" : "an object";

const longestShown = 100;
