import type * as Document from "../../Document.ts";
import { html, type Markup, nothing, value } from "./Markup.ts";

/** What becomes of every column, grouped by table, and what the operator left out. */
export const ledger = ({ ledger, leftOut }: Document.Summary): Markup => html`<section id="ledger">
<h2>Column ledger</h2>
${
  leftOut.length === 0
    ? nothing
    : html`<p>Left out by name:</p>
<ul class="left-out mono">${leftOut.map((name) => html`<li>${value(name)}</li>`)}</ul>`
}
${
  ledger.length === 0
    ? html`<p class="none">Empty.</p>`
    : html`<table class="ledger">
<caption>What becomes of every column of this database</caption>
<thead><tr>
<th scope="col">Table</th><th scope="col">Column</th><th scope="col">Becomes</th>
</tr></thead>
${groups(ledger).map(group)}</table>`
}
</section>`;

type Lines = ReadonlyArray<Document.LedgerLine>;

const groups = (lines: Lines): ReadonlyArray<Lines> => {
  const all: Array<Array<Document.LedgerLine>> = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (last?.[0]?.table === line.table) last.push(line);
    else all.push([line]);
  }
  return all;
};

const group = (lines: Lines): Markup => html`<tbody>
${lines.map(({ table, column, becomes }, index) => {
  const name = table === "" ? html`<small>in no table</small>` : value(table);
  const rows = String(lines.length);
  const heading = html`<th scope="rowgroup" class="mono" rowspan="${rows}">${name}</th>
`;
  return html`<tr>
${index === 0 ? heading : nothing}<td class="mono">${value(column)}</td>
<td>${value(becomes)}</td>
</tr>
`;
})}</tbody>
`;
