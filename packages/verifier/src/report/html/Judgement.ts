import type * as Document from "../../Document.ts";
import { html, type Markup, nothing, number, value } from "./Markup.ts";

/** What the differences come to, gravest first; nothing where there are none. */
export const judgement = (entries: ReadonlyArray<Document.Judgement>): Markup =>
  entries.length === 0
    ? nothing
    : html`<section id="judgement">
<h2>What the differences come to</h2>
<table class="judgement">
<caption>Gravest first: of each field, and each way in which it is another, the rows and one of them</caption>
<thead><tr>
<th scope="col">Where</th><th scope="col">Rows</th><th scope="col">What</th><th scope="col">For example</th>
</tr></thead>
<tbody>
${entries.map(row)}</tbody>
</table>
</section>`;

const row = (entry: Document.Judgement): Markup => {
  const { aggregate, side, kind, field, how, rows, off, means } = entry;
  const { id, legacy, stored } = entry.example;
  const place = field === null ? nothing : html` <span class="mono">${value(field)}</span>`;
  const sum =
    off === null ? nothing : html`, in sum off by <span class="mono">${value(off)}</span>`;
  const meaning = means === null ? nothing : html`<p>${value(means)}</p>`;
  const expected =
    legacy === null ? nothing : html` for <span class="mono">${value(legacy)}</span>`;
  const values =
    stored === null ? nothing : html`: <span class="mono">${value(stored)}</span>${expected}`;
  return html`<tr>
<th scope="row"><small>${kind} ${side}</small> ${value(aggregate)}${place}</th>
<td>${number(rows)}</td>
<td>${value(how)}${sum}${meaning}</td>
<td>${value(id)}${values}</td>
</tr>
`;
};
