import type * as Document from "../../Document.ts";
import { bar, outcomes } from "./Bar.ts";
import { html, type Markup, number, value } from "./Markup.ts";

type Tallies = Document.Summary["tallies"];

/** All aggregates together. */
export const total = (tallies: Tallies): Document.Tally => {
  const sum = { rows: 0, same: 0, missing: 0, extra: 0, different: 0, unreadable: 0, movedOn: 0 };
  for (const tally of Object.values(tallies)) {
    for (const [name] of columns) sum[name] += tally[name];
  }
  return sum;
};

/** The figures are what the bars say in words; their headings are the bars' legend. */
export const streams = (tallies: Tallies): Markup => html`<section id="streams">
<h2>Streams</h2>
<table class="streams">
<caption>How the streams of each aggregate came out; shares too small to see are drawn wider</caption>
<thead><tr>
<th scope="col">Aggregate</th>
<th scope="col"><span class="unseen">Shares</span></th>
${columns.map(heading)}
</tr></thead>
<tbody>
${Object.entries(tallies).map(([name, tally]) => row(value(name), tally))}</tbody>
<tfoot>
${row(html`All`, total(tallies))}</tfoot>
</table>
</section>`;

const columns = [
  ["rows", "streams"],
  ...outcomes.map((outcome) => [outcome, outcome] as const),
  ["movedOn", "moved on"],
] as const;

const heading = ([name, text]: (typeof columns)[number]): Markup =>
  html`<th scope="col" class="n ${name}">${text}</th>`;

const row = (name: Markup, tally: Document.Tally): Markup =>
  html`<tr>
<th scope="row">${name}</th>
<td class="bar">${bar(tally)}</td>
${columns.map(([column, text]) => cell(tally[column], column, text))}
</tr>
`;

const cell = (count: number, column: string, text: string): Markup => {
  const names = count === 0 ? `n ${column} zero` : `n ${column}`;
  return html`<td class="${names}" data-of="${text}">${number(count)}</td>
`;
};
