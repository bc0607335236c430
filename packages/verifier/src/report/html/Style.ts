/** One column of quiet tables; colour is left to what differs. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --raised: #f3f2ee; --ink: #1c1c1a; --quiet: #5e5d58; --line: #dcdad3;
  --link: #0a58a0; --mark: #fbe3d3;
  --good: #2b7a57; --noted: #b07a00; --bad: #c44a0a;
  --same: #8496a2; --different: #b03a00; --missing: #0a62ad; --extra: #dfa31a;
  --unreadable: #1c1c1a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151617; --raised: #1e2022; --ink: #e8e6e1; --quiet: #a5a39c; --line: #34363a;
    --link: #84bdf2; --mark: #5a2f15;
    --good: #5cb98e; --noted: #e0b54a; --bad: #f0803c;
    --same: #667985; --different: #d9601f; --missing: #5aa9ee; --extra: #eec94a;
    --unreadable: #f4f2ec;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body {
  max-width: 84rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem) 4rem;
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums lining-nums;
}
header { border-top: 4px solid var(--bad); padding-top: 2.5rem; }
header.good { border-color: var(--good); }
header.noted { border-color: var(--noted); }
.eyebrow { margin: 0; color: var(--quiet); font-size: 0.8125rem; letter-spacing: 0.04em; }
h1 {
  margin: 0.25rem 0 0; font-size: clamp(1.75rem, 4.5vw, 2.75rem); line-height: 1.15;
  font-weight: 600; letter-spacing: -0.02em; text-wrap: balance;
}
.lead { margin: 0.75rem 0 0; max-width: 44rem; font-size: 1.0625rem; color: var(--quiet); }
.facts { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin: 1.75rem 0 0; }
.facts div { max-width: 100%; }
.facts dt { color: var(--quiet); font-size: 0.8125rem; }
.facts dd { margin: 0; }
nav ul {
  display: flex; flex-wrap: wrap; gap: 0.25rem 1.75rem; margin: 2rem 0 0; padding: 0.75rem 0;
  list-style: none; border-block: 1px solid var(--line);
}
a { color: var(--link); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
section { margin-top: 3rem; scroll-margin-top: 1rem; }
h2 { margin: 0 0 0.25rem; font-size: 1.25rem; font-weight: 600; letter-spacing: -0.01em; }
.count { color: var(--quiet); font-weight: 400; }
.none, .rest { margin: 0.25rem 0 0; color: var(--quiet); }
.rest {
  margin-bottom: 0.75rem; padding-left: 0.75rem; border-left: 3px solid var(--noted);
  color: var(--ink);
}
small { font-size: 0.8125rem; color: var(--quiet); }
bdi { overflow-wrap: anywhere; white-space: pre-wrap; }
.mono, table.differences th bdi, table.differences td:nth-child(3) bdi, .differences dd {
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 0.8125rem; font-variant-ligatures: none;
}
.facts .mono bdi { font-size: 0.875rem; }
table { width: 100%; border-collapse: collapse; }
caption { padding: 0 0 0.75rem; text-align: left; color: var(--quiet); }
th, td {
  padding: 0.5rem 1.25rem 0.5rem 0; text-align: left; vertical-align: top; font-weight: 400;
  border-bottom: 1px solid var(--line);
}
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-size: 0.8125rem; vertical-align: bottom; }
.n { text-align: right; white-space: nowrap; }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}

.same { --kind: var(--same); }
.different { --kind: var(--different); }
.missing { --kind: var(--missing); }
.extra { --kind: var(--extra); }
.unreadable { --kind: var(--unreadable); }
.movedOn { --kind: var(--ink); }
.streams thead .n::before, td.kind::before {
  content: ""; display: inline-block; width: 0.625rem; height: 0.625rem; margin-right: 0.4rem;
  border-radius: 2px;
  background: var(--kind); print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.streams thead .n.rows::before { display: none; }
.streams thead .n.movedOn::before { height: 3px; border-radius: 0; vertical-align: 0.2em; }
.streams th, .streams td { vertical-align: middle; }
.streams tfoot th, .streams tfoot td { border-bottom: 0; font-weight: 600; }
.streams tfoot .zero { font-weight: 400; }
.streams .rows { font-weight: 600; }
.streams .zero { color: var(--quiet); }
.streams :is(tbody, tfoot) th { width: 9rem; min-width: 8.5rem; }
.streams .bar { width: 30%; }
.bar svg { display: block; width: 100%; height: 1.25rem; }
rect { fill: var(--kind); }
rect:not(.track, .movedOn) {
  stroke: var(--paper); stroke-width: 0.75; vector-effect: non-scaling-stroke;
}
rect.track { fill: var(--raised); }

form {
  display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1rem; margin: 0.75rem 0 1rem;
}
form p { display: grid; gap: 0.2rem; margin: 0; flex: 1 1 9rem; }
label { color: var(--quiet); font-size: 0.8125rem; }
form .words { flex: 4 1 16rem; }
input, select, button {
  height: 2.25rem; padding: 0 0.6rem; font: inherit; font-size: 0.9375rem; color: var(--ink);
  background: var(--paper); border: 1px solid #8b8a85; border-radius: 4px; min-width: 0;
}
button { padding: 0 1rem; cursor: pointer; }
button:hover { background: var(--raised); }
::placeholder { color: var(--quiet); opacity: 1; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
output { flex: 1 0 100%; color: var(--quiet); }
.pane { max-height: 85vh; overflow: auto; border-block: 1px solid var(--line); contain: content; }
.pane caption { padding: 0; }
.differences, .differences :is(caption, thead, tbody) { display: block; }
.differences tr {
  display: grid; grid-template-columns: 6.75rem 27fr 13fr 29fr 22fr; gap: 0 1.25rem;
  border-bottom: 1px solid var(--line);
}
.differences tbody tr { content-visibility: auto; contain-intrinsic-size: auto 3.75rem; }
.differences tbody tr:last-child { border-bottom: 0; }
.differences thead { position: sticky; top: 0; z-index: 1; background: var(--paper); }
.differences :is(td, th) { border: 0; padding-right: 0; min-width: 0; }
.differences tbody small { display: block; }
.differences dl {
  display: grid; grid-template-columns: max-content 1fr; gap: 0 0.75rem; margin: 0;
  align-items: baseline;
}
.differences dt { color: var(--quiet); font-size: 0.8125rem; }
.differences dd { margin: 0; }
mark {
  background: var(--mark); color: inherit; border-radius: 2px; padding: 0.1em 0;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.since { margin: 0.15rem 0 0; color: var(--quiet); font-size: 0.8125rem; }
:is(.findings, .judgement) th:first-child { width: 18rem; }
.ledger thead th:nth-child(1) { width: 13rem; } .ledger thead th:nth-child(2) { width: 15rem; }
.ledger tbody tr:not(:last-child) > td { border-bottom-color: transparent; }
.ledger tbody td { padding-block: 0.25rem; }
.ledger :is(td, th) { vertical-align: baseline; }
.ledger tbody tr:first-child > * { padding-top: 0.6rem; }
.ledger tbody tr:last-child > td { padding-bottom: 0.6rem; }
.ledger tbody th { padding-top: 0.6rem; }
.left-out { margin: 0.5rem 0 1.25rem; padding-left: 1.25rem; }
.hash { width: 21rem; word-break: break-all; }
.hash bdi { display: block; width: 32ch; max-width: 100%; }

@media screen and (max-width: 70rem) {
  .streams, .streams :is(tbody, tfoot), .streams th[scope=row], .streams .bar,
  .differences tbody tr, .differences tbody :is(td, th),
  :is(.findings, .judgement), :is(.findings, .judgement) tbody, :is(.findings, .judgement) :is(td, th[scope=row]),
  .proof, .proof tbody, .proof :is(td, th[scope=row]),
  .ledger, .ledger tbody, .ledger tr, .ledger :is(td, th[scope=rowgroup]) {
    display: block; width: auto; padding-right: 0;
  }
  caption { display: block; }
  .streams thead, .differences thead, :is(.findings, .judgement) thead, .ledger thead, .proof thead {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
  .streams tr, .differences tbody tr, :is(.findings, .judgement) tbody tr, .proof tbody tr {
    display: block; padding: 0.75rem 0; border-bottom: 1px solid var(--line);
  }
  .streams :is(th, td), .differences :is(th, td), :is(.findings, .judgement) :is(th, td), .proof :is(th, td) {
    border: 0; padding-block: 0.125rem;
  }
  .streams td.n {
    display: inline-flex; align-items: baseline; gap: 0.35rem; margin-right: 1.25rem;
    padding-right: 0; text-align: left;
  }
  .streams td.zero { display: none; }
  .streams td.rows.zero { display: inline-flex; }
  [data-of]::after { content: attr(data-of); color: var(--quiet); font-weight: 400; }
  .streams td.n:not(.rows)::before {
    content: ""; width: 0.625rem; height: 0.625rem; border-radius: 2px; background: var(--kind);
  }
  .streams td.movedOn::before { height: 3px !important; align-self: center; }
  .proof td.n { text-align: left; }
  .proof td.n::after { content: " " attr(data-of); }
  .hash bdi { width: auto; }
  .pane { max-height: none; overflow: visible; }
  .differences tbody tr { contain-intrinsic-size: auto 9rem; }
  .differences tbody small { display: inline; }
  .ledger tbody { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
  .ledger tbody :is(th, td) { padding: 0 !important; border: 0 !important; }
  .ledger tbody th { font-weight: 600; }
  .ledger td.mono { margin-top: 0.5rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --quiet: #444; --line: #bbb; --raised: #eee; --mark: #fbe3d3;
    --good: #2b7a57; --noted: #b07a00; --bad: #c44a0a;
    --same: #8496a2; --different: #b03a00; --missing: #0a62ad; --extra: #dfa31a;
    --unreadable: #000;
  }
  html { font-size: 12px; }
  body { max-width: none; padding: 0; }
  header { padding-top: 1rem; }
  th, td { padding-right: 0.75rem; }
  .streams :is(tbody, tfoot) th { min-width: 7rem; }
  .streams .bar { width: 20%; min-width: 9rem; }
  rect:not(.track, .movedOn) { stroke-width: 0.4; }
  .hash { width: 17rem; }
  nav, form { display: none !important; }
  .pane { max-height: none; overflow: visible; border: 0; }
  .differences thead { position: static; }
  .differences tbody tr { content-visibility: visible; }
  tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
