import type * as Document from "../../Document.ts";
import { html, type Markup, number, value } from "./Markup.ts";
import { rest } from "./Rest.ts";

export const findings = (listed: ReadonlyArray<Document.Finding>, all: number): Markup => {
  if (all === 0 && listed.length === 0) {
    return html`<section id="findings">
<h2>Findings</h2>
<p class="none">None.</p>
</section>`;
  }
  return html`<section id="findings">
<h2>Findings <span class="count">${number(all)}</span></h2>
${rest(listed.length, all, "findings")}
<table class="findings">
<caption>About the file as a whole; any of them may have a good reason</caption>
<thead><tr><th scope="col">Kind</th><th scope="col">Finding</th></tr></thead>
<tbody>
${listed.map(
  ({
    kind,
    text,
  }) => html`<tr><th scope="row" class="mono">${value(kind)}</th><td>${value(text)}</td></tr>
`,
)}</tbody>
</table>
</section>`;
};
