import type * as Judgement from "./Judgement.ts";
import * as Ways from "./Ways.ts";

/** A judgement in lines of plain ASCII, for one screen. */

/** Columns, and lines but for one that says what is left out. */
export const size = { columns: 100, lines: 36 } as const;

export const lines = (entries: ReadonlyArray<Judgement.Entry>): ReadonlyArray<string> => {
  const all = together(entries).map(linesOf);
  const shown: Array<string> = [];
  let count = 0;
  for (const few of all) {
    if (shown.length + few.length > size.lines) break;
    shown.push(...few);
    count += 1;
  }
  return count === all.length
    ? shown
    : [...shown, `${indent}(${all.length - count} more: a report has them all)`];
};

/** What comes to the same: what only we write, metadata, views, and what means the same. */
const together = (entries: Entries): ReadonlyArray<Entries> => [
  ...Map.groupBy(entries, ({ aggregate, kind, side, field, weight, how, means }) => {
    if (kind === "different" && means === null) {
      if (weight === "metadata") return weight;
      if (weight === "added") return `${weight} ${aggregate}`;
    }
    if (side === "view") return `${kind} ${field} ${how}`;
    return [weight, aggregate, side, kind, how, means ?? field].join(" ");
  })
    .values()
    .map(withoutNothing),
];

/** A field that is not there says nothing of note where others are lost. */
const withoutNothing = (entries: Entries): Entries => {
  const lost = entries.filter(({ how }) => how !== Ways.nothingToSay);
  return lost.length === 0 ? entries : lost;
};

const indent = " ".repeat(10);

type Entries = ReadonlyArray<Judgement.Entry>;

const linesOf = (entries: Entries): ReadonlyArray<string> => {
  const [first] = entries;
  if (first === undefined) return [];
  const { off, means } = first;
  const sum = off === null || entries.length > 1 ? "" : `, in sum off by ${sumOf(off)}`;
  const line = `${rowsOf(entries)} ${placeOf(entries)}: ${wayOf(entries)}${sum}`;
  const example = entries.length > 1 ? "" : exampleOf(first, size.columns - line.length);
  return [
    cut(line + example, size.columns),
    ...(means === null ? [] : [cut(`${indent}> ${means}`, size.columns)]),
  ];
};

const sumOf = (off: string): string =>
  off.length <= 16 ? off : `about ${Number(Number(off).toPrecision(6))}`;

/** A row has each field once, and an aggregate's streams are its own. */
const rowsOf = (entries: Entries): string => {
  const most = Map.groupBy(entries, ({ aggregate }) => aggregate)
    .values()
    .map((own) => Math.max(...own.map(({ rows }) => rows)));
  const sum = [...most].reduce((a, b) => a + b, 0);
  return sum.toLocaleString("en").padStart(9);
};

const placeOf = (entries: Entries): string => {
  const each = (name: "aggregate" | "field") => [
    ...new Set(entries.flatMap((entry) => entry[name] ?? [])),
  ];
  const side = entries[0]?.side === "event" ? [] : (entries[0]?.side ?? []);
  const aggregates = each("aggregate");
  const fields =
    aggregates.length > 1 && entries[0]?.side === "event" ? ["metadata"] : each("field");
  return [aggregates.join(", "), side, fields.join(", ")].flat().filter(Boolean).join(" ");
};

const wayOf = (entries: Entries): string => {
  const [first] = entries;
  const ways = new Set(entries.map(({ how }) => how));
  const way = ways.size > 1 ? "not ours" : [...ways].join();
  return first?.kind === "unreadable" ? `unreadable: ${way}` : way;
};

/** As much of an example as there is room for. */
const exampleOf = ({ example }: Judgement.Entry, room: number): string => {
  const { id, legacy, stored } = example;
  const named = (long: number, each: number) =>
    stored === null || legacy === null
      ? ` (${cut(id, long)})`
      : ` (${cut(id, long)}: ${cut(stored, each)} for ${cut(legacy, each)})`;
  const all = [named(24, 30), named(12, 22), named(10, 14), ` (${cut(id, 24)})`];
  return all.find(({ length }) => length <= room) ?? "";
};

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 2)}..`;
