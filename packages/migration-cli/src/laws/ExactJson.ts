/** JSON with all the digits of its numbers. */

interface Exact {
  readonly rawJSON: (text: string) => unknown;
  readonly isRawJSON: (value: unknown) => boolean;
}

/** In every Node since 22. */
const exact = JSON as unknown as Exact;

export const isNumber = (value: unknown): boolean => exact.isRawJSON(value);

/** Its numbers are such that `isNumber` knows, and `stringify` gives back as they were. */
export const parse = (text: string): unknown =>
  JSON.parse(text, (_: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" ? exact.rawJSON(context?.source ?? "") : value,
  );

export const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === "bigint" ? exact.rawJSON(String(one)) : one,
  ) ?? "";
