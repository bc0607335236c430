import { legacyLabel } from "../../Difference.ts";
import type * as Document from "../../Document.ts";
import { contrast } from "./Contrast.ts";
import { html, type Markup, nothing, number, value } from "./Markup.ts";
import { rest } from "./Rest.ts";

/**
 * Rows are laid out by themselves, and only those on the screen, so that thousands can be filtered
 * while one types; as such boxes are no table to every browser, the roles are written out.
 */
export const differences = (listed: ReadonlyArray<Document.Difference>, all: number): Markup => {
  if (listed.length === 0) {
    return html`<section id="differences">
<h2>Differences</h2>
${all === 0 ? html`<p class="none">None.</p>` : rest(0, all, "differences")}
</section>`;
  }
  return html`<section id="differences">
<h2>Differences <span class="count">${number(all)}</span></h2>
${rest(listed.length, all, "differences")}
${filter(listed)}
<div class="pane" role="region" aria-labelledby="differences-of" tabindex="0">
<table class="differences" role="table">
<caption>
<span class="unseen" id="differences-of">What is not as the other side says</span>
</caption>
<thead role="rowgroup"><tr role="row">${headings}</tr></thead>
<tbody role="rowgroup">
${listed.map(row)}</tbody>
</table>
</div>
</section>`;
};

const headings = ["Kind", "Stream", "Where", "Values", "Why"].map(
  (name) => html`<th role="columnheader" scope="col">${name}</th>`,
);

/** The script reads the cells by their places; see there. */
const row = ({
  kind,
  side,
  aggregate,
  id,
  field,
  legacy,
  stored,
  reason,
  since,
}: Document.Difference): Markup => {
  const [expected, actual] = contrast(legacy, stored);
  const why = since === null ? nothing : html`<p class="since">${value(since)}</p>`;
  const values = [
    ...labelled(legacyLabel({ kind, side }), expected),
    ...labelled("stored", actual),
  ];
  return html`<tr role="row">
<td role="cell" class="kind ${kind}">${kind}</td>
<th role="rowheader" scope="row"><small>${aggregate}</small> ${value(id)}</th>
<td role="cell"><small>${side}</small> ${field === null ? nothing : value(field)}</td>
<td role="cell">${values.length === 0 ? nothing : html`<dl>${values}</dl>`}</td>
<td role="cell">${value(reason)}${why}</td>
</tr>
`;
};

const labelled = (label: string, shown: Markup | null): ReadonlyArray<Markup> =>
  shown === null ? [] : [html`<dt>${label}</dt><dd>${value(shown)}</dd>`];

/** Hidden until there is a script to make it work. */
const filter = (
  listed: ReadonlyArray<Document.Difference>,
): Markup => html`<form id="filter" role="search" aria-label="Filter the differences"
autocomplete="off" hidden>
<p class="words">
<label for="text">Text</label>
<input type="search" id="text" name="text" placeholder="id, field, value, reason"
spellcheck="false">
</p>
${select(
  "Kind",
  "kind",
  listed.map(({ kind }) => kind),
)}
${select(
  "Aggregate",
  "aggregate",
  listed.map(({ aggregate }) => aggregate),
)}
${select(
  "Side",
  "side",
  listed.map(({ side }) => side),
)}
<button type="reset">Reset</button>
<output>${number(listed.length)} of ${number(listed.length)} shown</output>
</form>`;

const select = (label: string, name: string, values: ReadonlyArray<string>): Markup => {
  const counts = new Map<string, number>();
  for (const one of values) counts.set(one, (counts.get(one) ?? 0) + 1);
  const options = [...counts].map(
    ([one, count]) => html`<option value="${one}">${one} (${number(count)})</option>`,
  );
  return html`<p>
<label for="${name}">${label}</label>
<select id="${name}" name="${name}"><option value="">all</option>${options}</select>
</p>`;
};
