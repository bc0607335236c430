/** In quotes, with everything escaped that could move a cursor or hide a character. */
export const quote = (text: string): string => {
  const shown = text.length > longest ? text.slice(0, longest) : text;
  const escaped = shown.replace(/["\\\p{DI}]|[^\p{L}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return character === '"' || character === "\\"
      ? `\\${character}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return text.length > longest ? `"${escaped}"… (${text.length} characters)` : `"${escaped}"`;
};

const longest = 120;
