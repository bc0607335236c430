import type { Cell } from "./Cell.ts";
import { printable } from "./Display.ts";
import type { Difference, Kind } from "./Difference.ts";
import type * as Judgement from "./Judgement.ts";

/** Streams by how they came out, each once: `rows` is the sum of `same` and the four kinds. */
export interface Tally {
  readonly rows: number;
  readonly same: number;
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
  readonly unreadable: number;
  /** Of the rows, those whose streams have grown since the migration. */
  readonly movedOn: number;
}

/** What a verification came to: the log is what the rows say where `differences` is 0. */
export interface VerificationSummary<Type extends string = string> {
  readonly tallies: Readonly<Record<Type, Tally>>;
  readonly differences: number;
  /** The differences of rows that were, or may have been, written since the migration. */
  readonly since: number;
  readonly findings: number;
  /** What the differences come to, gravest first. */
  readonly judgement: ReadonlyArray<Judgement.Entry>;
  /** Of the log's events those that no row brings back once they are deleted, by type. */
  readonly onlyInLog: ReadonlyMap<string, number>;
  /** What the operator named to be left out, fit for a screen. */
  readonly leftOut: ReadonlyArray<string>;
}

export type Outcome = Kind | "same";

/** The gravest of what was found. A stream that lacks its view's row is there, so it is no missing one. */
export const outcomeOf = (differences: ReadonlyArray<Difference>): Outcome => {
  const kinds: ReadonlyArray<Kind> = ["unreadable", "missing", "extra", "different"];
  const found = differences.map(({ kind, side }) =>
    kind === "missing" && side === "view" ? "different" : kind,
  );
  return kinds.find((kind) => found.includes(kind)) ?? "same";
};

export type Counter = ReturnType<typeof counter>;

/** Counts while the verification goes on. */
export const counter = (types: ReadonlyArray<string>, judgement: Judgement.Judgement) => {
  const tallies = new Map(types.map((name) => [name, nothing()]));
  const of = (aggregate: string) => {
    const known = tallies.get(aggregate) ?? nothing();
    tallies.set(aggregate, known);
    return known;
  };
  const found = { differences: 0, since: 0, findings: 0 };
  const onlyInLog = new Map<string, number>();

  return {
    add: (aggregate: string, outcome: Outcome, movedOn = false): void => {
      const tally = of(aggregate);
      tally.rows += 1;
      tally[outcome] += 1;
      if (movedOn) tally.movedOn += 1;
    },
    /** What was the same turned out not to be. */
    degrade: (aggregate: string): void => {
      const tally = of(aggregate);
      tally.same -= 1;
      tally.different += 1;
    },
    found: (differences: ReadonlyArray<Difference>): void => {
      found.differences += differences.length;
      for (const { since } of differences) if (since !== null) found.since += 1;
      for (const difference of differences) judgement.add(difference);
    },
    /** Types of a damaged log may be anything, and there may be as many as events. */
    inLogOnly: (type: Cell | undefined): void => {
      const name = typeof type === "string" && onlyInLog.size < 100 ? printable(type) : "others";
      onlyInLog.set(name, (onlyInLog.get(name) ?? 0) + 1);
    },
    foundOfFile: (count: number): void => {
      found.findings += count;
    },
    summary: (leftOut: ReadonlyArray<string>): VerificationSummary => ({
      tallies: Object.fromEntries(tallies),
      ...found,
      judgement: judgement.entries(),
      onlyInLog,
      leftOut,
    }),
  };
};

const nothing = (): { -readonly [K in keyof Tally]: number } => ({
  rows: 0,
  same: 0,
  missing: 0,
  extra: 0,
  different: 0,
  unreadable: 0,
  movedOn: 0,
});
