import { html, type Markup, nothing } from "./Markup.ts";

type Sides = readonly [Markup | null, Markup | null];

/** Marks where two values part, so that nobody has to look for the digit. */
export const contrast = (expected: string | null, stored: string | null): Sides => {
  if (expected === null || stored === null) {
    return [expected === null ? null : html`${expected}`, stored === null ? null : html`${stored}`];
  }
  const [a, b] = [take(expected), take(stored)];
  const shorter = Math.min(a.core.length, b.core.length);
  let head = 0;
  while (head < shorter && a.core[head] === b.core[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a.core.at(-1 - tail) === b.core.at(-1 - tail)) tail += 1;
  // Where nothing is in common, there is nothing to point at.
  if (head + tail === 0 || (a.core.length === head + tail && b.core.length === head + tail)) {
    return [html`${expected}`, html`${stored}`];
  }
  return [marked(a, head, tail), marked(b, head, tail)];
};

interface Taken {
  readonly before: string;
  /** By code points: half of one is no text. */
  readonly core: ReadonlyArray<string>;
  readonly after: string;
}

/** Without the storage class and the quotes, in which a cell and JSON differ anyway. */
const take = (text: string): Taken => {
  const [, before = "", core = "", after = ""] =
    /^((?:(?:INTEGER|REAL|TEXT|BLOB) )?"?)(.*?)("?)$/s.exec(text) ?? [];
  return { before, core: [...core], after };
};

const marked = ({ before, core, after }: Taken, head: number, tail: number): Markup => {
  const middle = core.slice(head, core.length - tail).join("");
  const mark = middle === "" ? nothing : html`<mark>${middle}</mark>`;
  const start = before + core.slice(0, head).join("");
  const end = core.slice(core.length - tail).join("") + after;
  return html`${start}${mark}${end}`;
};
