/**
 * JSON text to values and back without losing an integer. JSON numbers have no size, JavaScript's
 * have 53 bits: an integer beyond them is read as a `bigint`, a `bigint` is written as the number it
 * is, and a number beyond them with an exponent. Everything else is what `JSON` does.
 */
export const parse = (text: string): unknown =>
  mayHoldUnsafe(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);

/** Keys keep the order they have in `value`; no white space. */
export const stringify = (value: unknown): string => {
  try {
    const text = JSON.stringify(value);
    return text !== undefined && mayHoldUnsafe(text) ? JSON.stringify(value, writeNumber) : text;
  } catch (cause) {
    // Too deep or too long, and again would be no less.
    if (cause instanceof RangeError) throw cause;
    // A bigint, which few values hold: asking a function about every one takes twice as long.
    return JSON.stringify(value, writeNumber);
  }
};

/** The text of a finite number. A large one has an exponent: without, it would read as a `bigint`. */
export const ofNumber = (value: number): string =>
  Number.isSafeInteger(value) || !Number.isInteger(value) ? `${value}` : value.toExponential();

declare global {
  interface JSON {
    /** In every Node since 22; TypeScript's own library does not know it yet. */
    rawJSON(text: string): unknown;
  }
}

/**
 * An integer needs 16 digits to be unsafe, and most texts have no such run: the reviver is slow. One
 * of 16 digits in a row stands at a multiple of 16, so a few characters tell.
 */
const mayHoldUnsafe = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 16) {
    if (!isDigit(text, at)) continue;
    let [first, last] = [at, at];
    while (isDigit(text, first - 1)) first -= 1;
    while (isDigit(text, last + 1)) last += 1;
    if (last - first >= 15) return true;
  }
  return false;
};

const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return 48 <= code && code <= 57;
};

const exactInteger = (_key: string, value: unknown, context?: { readonly source?: string }) =>
  typeof value === "number" &&
  !Number.isSafeInteger(value) &&
  context?.source !== undefined &&
  /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;

const writeNumber = (_key: string, value: unknown) => {
  if (typeof value === "bigint") return JSON.rawJSON(value.toString());
  return typeof value === "number" && Number.isFinite(value)
    ? JSON.rawJSON(ofNumber(value))
    : value;
};
