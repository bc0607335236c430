import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Option } from "effect";
import type { Cell } from "../Cell.ts";
import * as LegacyTimestamp from "../LegacyTimestamp.ts";

/**
 * Cells straight to JSON text, without a value between: what the fields of a row would read and the
 * domain's schemas would write. A reader gives `undefined` where those have to judge, as for every
 * bad cell, and otherwise exactly the text that they would give.
 */
export type Read = (cell: Cell | undefined) => string | undefined;

export const nullable =
  (read: Read): Read =>
  (cell) =>
    cell === null ? "null" : read(cell);

export const text: Read = (cell) =>
  typeof cell === "string" && cell !== "" ? JSON.stringify(cell) : undefined;

/** The same of texts of which there are few, as symbols are: they are remembered. */
export const symbol = (): Read => {
  const known = new Map<string, string>();
  return (cell) => {
    if (typeof cell !== "string") return undefined;
    const before = known.get(cell);
    if (before !== undefined) return before;
    const read = text(cell);
    if (known.size === mostSymbols) known.clear();
    if (read !== undefined) known.set(cell, read);
    return read;
  };
};
const mostSymbols = 1_000;

/** One of these spellings, to what it stands for. */
export const oneOf = (spellings: Readonly<Record<string, string>>): Read => {
  const texts = new Map(Object.entries(spellings).map(([from, to]) => [from, JSON.stringify(to)]));
  return (cell) => (typeof cell === "string" ? texts.get(cell) : undefined);
};

export const integer: Read = (cell) => (typeof cell === "bigint" ? `${cell}` : undefined);

export const count: Read = (cell) =>
  typeof cell === "bigint" && cell >= 0n ? `${cell}` : undefined;

/** Where JavaScript writes a double without an exponent it writes what an exact decimal would. */
export const aboveZero: Read = (cell) =>
  (typeof cell === "number" && 1e-6 <= cell && cell < 1e21) ||
  (typeof cell === "bigint" && cell > 0n)
    ? `"${cell}"`
    : undefined;

/**
 * A decimal in whole units of so many decimal places, without quotes: its point moves. Of numbers that
 * are neither large nor so small that JavaScript writes them with an exponent.
 */
export const units = (cell: Cell | undefined, places: number): string | undefined => {
  if (typeof cell !== "number" && typeof cell !== "bigint") return undefined;
  if (cell === 0 || cell === 0n) return "0";
  if (!(1e-6 <= cell && cell < 1e9) || !(0 <= places && places <= 18)) return undefined;
  const [whole = "", fraction = ""] = String(cell).split(".");
  const digits = `${whole}${fraction.slice(0, places).padEnd(places, "0")}`.replace(zeros, "");
  const rest = fraction.slice(places);
  return rest === "" ? digits : `${digits}.${rest}`;
};
const zeros = /^0+(?=\d)/;

/** Most moments are whole seconds of UTC, and their days come again and again. */
export const moment: Read = (cell) => {
  if (typeof cell !== "string") return undefined;
  const day = cell.slice(0, 10);
  const time = cell.slice(11);
  if (wholeSecond.test(time) && (cell[10] === " " || cell[10] === "T") && isDay(day)) {
    return `"${day}T${time}Z"`;
  }
  const read = LegacyTimestamp.parse(cell);
  return Option.isSome(read) ? `"${Timestamp.format(read.value)}"` : undefined;
};

const wholeSecond = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

const isDay = (text: string): boolean => {
  if (days.has(text)) return true;
  if (Option.isNone(Timestamp.parse(`${text}T00:00:00Z`))) return false;
  if (days.size === mostDays) days.clear();
  days.add(text);
  return true;
};
const days = new Set<string>();
const mostDays = 10_000;
