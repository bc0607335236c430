import type { Found } from "@ledgerfold/event-store/Run";
import { quote } from "@ledgerfold/migration/internal/Cell";
import type { Definition } from "./Definition.ts";
import type { Places } from "./Places.ts";
import { number, series } from "./Prose.ts";

/** The runs of a log, as sentences. */

/** Of a log without an event of the command's. */
export const nothingIn = (
  { rows, log }: Places,
  { aggregates }: Definition,
  runs: ReadonlyArray<Found>,
): string => {
  const place = log.elsewhere ?? rows.called;
  return runs.length === 0
    ? `Never migrated: ${place} has no event of ${aggregates}, and no run has written to it.`
    : `Nothing is migrated: ${place} has no event of ${aggregates} any more.`;
};

/** Of events that no run wrote: those of services that went on, or of whoever made the log instead. */
export const ofOthers = (
  aggregates: ReadonlyArray<{ readonly type: string; readonly events: number }>,
  runs: ReadonlyArray<Found>,
): ReadonlyArray<string> => {
  const others = new Map(
    aggregates
      .map(({ type, events }) => {
        const own = sum(runs.map((run) => run.events.get(type) ?? 0));
        return [type, events - own] as const;
      })
      .filter(([, count]) => count > 0),
  );
  if (others.size === 0) return [];
  return [
    runs.every(({ events }) => sum(events.values()) === 0)
      ? "No run of this command wrote these events: another program did, and verify-only judges them."
      : `Of no run of this command: ${counted(others)}, which services or another program wrote.`,
  ];
};

/** A line for the run, and more for what is kept of it. */
export const describe = (found: Found): ReadonlyArray<string> => {
  const { id, run, at, events } = found;
  const there = sum(events.values());
  if (run === undefined) {
    const moment = at === null ? "" : `, its first one of ${plain(at)}`;
    return [`Run ${plain(id)}, which its events tell of: ${counted(events)}${moment}.`];
  }
  const { written, mended, erased } = run.counts;
  const wrote = new Map(Object.entries(written).filter(([, count]) => count > 0));
  const total = sum(wrote.values());
  const mendedViews = sum(Object.values(mended));
  const did = [
    ...(erased > 0 ? [`deleted ${number(erased, "event")}`] : []),
    ...(total > 0 ? [`wrote ${counted(wrote)}`] : []),
    ...(mendedViews > 0 ? [`mended ${number(mendedViews, "view")}`] : []),
  ];
  const left = there === total ? "" : `; ${there} of its ${number(total, "event")} are there`;
  const end = run.outcome === "kept" ? left : `; rolled back ${plain(run.outcomeAt)}`;
  const made = did.length === 0 ? "made the tables of the log" : series(did, "and");
  const options = Object.entries(run.options).flatMap(([name, values]) =>
    values.length === 0
      ? [`--${plain(name)}`]
      : values.map((value) => `--${plain(name)} ${plain(value)}`),
  );
  return [
    `Run ${plain(id)} of ${plain(run.at)}, version ${plain(run.version)}: ${made}${end}.`,
    ...(options.length === 0 ? [] : [`  with ${options.join(" ")}`]),
    ...[...wrote.keys()].map(
      (type) => `  root of ${plain(type)}: ${plain(run.roots[type] ?? "none")}`,
    ),
  ];
};

const counted = (events: ReadonlyMap<string, number>): string =>
  series(
    [...events].map(([type, count]) => `${count} ${plain(type)}`),
    "and",
  );

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

/** As it is where nothing in it can write to a terminal what it does not show. */
export const plain = (text: string): string => (/^[!-~]+$/.test(text) ? text : quote(text));
