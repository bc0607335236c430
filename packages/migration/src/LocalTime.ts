import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Option } from "effect";

/**
 * The moment at which clocks in a zone show a time, given as if it were one in UTC. None where they
 * skip it or show it twice, and on the first and last days that a moment can be of.
 */
export const inZone = (zone: string) => {
  const known = readers.get(zone);
  if (known !== undefined) return known;
  const made = make(zone);
  readers.set(zone, made);
  return made;
};

type Read = (shown: Timestamp.Timestamp) => Option.Option<Timestamp.Timestamp>;

const readers = new Map<string, Read>();

const make = (zone: string): Read => {
  const aheadAt = differences(zone);
  return (shown) => {
    const seconds = Number(shown / billion) - (shown % billion < 0n ? 1 : 0);
    if (seconds < first || seconds >= end) return Option.none();
    // Around it there are two differences from UTC at most. Each that leads back to it is one.
    const around = new Set([aheadAt(seconds - day), aheadAt(seconds + day)]);
    const [ahead, another] = [...around].filter((one) => aheadAt(seconds - one) === one);
    return ahead === undefined || another !== undefined
      ? Option.none()
      : Timestamp.fromNanoseconds(shown - BigInt(ahead) * billion);
  };
};

/** How many seconds clocks in a zone are ahead of UTC, by seconds since 1970. */
const differences = (zone: string): ((seconds: number) => number) => {
  const clock = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  const ask = (seconds: number): number => {
    const parts = new Map<string, number>(
      clock.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (name: string) => parts.get(name) ?? 0;
    const shown = new Date(0);
    shown.setUTCFullYear(part("year"), part("month") - 1, part("day"));
    shown.setUTCHours(part("hour"), part("minute"), part("second"));
    return shown.getTime() / 1000 - seconds;
  };
  // Of six hours that begin and end alike; null where clocks are changed within them.
  const spans = new Map<number, number | null>();
  return (seconds) => {
    const span = Math.floor(seconds / spanLength);
    let known = spans.get(span);
    if (known === undefined) {
      const [begins, ends] = [ask(span * spanLength), ask((span + 1) * spanLength)];
      known = begins === ends ? begins : null;
      spans.set(span, known);
    }
    return known ?? ask(seconds);
  };
};

const spanLength = 6 * 3600;
const day = 86_400;
const billion = 1_000_000_000n;
const first = Date.parse("0001-01-03T00:00:00Z") / 1000;
const end = Date.parse("9999-12-30T00:00:00Z") / 1000;
