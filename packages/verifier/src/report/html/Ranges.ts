import type * as Document from "../../Document.ts";
import { html, type Markup, nothing, number, value } from "./Markup.ts";

/** What the cells of each declared column say, grouped by table. */
export const ranges = (all: ReadonlyArray<Document.Range>): Markup => html`<section id="ranges">
<h2>Values as read</h2>
${
  all.length === 0
    ? html`<p class="none">None.</p>`
    : html`<table class="ranges">
<caption>The lowest and the highest value of every declared column, and how many rows have NULL or a cell that the declaration names</caption>
<thead><tr>
<th scope="col">Table</th><th scope="col">Column</th><th scope="col">Lowest</th>
<th scope="col">Highest</th><th scope="col">Rows that have</th>
</tr></thead>
${groups(all).map(group)}</table>`
}
</section>`;

type Ranges = ReadonlyArray<Document.Range>;

const groups = (all: Ranges): ReadonlyArray<Ranges> => [
  ...Map.groupBy(all, ({ table }) => table).values(),
];

const group = (columns: Ranges): Markup => html`<tbody>
${columns.map(({ table, column, rows, lowest, highest, counts }, index) => {
  const heading = html`<th scope="rowgroup" class="mono" rowspan="${String(columns.length)}">${value(table)} <small>${number(rows)} rows</small></th>
`;
  return html`<tr>
${index === 0 ? heading : nothing}<td class="mono">${value(column)}</td>
<td class="mono">${value(lowest ?? "")}</td>
<td class="mono">${value(highest ?? "")}</td>
<td>${counts.map(
    ({ cell, rows }, place) =>
      html`${place === 0 ? nothing : html`, `}${number(rows)} ${html`<span class="mono">${value(cell)}</span>`}`,
  )}</td>
</tr>
`;
})}</tbody>
`;
