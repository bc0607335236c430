import type { Found } from "@ledgerfold/event-store/Run";
import { Clock, Effect, Option } from "effect";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import type { Definition } from "./Definition.ts";
import type { Entry } from "./OptionTable.ts";
import * as OptionTable from "./OptionTable.ts";
import * as Shell from "./Shell.ts";
import type { Name } from "./Subcommand.ts";

/** The last line of a run, on stderr: how long it took, and what to do next. */

/** Starts a clock; what it gives ends the line with `next`. */
export const clock = Effect.map(
  Clock.currentTimeMillis,
  (start) => (next: string) =>
    Effect.map(Clock.currentTimeMillis, (end) => `Took ${duration(end - start)}. ${next}`),
);

/**
 * What is typed for another command on the same things: with the options that both take, as they were
 * given, but for --force and for a URL that may hold a password. The same command is given anew what it
 * alone takes.
 */
export const typed = (
  { definition, from, settings }: Run,
  to: Name,
  more: ReadonlyArray<string> = [],
): string => {
  const { decisions, ...own } = settings;
  const values: Readonly<Record<string, unknown>> = own;
  const options = OptionTable.of(to, definition)
    .filter(([, { takenBy }]) => takenBy.includes(from) && (from !== to || takenBy.length > 1))
    .filter(([name]) => name !== "force")
    .flatMap(([name, entry]) => {
      const value = decisions[name] ?? values[OptionTable.camel(name)];
      return given(value).flatMap((text) =>
        words(name, entry, to === "migrate" ? DatabaseUrl.writable(text) : text),
      );
    });
  const { name, start = Shell.word(name) } = definition;
  const rest = [...options, ...(to === "migrate" ? [] : [to]), ...more];
  return [start, ...rest.map(Shell.word)].join(" ");
};

export interface Run {
  readonly definition: Definition;
  readonly from: Name;
  readonly settings: Pick<OptionTable.Settings<Name>, "decisions">;
}

/** What was given for an option; a flag that was given has an empty text. */
export const given = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "boolean") return value ? [""] : [];
  if (Option.isOption(value)) return Option.toArray(value).map(String);
  return Array.isArray(value) ? value.map(String) : [];
};

const words = (name: string, entry: Entry, text: string): ReadonlyArray<string> => {
  if (entry.kind === "flag") return [`--${name}`];
  if (entry.kind !== "text" || entry.isUrl !== true) return [`--${name}`, text];
  const { environment, placeholder } = entry;
  const isThere = environment !== undefined && process.env[environment] === text;
  return isThere ? [] : [`--${name}`, mayBeShown(text) ? text : placeholder];
};

/** A file has no password. */
const mayBeShown = (url: string): boolean => {
  if (/^sqlite:/i.test(url)) return true;
  if (!/^postgres(ql)?:\/\//i.test(url) || !URL.canParse(url)) return false;
  const { password, searchParams } = new URL(url);
  return password === "" && ![...searchParams.keys()].some((name) => /password/i.test(name));
};

/** What says where the rows are, for who named the log alone: a server, where a run had them from one. */
export const rowsOf = (runs: ReadonlyArray<Found>): ReadonlyArray<string> => {
  if (process.env.LEGACY_URL) return [];
  return runs.some(({ run }) => run?.options["legacy-url"] !== undefined)
    ? ["--legacy-url", "URL"]
    : ["--database-url", "PATH"];
};

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export const duration = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};
