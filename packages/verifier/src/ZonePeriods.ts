/** How far a zone's clocks are ahead of UTC, as the periods between two changes of them. */
interface Period {
  /** In seconds since 1970, the last one not included. */
  readonly from: number;
  readonly to: number;
  /** In seconds. */
  readonly ahead: number;
}

/**
 * How many seconds ahead of UTC the clocks are that show a time, given in seconds as if it were in
 * UTC; undefined where they never show it, or do so twice.
 */
export const aheadOf = (zone: string, shown: number): number | undefined => {
  const year = new Date(shown * 1000).getUTCFullYear();
  if (shown < firstShown || shown > lastShown) return undefined;
  const fitting = periodsOf(zone, year).filter(
    ({ from, to, ahead }) => from <= shown - ahead && shown - ahead < to,
  );
  return fitting.length === 1 ? fitting[0]?.ahead : undefined;
};

const firstShown = Date.parse("0001-01-03T00:00:00Z") / 1000;
const lastShown = Date.parse("9999-12-29T23:59:59Z") / 1000;

const known = new Map<string, ReadonlyArray<Period>>();

/** All of a year, and of two days before and after it. */
const periodsOf = (zone: string, year: number): ReadonlyArray<Period> => {
  const name = `${zone} ${year}`;
  const found =
    known.get(name) ?? listed(zone, startOf(year) - 2 * day, startOf(year + 1) + 2 * day);
  known.set(name, found);
  return found;
};

const startOf = (year: number): number => {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, 1);
  return date.getTime() / 1000;
};

/** Looks once a day, and by halves for the second of a change. */
const listed = (zone: string, start: number, end: number): ReadonlyArray<Period> => {
  const aheadAt = asker(zone);
  const periods: Array<Period> = [];
  let [from, ahead] = [start, aheadAt(start)];
  for (let at = start + day; at <= end; at += day) {
    const next = aheadAt(at);
    if (next === ahead) continue;
    let [before, after] = [at - day, at];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (aheadAt(middle) === ahead) before = middle;
      else after = middle;
    }
    periods.push({ from, to: after, ahead });
    [from, ahead] = [after, next];
  }
  return [...periods, { from, to: end, ahead }];
};

const day = 86_400;

const asker = (zone: string) => {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  return (seconds: number): number => {
    const name = format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName");
    const [, sign, hours = "0", minutes = "0", rest = "0"] =
      /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name?.value ?? "") ?? [];
    const ahead = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
    return sign === "-" ? -ahead : ahead;
  };
};
