import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What one measured process reports. */
export interface Measurement extends Measured {
  /** The most memory the process ever had in RAM. */
  readonly megabytes: number;
}

/** What the measured code reports of itself; its imports and preparations are not in `seconds`. */
export interface Measured {
  readonly seconds: number;
  /** How many things were written or read, so that both sides can be held to the same work. */
  readonly count: number;
  /** What the measured code's own connection says of itself. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where writers compete: how often one of them had to try again. */
  readonly conflicts?: number;
  /** How often an append that its database had undone for no reason of ours was made again. */
  readonly retries?: number;
  /** Why not all of the work was done. */
  readonly stopped?: string;
}

const script = fileURLToPath(new URL("./measure.ts", import.meta.url));

/** One measurement in a process of its own, so that none inherits another's memory or warmth. */
export const take = (kind: string, ...parameters: ReadonlyArray<string | number>): Measurement => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, kind, ...parameters.map(String)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`measuring ${kind} failed: ${stderr}`);
  return JSON.parse(stdout);
};

const peak = fileURLToPath(new URL("./measured/peak.cjs", import.meta.url));

/** A command as operators run it, from its start to its end, on our Node.js with these flags of it. */
export const takeCommand = (
  command: string,
  words: ReadonlyArray<string>,
  flags: ReadonlyArray<string> = [],
  ends = 0,
) => {
  const start = performance.now();
  const { status, stderr, output } = spawnSync(
    process.execPath,
    [...flags, "--require", peak, command, ...words],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe", "pipe"] },
  );
  const seconds = (performance.now() - start) / 1000;
  if (status !== ends) throw new Error(`${command} ${words.join(" ")} failed: ${stderr}`);
  const [megabytes = Number.NaN, cpuSeconds = Number.NaN] = (output[3] ?? "")
    .split(" ")
    .map(Number);
  return { seconds, cpuSeconds, megabytes };
};

/** Two sides of a comparison must be alike in this. */
export const insistSame = (what: string, one: unknown, other: unknown): void => {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`The comparison is not fair: ${what} are ${a} and ${b}.`);
};
