import { FastCheck } from "effect";
import { word } from "./Texts.ts";

/** Command lines, from those that make sense to those that do not. */

const looking = ["dry-run", "verify-only", "status", "ledger"] as const;
const all = [...looking, "migrate", "rebuild-views", "rollback"] as const;
type Command = (typeof all)[number];

/** Of one command on a file that is named in braces. */
export const on = (
  url: FastCheck.Arbitrary<string> | string,
  options: { readonly log?: boolean } = {},
): FastCheck.Arbitrary<ReadonlyArray<string>> =>
  FastCheck.constantFrom(...all).chain((command) =>
    FastCheck.tuple(
      typeof url === "string" ? FastCheck.constant(url) : url,
      FastCheck.subarray(flags(command)).map((flags) => flags.slice(0, 3)),
    ).map(([url, flags]) => [
      ...(command === "migrate" ? [] : [command]),
      ...["--database-url", url, "--patience", "0"],
      ...(looking.includes(command as never) ? [] : ["--force"]),
      ...(options.log === true && command !== "ledger"
        ? ["--event-store-url", "sqlite:{log}"]
        : []),
      ...flags.flat(),
    ]),
  );

const backups = [["--no-backup"], ["--backup", "{folder}/b.db"], ["--backup", "{folder}"]];
const decisions = [
  ["--net-position", "computed"],
  ["--net-position", "column"],
  ["--trade-direction", "fill"],
];
const leavings = [
  ["--leave-out", "more"],
  ["--leave-out", "onchain_trades.more"],
];

/** That it takes: a command line of which all is wrong is refused at once. */
const flags = (command: Command): Array<ReadonlyArray<string>> => {
  switch (command) {
    case "migrate":
      return [...backups, ...decisions, ...leavings, ["--clean"]];
    case "dry-run":
      return [...decisions, ...leavings, ["--clean"]];
    case "verify-only":
      return [
        ...leavings,
        ["--strict"],
        ["--report", "{folder}/r.json"],
        ["--report", "{folder}/r.html"],
        ["--against", "{report}"],
      ];
    case "rollback":
      return backups;
    default:
      return [];
  }
};

const options = [
  ...["--database-url", "--legacy-url", "--event-store-url", "--other-names", "--force", "--clean"],
  ...["--backup", "--no-backup", "--leave-out", "--patience", "--strict", "--report", "--against"],
  ...["--net-position", "--trade-direction", "--help", "-h", "--version", "--completions"],
  ...["--log-level", "--datbase-url", "--wizard", "-f", "--", "---", "--=", "--force=1"],
];

const value = FastCheck.oneof(
  word,
  FastCheck.constantFrom("{legacy}", "{folder}", "{report}", "{log}", "{folder}/new", "/dev/null"),
  FastCheck.constantFrom("computed", "bash", "debug", "-5", "1e9", "Infinity", "99999999999"),
);

const anyWord = FastCheck.oneof(
  { weight: 4, arbitrary: FastCheck.constantFrom(...options).map((option) => [option]) },
  {
    weight: 3,
    arbitrary: FastCheck.tuple(FastCheck.constantFrom(...options), value).map(([option, value]) => [
      `${option}=${value}`,
    ]),
  },
  {
    weight: 6,
    arbitrary: FastCheck.tuple(FastCheck.constantFrom(...options), value).map((pair) => [...pair]),
  },
  {
    weight: 4,
    arbitrary: FastCheck.constantFrom(...all, "help", "exit-codes", "dryrun").map((one) => [one]),
  },
  { weight: 1, arbitrary: word.map((one) => [one]) },
);

/** A command that makes sense, to which words are added and of which some are left out. */
const disturbed = FastCheck.tuple(
  on("{legacy}"),
  FastCheck.array(anyWord, { maxLength: 3 }),
  FastCheck.nat(),
).map(([words, more, at]) => {
  const place = at % (words.length + 1);
  return [...words.slice(0, place), ...more.flat(), ...words.slice(place + (at % 2))];
});

export const any: FastCheck.Arbitrary<ReadonlyArray<string>> = FastCheck.oneof(
  disturbed,
  FastCheck.array(anyWord, { maxLength: 6 }).map((words) => words.flat()),
);
