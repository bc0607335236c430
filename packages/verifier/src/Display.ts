import { createHash } from "node:crypto";

/** Values for people to look at: short, on one line, and nothing that a terminal would act on. */

/** Everything but printable ASCII as its code point; what went through it once stays as it is. */
export const printable = (text: string): string =>
  text.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

export const shortened = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}... (${text.length} characters)` : text;

/** As JSON writes it, with the length of what had to be cut off. */
export const quoted = (text: string): string => {
  const head = printable(JSON.stringify(text.slice(0, longest)));
  return text.length > longest ? `${head}... (${text.length} characters)` : head;
};

export const bytes = (value: Uint8Array): string => {
  const head = Buffer.from(value.subarray(0, longest / 2)).toString("hex");
  return value.length > longest / 2 ? `x'${head}'... (${value.length} bytes)` : `x'${head}'`;
};

/** Tells two secrets apart and says nothing of either. */
export const digest = (value: string | Uint8Array): string =>
  `sha256 ${createHash("sha256").update(value).digest("hex").slice(0, 8)}`;

const longest = 100;
