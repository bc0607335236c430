/**
 * PostgreSQL stores no U+0000 in a text. Names and ids are therefore stored with U+0000 escaped as
 * U+0001 U+0001, and U+0001 as U+0001 U+0002. Any other text is stored as it is, and the escaped
 * texts sort, by their bytes, in the order of the texts themselves.
 */

export const escapeNul = (text: string): string =>
  toEscape.test(text)
    ? text.replaceAll(eachToEscape, (character) => (character === "\0" ? "\x01\x01" : "\x01\x02"))
    : text;

export const unescapeNul = (text: string): string =>
  text.includes("\x01")
    ? text.replaceAll(pairs, (pair) => (pair === "\x01\x01" ? "\0" : "\x01"))
    : text;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const toEscape = /[\0\x01]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
const eachToEscape = /[\0\x01]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same.
const pairs = /\x01[\x01\x02]/g;
