/** What becomes of the numbers of several rounds. */

export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Of what `share` finds. */
export const shareColumns = (title: string) => [
  { key: "share", title, digits: 2 },
  { key: "lowest", title: "lowest", digits: 2 },
  { key: "highest", title: "highest", digits: 2 },
];

/**
 * The rate that these seconds leave of the baseline's: of the medians, and the least and the most
 * that one round alone would have said, which tells how far the machine can be believed.
 */
export const share = (seconds: ReadonlyArray<number>, baseline: ReadonlyArray<number>) => {
  const each = seconds.map((value, round) => (baseline[round] ?? Number.NaN) / value);
  return {
    share: median(baseline) / median(seconds),
    lowest: Math.min(...each),
    highest: Math.max(...each),
  };
};
