import { Clock, Console, Effect, Ref } from "effect";
import { Screen } from "./Screen.ts";

/** How far something is, drawn as a bar on a terminal and said at most once a second elsewhere. */

export interface Step {
  readonly what: string;
  readonly done: number;
  /** Left out where nobody knows it yet. */
  readonly total?: number;
}

interface Shown {
  readonly what: string;
  readonly startedAt: number;
  readonly saidAt: number;
  /** Columns of the bar that stands on the terminal's current line. */
  readonly width: number;
}

const interval = 1_000;
const barWidth = 24;

export const make = Effect.gen(function* () {
  const screen = yield* Screen;
  const shown = yield* Ref.make<Shown>({
    what: "",
    startedAt: 0,
    saidAt: Number.NEGATIVE_INFINITY,
    width: 0,
  });

  /** Wipes the bar, so that a line can be written. */
  const clear = Effect.gen(function* () {
    const { width } = yield* Ref.get(shown);
    if (width === 0) return;
    yield* screen.draw(`\r${" ".repeat(width)}\r`);
    yield* Ref.update(shown, (last) => ({ ...last, width: 0 }));
  });

  const show = (step: Step) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis;
      const last = yield* Ref.get(shown);
      const startedAt = last.what === step.what ? last.startedAt : now;
      const due = now - last.saidAt >= (screen.live ? interval / 10 : interval);
      const text = line(step, now - startedAt);
      yield* Ref.set(shown, {
        ...last,
        what: step.what,
        startedAt,
        ...(due ? { saidAt: now } : {}),
      });
      if (!due) return;
      if (!screen.live) return yield* Console.error(text);
      const bar = `${drawn(step)}${text}`;
      yield* screen.draw(`\r${bar.padEnd(last.width)}`);
      yield* Ref.update(shown, (before) => ({ ...before, width: bar.length }));
    });

  return { show, clear };
});

/** `OnChainTrade: 300/1000 (30%), 2 s left`, or `Copy of the log: 300`. */
export const line = ({ what, done, total }: Step, elapsed: number): string => {
  if (total === undefined) return `${what}: ${done}`;
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  const left = done === 0 || done === total ? 0 : (elapsed * (total - done)) / done;
  const rest = left === 0 ? "" : `, ${duration(left)} left`;
  return `${what}: ${done}/${total} (${percent}%)${rest}`;
};

const duration = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
};

const drawn = ({ done, total }: Step): string => {
  if (total === undefined) return "";
  const full = total === 0 ? barWidth : Math.floor((barWidth * done) / total);
  return `[${"#".repeat(full)}${"-".repeat(barWidth - full)}] `;
};
