import * as ZonePeriods from "./ZonePeriods.ts";

/** Nanoseconds since 1970-01-01T00:00:00Z, from either of the two ways to write a moment. */

/**
 * In a legacy cell: a space or `T`, up to nine digits of fraction, and `Z`, an offset or nothing, which
 * means this zone, or UTC.
 */
export const parseLegacy = (text: string, inZone?: string): bigint | undefined => {
  const match = legacy.exec(text);
  if (match === null) return undefined;
  const [, fraction, zone] = match;
  const local = seconds(text);
  const ahead =
    zone !== undefined && zone !== "Z"
      ? offset(zone)
      : zone === "Z" || inZone === undefined || local === undefined
        ? 0
        : ZonePeriods.aheadOf(inZone, local);
  return ahead === undefined || local === undefined
    ? undefined
    : nanoseconds(local - ahead, fraction);
};

/** The log's: RFC 3339 in UTC, with no fraction or one of 3, 6 or 9 digits. */
export const parseStored = (text: string): bigint | undefined => {
  const match = stored.exec(text);
  const since = match === null ? undefined : seconds(text);
  return since === undefined ? undefined : nanoseconds(since, match?.[1]);
};

/** The first and the last of the years 0000 to 9999, which are all that the log's form has. */
export const first = -62_167_219_200_000_000_000n;
export const last = 253_402_300_799_999_999_999n;

/** The log's form of a moment from `first` to `last`. */
export const format = (nanoseconds: bigint): string => {
  const rest = Number(nanoseconds % billion);
  const fraction = rest < 0 ? rest + 1e9 : rest;
  const since = Number(nanoseconds / billion) - (rest < 0 ? 1 : 0);
  const day = Math.floor(since / 86_400);
  const second = since - day * 86_400;
  const [hour, minute] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60];
  const whole = `${dateOf(day)}T${two[hour]}:${two[minute]}:${two[second % 60]}`;
  if (fraction === 0) return `${whole}Z`;
  return `${whole}.${String(fraction)
    .padStart(9, "0")
    .replace(/(?:000){1,2}$/, "")}Z`;
};
const billion = 1_000_000_000n;
const two = Array.from({ length: 60 }, (_, part) => String(part).padStart(2, "0"));

/** Keeps the last day, because events that follow each other are mostly of one. */
const dateOf = (day: number): string => {
  if (day !== recent.day) {
    recent = { day, date: new Date(day * 86_400_000).toISOString().slice(0, 10) };
  }
  return recent.date;
};
let recent = { day: 0, date: "1970-01-01" };

const legacy = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/;
const stored = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{3}|\d{6}|\d{9}))?Z$/;

const nanoseconds = (since: number, fraction: string | undefined): bigint => {
  const whole = BigInt(since) * billion;
  return fraction === undefined ? whole : whole + BigInt(fraction.padEnd(9, "0"));
};

/** Undefined for a day or a time that does not exist; the places of the digits are known. */
const seconds = (text: string): number | undefined => {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return daysBefore(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
};

const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;
const zero = "0".charCodeAt(0);

const offset = (zone: string): number | undefined => {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 3_600 + minutes * 60);
};

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysIn = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (lengths[month - 1] ?? 0);

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** From 1970-01-01, counted in years that begin in March, so that a leap day comes last. */
const daysBefore = (year: number, month: number, day: number): number => {
  const years = month < 3 ? year - 1 : year;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return years * 365 + leapDays + dayOfYear - 719_468;
};
