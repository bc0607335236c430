/** A value of a column that is an array. */
export type Element = string | number | null;

/**
 * PostgreSQL's text of an array, for which `pg` takes twice as long. Most of them are JSON but for the
 * braces: what JSON writes as an escape other than those of `"` and `\`, an array has as it is.
 */
export const make = (elements: ReadonlyArray<Element>): string =>
  elements.some(isEscapedOtherwise)
    ? `{${elements.map(quoted).join(",")}}`
    : `{${JSON.stringify(elements).slice(1, -1)}}`;

const isEscapedOtherwise = (element: Element): boolean =>
  typeof element === "string" && otherEscapes.test(element);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const otherEscapes = /[\0-\x1f\ud800-\udfff]/;

const quoted = (element: Element): string =>
  typeof element === "string" ? `"${element.replace(/["\\]/g, "\\$&")}"` : String(element);
