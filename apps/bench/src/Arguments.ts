import { parseArgs } from "node:util";

/** What was asked for on the command line. */
export interface Arguments {
  readonly rows: ReadonlyArray<number>;
  readonly rounds: number;
  readonly operations: number;
  readonly warmUp: number;
  readonly callers: ReadonlyArray<number>;
  readonly events: ReadonlyArray<number>;
  readonly only: ReadonlyArray<string>;
  /** Another installed checkout: then its command and ours are all that is measured. */
  readonly against: string | undefined;
  /** By how many per cent ours may need more time or memory than the other's. */
  readonly tolerance: number;
  /** A file, or `-` for the standard output. */
  readonly json: string | undefined;
  readonly help: boolean;
}

/** What is wrong with the command line, for a person to read. */
export class Misuse extends Error {}

export const usage = (sections: ReadonlyArray<string>): string => `pnpm bench [options]

How fast the migration, the stores and the command are, beside SQLite, pg and Node.js themselves, and
beside Emmett: medians of several rounds, in each of which both sides of a comparison take their
turns.

  --rows N,...      numbers of trades to migrate, with 62 orders to a hundred of them, and of a shop's
                    orders (100000)
  --rounds N        rounds of every measurement (5, or 11 with --against)
  --operations N    appends, loads and reads in each measurement of a store (3000)
  --warm-up N       as many before, unmeasured (10000, or twice the operations if that is more; beside
                    pg and Emmett never more than are measured)
  --callers N,...   how many append to PostgreSQL at once (1,8,32)
  --events N,...    how many events one append has (10000,100000,1000000)
  --only NAME,...   of ${sections.join(", ")}; all of them otherwise
  --against FOLDER  measure instead the command of this checkout and that of another, installed one
                    in turns (11 rounds): first run, second run and verify-only on copies of one file
                    that the other's SampleDatabase.ts wrote; ends with 3 where ours is worse
  --tolerance P     per cent that --against lets ours need more, in time or memory (5)
  --json FILE       write the results there as JSON too; - prints them instead of the tables
  --help            this text

PostgreSQL comes from npm. LEDGERFOLD_POSTGRES_URL names another server, where the user may make
databases: each measurement has one of its own, which is gone after it. Emmett's store on SQLite needs
a native library that no install builds: pnpm build_sqlite3 does, with a C++ compiler, Python and the
headers of Node.js, which come from nodejs.org unless npm's option nodedir says where they are.`;

export const parse = (words: ReadonlyArray<string>, sections: ReadonlyArray<string>): Arguments => {
  const values = options(words);
  const { against, tolerance } = values;
  if (against === "") throw new Misuse("--against needs the folder of a checkout.");
  const stray = against === undefined ? ["tolerance"] : elsewhere;
  const without = against === undefined ? "is for --against" : "is not for --against";
  for (const [name, value] of Object.entries(values)) {
    if (stray.includes(name) && value !== undefined) throw new Misuse(`--${name} ${without}.`);
  }
  const only = values.only?.split(",") ?? sections;
  const unknown = only.find((name) => !sections.includes(name));
  if (unknown !== undefined) {
    throw new Misuse(`--only takes ${sections.join(", ")}, not ${JSON.stringify(unknown)}.`);
  }
  if (values.json === "") throw new Misuse("--json needs the name of a file, or -.");
  const operations = wholeNumber("--operations", values.operations ?? "3000");
  return {
    rows: values.rows.split(",").map((text) => wholeNumber("--rows", text)),
    rounds: wholeNumber("--rounds", values.rounds ?? (against === undefined ? "5" : "11")),
    operations,
    warmUp: wholeNumber("--warm-up", values["warm-up"] ?? `${Math.max(10_000, 2 * operations)}`),
    events: (values.events ?? "10000,100000,1000000")
      .split(",")
      .map((text) => wholeNumber("--events", text)),
    callers: (values.callers ?? "1,8,32").split(",").map((text) => wholeNumber("--callers", text)),
    only,
    against,
    tolerance: wholeNumber("--tolerance", tolerance ?? "5"),
    json: values.json,
    help: values.help,
  };
};

/** Options of what --against doesn't measure. */
const elsewhere = ["operations", "warm-up", "callers", "events", "only"];

const options = (words: ReadonlyArray<string>) => {
  try {
    return parseArgs({
      args: [...words],
      options: {
        rows: { type: "string", default: "100000" },
        rounds: { type: "string" },
        operations: { type: "string" },
        "warm-up": { type: "string" },
        callers: { type: "string" },
        events: { type: "string" },
        only: { type: "string" },
        against: { type: "string" },
        tolerance: { type: "string" },
        json: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (cause) {
    throw new Misuse(cause instanceof Error ? cause.message : String(cause));
  }
};

const wholeNumber = (option: string, text: string): number => {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new Misuse(`${option} takes whole numbers above 0, not ${JSON.stringify(text)}.`);
};
