import { FastCheck } from "effect";
import type { Appended, ExpectedVersion } from "@ledgerfold/event-store/EventStore";

/** A store of counters as one would explain it: lists, and nothing clever. */

export interface Step {
  readonly id: string;
  readonly expected: ExpectedVersion;
  readonly events: ReadonlyArray<{ readonly by: number; readonly id?: string }>;
  readonly snapshot: boolean;
}

interface Entry {
  readonly stream: string;
  readonly sequence: number;
  readonly by: number;
  readonly id: string | null;
}

export type Answer =
  | { readonly _tag: "Appended"; readonly answers: ReadonlyArray<Omit<Appended, "stream">> }
  | { readonly _tag: "VersionConflict"; readonly id: string; readonly actual: number }
  | { readonly _tag: "EventIdReused"; readonly id: string };

export class Model {
  log: ReadonlyArray<Entry> = [];
  /** The last sequence of each snapshot; all snapshots say the same. */
  snapshots: ReadonlyMap<string, number> = new Map();

  of(stream: string): ReadonlyArray<Entry> {
    return this.log.filter((entry) => entry.stream === stream);
  }

  view(stream: string): number {
    return sum(this.of(stream));
  }

  state(stream: string): number {
    const snapshot = this.snapshots.get(stream);
    if (snapshot === undefined) return this.view(stream);
    return snapshotTotal + sum(this.of(stream).slice(snapshot));
  }

  /** All steps, or none and why. */
  appendAll(steps: ReadonlyArray<Step>): Answer {
    const { log, snapshots } = this;
    const answers: Array<Omit<Appended, "stream">> = [];
    for (const step of steps) {
      const answer = this.append(step);
      if (answer._tag !== "Appended") {
        this.log = log;
        this.snapshots = snapshots;
        return answer;
      }
      answers.push(...answer.answers);
    }
    return { _tag: "Appended", answers };
  }

  private append({ id: stream, expected, events, snapshot }: Step): Answer {
    const ids = events.flatMap(({ id }) => id ?? []);
    const known = ids.filter((id) => this.log.some((entry) => entry.id === id));
    if (new Set(ids).size < ids.length) return { _tag: "EventIdReused", id: stream };
    const actual = this.of(stream).length;
    if (known.length > 0) {
      const at = this.log.findIndex(({ id }) => id !== null && id === events[0]?.id);
      const there = this.log.slice(at, at + events.length);
      const same =
        at >= 0 &&
        events.every(({ by, id }, index) => {
          const entry = there[index];
          return entry?.id === id && entry?.by === by && entry.stream === stream;
        });
      if (!same) return { _tag: "EventIdReused", id: stream };
      const version = there.at(-1)?.sequence ?? 0;
      return { _tag: "Appended", answers: [{ version, position: at + events.length }] };
    }
    const isExpected =
      expected === "any" ||
      (expected === "exists" ? actual > 0 : actual === (expected === "none" ? 0 : expected));
    if (!isExpected) {
      return { _tag: "VersionConflict", id: stream, actual };
    }
    const added = events.map(({ by, id }, index) => {
      return { stream, sequence: actual + index + 1, by, id: id ?? null };
    });
    this.log = [...this.log, ...added];
    const answer = { version: actual + events.length, position: this.log.length };
    if (snapshot) this.snapshots = new Map([...this.snapshots, [stream, answer.version]]);
    return { _tag: "Appended", answers: [answer] };
  }
}

export const snapshotTotal = 1_000_000;

const sum = (entries: ReadonlyArray<Entry>) => entries.reduce((total, { by }) => total + by, 0);

const step: FastCheck.Arbitrary<Step> = FastCheck.record({
  id: FastCheck.constantFrom("a", "b", "c"),
  expected: FastCheck.oneof(
    FastCheck.constantFrom<Array<ExpectedVersion>>("any", "any", "none", "exists"),
    FastCheck.nat(6),
  ),
  events: FastCheck.array(
    FastCheck.record(
      { by: FastCheck.nat(2), id: FastCheck.constantFrom("one", "two", "three", "four") },
      { requiredKeys: ["by"] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  snapshot: FastCheck.boolean(),
});

/** Batches of appends; each is kept or given up afterwards. */
export const plan = FastCheck.array(
  FastCheck.record({
    steps: FastCheck.array(step, { minLength: 1, maxLength: 3 }),
    kept: FastCheck.constantFrom(true, true, true, false),
  }),
  { maxLength: 12 },
);
