/**
 * Text as it may reach a terminal or a log. Whoever says something quotes what is of a file, a server
 * or a command line; this is the gate that nothing gets around: what a terminal would act on, what
 * nobody can see and what would turn other text round is written as its code point.
 */

/** One line of it, whatever it contains; the password of a server's URL is in none. */
export const line = (text: string): string =>
  text.replace(password, "…").replace(passwordParameter, "…").replace(hidden, escaped);

// Also of a URL that was taken for a path, which joins slashes, or cut short; a port is none.
const password =
  /(?<=\bpostgres(?:ql)?:\/{1,2}[^\s:@/[]*:)(?!\d+(?:[^\w%@]|$))(?:[^\s"]*(?=@)|[^\s"]+)/gi;
const passwordParameter = /(?<=\bpostgres(?:ql)?:\/{1,2}[^\s"]*[?&]password=)[^\s"&]*/gi;

const lines = (text: string): string => text.split("\n").map(line).join("\n");

/** The same with what our own help and the parser's messages are coloured with, or without that. */
export const styled = (text: string, coloured: boolean): string =>
  text
    .split(style)
    .map((part, place) => (place % 2 === 0 ? lines(part) : coloured ? part : ""))
    .join("");

/** Escapes for weight, underlining and colour; none that hides text or moves the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what begins them
const style = /(\u001b\[(?:[0-4]|2[1-4]|3[0-79]|9[0-7])?(?:;(?:[0-4]|2[1-4]|3[0-79]|9[0-7]))*m)/;

const hidden = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;
