/** SQLite takes only the letters of ASCII for the same in both cases. */
export const folded = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
