import type * as Document from "../../Document.ts";
import { counted, html, type Markup, nothing, number, value } from "./Markup.ts";
import { total } from "./Streams.ts";

export type Mood = "good" | "noted" | "bad";

/** Calls nothing the same that has a difference, or of which nothing was compared. */
export const mood = ({ isSame, counts, tallies }: Document.Summary): Mood => {
  if (!isSame || counts.differences > 0) return "bad";
  return counts.findings > 0 || total(tallies).rows === 0 ? "noted" : "good";
};

export const title = (summary: Document.Summary): string => {
  const { isSame, counts, tallies } = summary;
  const findings = counts.findings === 0 ? [] : [counted(counts.findings, "finding", "findings")];
  if (counts.differences > 0) {
    return [counted(counts.differences, "difference", "differences"), ...findings].join(", ");
  }
  if (!isSame) return ["Not the same", ...findings].join(", ");
  if (total(tallies).rows === 0) return ["Nothing to compare", ...findings].join(", ");
  return ["Everything is the same", ...findings].join(", with ");
};

export const verdict = (summary: Document.Summary): Markup => {
  const { program, database, source, log, startedAt, finishedAt } = summary;
  return html`<header class="${mood(summary)}">
<p class="eyebrow">Ledgerfold verification</p>
<h1>${title(summary)}</h1>
<p class="lead">${lead(summary)}</p>
<dl class="facts">
<div><dt>Database</dt><dd class="mono">${value(source?.database ?? database.path)}</dd></div>
${snapshot(source)}<div><dt>Size</dt><dd>${size(database.bytes)}</dd></div>
${place(log)}<div><dt>Verified</dt><dd>${moment(startedAt)}${lasted(startedAt, finishedAt)}</dd></div>
<div><dt>By</dt><dd>${value(program.name ?? "verify-only")} ${value(program.version)}, SQLite ${value(
    program.sqlite,
  )}</dd></div>
</dl>
</header>`;
};

/** Of a database whose copy was verified. */
const snapshot = (source: Document.Source | undefined): Markup =>
  source === undefined
    ? nothing
    : html`<div><dt>Snapshot</dt><dd><span class="mono">${value(source.id)}</span>, ${moment(
        source.moment,
      )}, PostgreSQL ${value(source.version)}</dd></div>
`;

/** Of the log, where that is elsewhere. */
const place = (log: string | undefined): Markup =>
  log === undefined
    ? nothing
    : html`<div><dt>Log</dt><dd class="mono">${value(log)}</dd></div>
`;

const lead = ({ counts, tallies, program }: Document.Summary): string => {
  const { rows, same, movedOn } = total(tallies);
  const streams = counted(rows, "stream", "streams");
  if (rows === 0) return "No legacy rows, and no streams.";
  const where = counts.differences === 0 ? streams : `In ${number(rows - same)} of ${streams}`;
  const since = counted(counts.since, "difference is of a row", "differences are of rows");
  const moved = counted(movedOn, "stream has", "streams have");
  return [
    `${where}, compared with their legacy rows and views, both ways.`,
    ...(counts.since === 0
      ? []
      : [
          `${since} that ${program.writer ?? "the application"} has, or may have, written since the migration.`,
        ]),
    ...(movedOn === 0 ? [] : [`${moved} moved on since the migration.`]),
  ].join(" ");
};

const size = (bytes: number): Markup => {
  const exact = counted(bytes, "byte", "bytes");
  const unit = units.findLast(({ of }) => bytes >= of);
  if (unit === undefined) return html`${exact}`;
  return html`${(bytes / unit.of).toFixed(1)} ${unit.name} <small>${exact}</small>`;
};

const units = [
  { name: "kB", of: 1e3 },
  { name: "MB", of: 1e6 },
  { name: "GB", of: 1e9 },
] as const;

const moment = (text: string): Markup => {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return value(text);
  return html`<time datetime="${text}">${day} ${time} UTC</time>`;
};

const lasted = (from: string, to: string): Markup => {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (!(seconds >= 0)) return nothing;
  const minutes = Math.floor(seconds / 60);
  const text =
    minutes === 0 ? `${seconds.toFixed(1)} s` : `${minutes} min ${Math.floor(seconds % 60)} s`;
  return html` <small>in ${text}</small>`;
};
