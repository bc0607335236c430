import { createHash } from "node:crypto";
import type * as Document from "../Document.ts";
import { differences as listOfDifferences } from "./html/Differences.ts";
import { findings as listOfFindings } from "./html/Findings.ts";
import { ledger } from "./html/Ledger.ts";
import { judgement } from "./html/Judgement.ts";
import { html, Markup, nothing, number } from "./html/Markup.ts";
import { proof } from "./html/Proof.ts";
import { ranges } from "./html/Ranges.ts";
import { script } from "./html/Script.ts";
import { streams } from "./html/Streams.ts";
import { style } from "./html/Style.ts";
import { title, verdict } from "./html/Verdict.ts";

/**
 * A verification for people to look at: one file that says everything without a script, a font or a
 * request. The script only filters, and the page's policy allows nothing but these two texts, so
 * that markup which got in all the same would neither run nor load anything.
 */
export const render = (
  summary: Document.Summary,
  differences: ReadonlyArray<Document.Difference>,
  findings: ReadonlyArray<Document.Finding>,
): string => {
  const filter =
    differences.length === 0
      ? nothing
      : html`<script>${new Markup(script)}</script>
`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title(summary)} - ${summary.database.path} - Ledgerfold verification</title>
<style>${new Markup(style)}</style>
</head>
<body>
${verdict(summary)}
${contents(summary)}
<main>
${streams(summary.tallies)}
${judgement(summary.judgement ?? [])}
${listOfDifferences(differences, summary.counts.differences)}
${listOfFindings(findings, summary.counts.findings)}
${ledger(summary)}
${ranges(summary.ranges ?? [])}
${proof(summary.tables)}
</main>
${filter}</body>
</html>
`.source;
};

const policy = (): string =>
  [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");

const hash = (text: string): string =>
  `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const contents = ({ counts }: Document.Summary): Markup => html`<nav aria-label="Contents">
<ul>
<li><a href="#streams">Streams</a></li>
<li><a href="#differences">Differences</a> ${number(counts.differences)}</li>
<li><a href="#findings">Findings</a> ${number(counts.findings)}</li>
<li><a href="#ledger">Column ledger</a></li>
<li><a href="#ranges">Values as read</a></li>
<li><a href="#proof">Proof</a></li>
</ul>
</nav>`;
