import type * as Document from "../../Document.ts";
import { html, type Markup, number } from "./Markup.ts";

/** In the order of the bar, where each is told from its neighbours by those who see few colours. */
export const outcomes = ["same", "different", "missing", "extra", "unreadable"] as const;

/** What is not there has no width, and one in a million has enough to be seen. */
export const widths = (counts: ReadonlyArray<number>): ReadonlyArray<number> => {
  const total = counts.reduce((a, b) => a + b, 0);
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) =>
    count === 0 ? 0 : least + (count / total) * (full - least * present),
  );
};

/** A drawing, not styled boxes: it needs no inline style, and it is printed in its colours. */
export const bar = (tally: Document.Tally): Markup => {
  const shares = widths(outcomes.map((outcome) => tally[outcome]));
  let x = 0;
  const rects = outcomes.flatMap((outcome, index) => {
    const width = shares[index] ?? 0;
    if (width === 0) return [];
    const from = shown(x);
    x += width;
    return [html`<rect class="${outcome}" x="${from}" width="${shown(width)}" height="14"/>`];
  });
  const [moved = 0] = widths([tally.movedOn, Math.max(0, tally.rows - tally.movedOn)]);
  const line = html`<rect class="movedOn" y="17" width="${shown(moved)}" height="3"/>`;
  return html`<svg role="img" aria-label="${described(tally)}"
viewBox="0 0 1000 20" preserveAspectRatio="none">
<rect class="track" width="1000" height="14"/>${rects}${line}
</svg>`;
};

const full = 1000;
const least = 16;

const shown = (length: number): string => String(Math.round(length * 10) / 10);

const described = (tally: Document.Tally): string => {
  const parts = outcomes.flatMap((outcome) =>
    tally[outcome] === 0 ? [] : [`${number(tally[outcome])} ${outcome}`],
  );
  const moved = tally.movedOn === 0 ? "" : `; ${number(tally.movedOn)} moved on`;
  return parts.length === 0 ? "none" : parts.join(", ") + moved;
};
