import { html, type Markup, nothing, number } from "./Markup.ts";

/** Says so where a list is not whole. */
export const rest = (listed: number, all: number, what: string): Markup =>
  listed >= all
    ? nothing
    : html`<p class="rest">
This page shows the first ${number(listed)} of ${number(all)} ${what}; the JSON report has all.
</p>`;
