import type * as Document from "../../Document.ts";
import { html, type Markup, number, value } from "./Markup.ts";

export const proof = (
  tables: ReadonlyArray<Document.TableProof>,
): Markup => html`<section id="proof">
<h2>Proof</h2>
${
  tables.length === 0
    ? html`<p class="none">None.</p>`
    : html`<table class="proof">
<caption>
The rows of each table as they were: the root of the Merkle tree over them, and the sum of all
</caption>
<thead><tr>
<th scope="col">Table</th><th scope="col">Side</th><th scope="col" class="n">Rows</th>
<th scope="col">Merkle root</th><th scope="col">SHA-256</th>
</tr></thead>
<tbody>
${tables.map(row)}</tbody>
</table>`
}
</section>`;

const row = ({ side, table, rows, root, sha256 }: Document.TableProof): Markup =>
  html`<tr>
<th scope="row" class="mono">${value(table)}</th>
<td>${side}</td>
<td class="n" data-of="rows">${number(rows)}</td>
<td class="hash mono">${value(root)}</td>
<td class="hash mono">${value(sha256)}</td>
</tr>
`;
