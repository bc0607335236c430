/** Text that is HTML already. Whatever else goes into a template is escaped there. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Part = string | Markup | ReadonlyArray<Markup>;

/** The only way to a `Markup` from anything that a file may contain. */
export const html = (literals: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Markup => {
  let source = literals[0] ?? "";
  for (const [index, part] of parts.entries()) source += sourceOf(part) + literals[index + 1];
  return new Markup(source);
};

export const nothing = new Markup("");

const sourceOf = (part: Part): string => {
  if (typeof part === "string") return escaped(part);
  return part instanceof Markup ? part.source : part.map(({ source }) => source).join("");
};

/**
 * For an element's text and for a quoted attribute. What nobody can see, or what would move other
 * text about, is written as its code point, as everywhere else in what the command says.
 */
const escaped = (text: string): string =>
  text
    .replace(
      /(?! )[\p{C}\p{Z}\p{DI}]/gu,
      (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    )
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A value of the file: its direction is its own, and it may break anywhere. */
export const value = (text: string | Markup): Markup => html`<bdi>${text}</bdi>`;

export const number = (count: number): string => count.toLocaleString("en");

export const counted = (count: number, one: string, many: string): string =>
  `${number(count)} ${count === 1 ? one : many}`;
