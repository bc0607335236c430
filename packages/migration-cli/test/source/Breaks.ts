// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of other files

import type { Broken } from "../broken.ts";

/** One line each of what makes a server's values cells, and what stands in its place. */

const of = (file: string, ...pairs: ReadonlyArray<readonly [line: string, broken: string]>) =>
  pairs.map(([line, broken]): Broken => ({ file, line, broken }));

export const breaks: ReadonlyArray<Broken> = [
  ...of(
    "packages/migration-cli/src/source/Encoding.ts",
    // Moments of a zone.
    ["(${column} - (${near}", "(${column} + (${near}"],
    ["${name} - ${near}))", "${name}))"],
    ['[candidate("-"), candidate("+")]', '[candidate("-"), candidate("-")]'],
    ['[candidate("-"), candidate("+")]', '[candidate("+"), candidate("+")]'],
    ["when ${before} = ${after} then ${before}", "when ${before} = ${after} then ${column}"],
    ["when ${leadsBack(before)} and ${leadsBack(after)} then", "when false then"],
    ["when ${leadsBack(before)} then ${before}", "when ${leadsBack(before)} then ${after}"],
    ["when ${leadsBack(after)} then ${after}", "when ${leadsBack(after)} then ${before}"],
    ["else 'none ' || ${column}::text end", "else ${before}::text end"],
    ["< '0001-01-03' or", "< '2025-01-01' or"],
    ["Zone.isUtc(zone)", "zone !== undefined"],
    ['fraction.padEnd(6, "0")', 'fraction.padStart(6, "0")'],
    ['["timezone", "UTC"]', '["timezone", "Asia/Tokyo"]'],
    // Flags, numbers, texts and bytes.
    ["${column}::int::text", "(not ${column})::int::text"],
    ["{ ...asText, read: BigInt }", "{ ...asText, read: (text) => BigInt(Number(text)) }"],
    ["${column}::float8::text", "${column}::float4::text"],
    ["(/^-?[.\\d]+$/.test(text) ? text :", "(/^-?[.\\d]+$/.test(text) ? String(Number(text)) :"],
    ["bpchar: { ...asText, select: (column) => sql`${column}` }", "bpchar: asText"],
    ['Buffer.from(text, "hex")', "Buffer.from(text)"],
  ),
  ...of("packages/migration-cli/src/source/TableCopy.ts", [
    "Encoding.of(column, kind?.zone ?? zone)",
    "Encoding.of(column, zone ?? kind?.zone)",
  ]),
];
