/** One word of a POSIX shell, as short as can be. */
export const word = (text: string): string =>
  /^[\w./:@%+=,-]+$/.test(text) && !text.startsWith("=") ? text : quote(text);

/** In single quotes, whatever it holds; fish reads it too. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
