import { Either } from "effect";
import { describe, expect, it } from "vitest";
import { arrange } from "../src/Arguments.ts";
import * as OptionTable from "../src/OptionTable.ts";
import * as Subcommand from "../src/Subcommand.ts";
import { definition } from "./definition.ts";

const arranged = (...words: ReadonlyArray<string>) => Either.getOrThrow(arrange(words, definition));
const refusal = (...words: ReadonlyArray<string>) =>
  Either.match(arrange(words, definition), { onLeft: ({ message }) => message, onRight: String });

describe("arrange", () => {
  it("leaves nothing as nothing", () => {
    expect(arranged()).toEqual([]);
  });

  it("puts options behind the subcommand, wherever they stood", () => {
    const wanted = ["dry-run", "--database-url", "a.db", "--force"];
    expect(arranged("--database-url", "a.db", "--force", "dry-run")).toEqual(wanted);
    expect(arranged("dry-run", "--database-url", "a.db", "--force")).toEqual(wanted);
    expect(arranged("--database-url", "a.db", "dry-run", "--force")).toEqual(wanted);
    expect(arranged("--database-url=a.db", "dry-run", "--force")).toEqual(wanted);
  });

  it("takes the rest of a word after the first = as the value", () => {
    expect(arranged("--database-url=file:a.db?mode=rwc")).toEqual([
      "--database-url",
      "file:a.db?mode=rwc",
    ]);
  });

  it("takes what may be repeated as often as it stands there, in its order", () => {
    const wanted = ["dry-run", "--leave-out", "b.c", "--leave-out", "a", "--leave-out", "b.c"];
    expect(arranged("--leave-out=b.c", "dry-run", "--leave-out", "a", "--leave-out=b.c")).toEqual(
      wanted,
    );
    expect(arranged("--leave-out", "a b=c.d'e", "verify-only")).toEqual([
      ...["verify-only", "--leave-out", "a b=c.d'e"],
    ]);
  });

  it("leaves nothing beside a wish for help or the version", () => {
    expect(arranged("--database-url", "a.db", "--force", "--help")).toEqual(["help"]);
    expect(arranged("--version", "--force")).toEqual(["--version"]);
  });

  it("takes help as a word, wherever it stands", () => {
    for (const words of [["help"], ["--help"], ["-h"], ["help", "--help"], ["help", "help"]]) {
      expect(arranged(...words)).toEqual(["help"]);
    }
    for (const words of ["help dry-run", "dry-run help", "dry-run --help", "--clean dry-run -h"]) {
      expect(arranged(...words.split(" "))).toEqual(["help", "dry-run"]);
    }
    expect(arranged("help", "exit-codes")).toEqual(["help", "exit-codes"]);
    expect(arranged("ledger", "--strict", "--help")).toEqual(["help", "ledger"]);
  });

  it("does not mistake a value for an option or a subcommand", () => {
    const words = ["--database-url", "dry-run", "verify-only"];
    expect(arranged(...words)).toEqual(["verify-only", "--database-url=dry-run"]);
    expect(arranged("--database-url", "help")).toEqual(["--database-url=help"]);
    expect(arranged("--database-url", "--force")).toEqual(["--database-url", "--force"]);
  });

  it("keeps the level of the log before all else, as the parser wants it", () => {
    expect(arranged("--database-url", "a", "ledger", "--log-level=debug")).toEqual([
      "--log-level",
      "debug",
      "ledger",
      "--database-url",
      "a",
    ]);
  });

  it.each([
    [["foo"], 'There is no subcommand "foo".'],
    [[""], 'There is no subcommand "".'],
    [["dry_run"], 'There is no subcommand "dry_run". Did you mean dry-run?'],
    [["dryrun"], 'There is no subcommand "dryrun". Did you mean dry-run?'],
    [["verify"], 'There is no subcommand "verify". Did you mean verify-only?'],
    [["hlep"], 'There is no subcommand "hlep".'],
    [["postgresql://ada:topsecret@host/db"], 'There is no subcommand "postgresql:…".'],
    [
      ["--net-position", "mysql://ada:topsecret@host"],
      '--net-position must be computed or column, not "mysql:…".',
    ],
    [["--legacy-url:postgres://ada:topsecret@host"], "There is no option --legacy-url:…."],
    [["exit-codes"], "exit-codes is no subcommand. Did you mean help exit-codes?"],
    [["--databse-url", "a.db"], "There is no option --databse-url. Did you mean --database-url?"],
    [["--database"], "There is no option --database. Did you mean --database-url?"],
    [["--net"], "There is no option --net. Did you mean --net-position?"],
    [["help", "dry-run", "ledger"], "Give one subcommand, not dry-run and ledger."],
    [["dry-run", "verify-only"], "Give one subcommand, not dry-run and verify-only."],
    [["dry-run", "dry-run"], "Give one subcommand, not dry-run and dry-run."],
    [["--foo"], "There is no option --foo."],
    [["-f"], "There is no option -f."],
    [["--"], "There is no option --."],
    [["--FORCE"], "There is no option --FORCE. Did you mean --force?"],
    [["--toString"], "There is no option --toString."],
    [["--database-url"], "--database-url needs a value."],
    [["--database-url="], "--database-url needs a value."],
    [["--database-url", ""], "--database-url needs a value."],
    [["--net-position"], "--net-position needs a value."],
    [["--net-position=both"], '--net-position must be computed or column, not "both".'],
    [
      ["--net-position", "\u001b[1m"],
      '--net-position must be computed or column, not "\\u001b[1m".',
    ],
    [["--force", "--force"], "--force is given twice."],
    [["--database-url", "a", "--database-url=b"], "--database-url is given twice."],
    [["--force=no"], "--force takes no value."],
    [["--leave-out"], "--leave-out needs a value."],
    [["--leave-out="], "--leave-out needs a value."],
    [["--strict", "--strict"], "--strict is given twice."],
    [["ledger", "dry-run"], "Give one subcommand, not ledger and dry-run."],
    [["--clean", "yes"], 'There is no subcommand "yes".'],
  ])("refuses %j", (words, message) => {
    expect(refusal(...words)).toBe(`${message} See migrate_to_events --help.`);
  });

  it.each([
    [["--strict"], "--strict is for verify-only."],
    [["dry-run", "--strict", "--report=a"], "--strict and --report are for verify-only."],
    [
      ["ledger", "--backup=x"],
      "ledger only prints: it takes --database-url, --legacy-url, --other-names and --patience; --backup is for a migration, dry-run and rollback.",
    ],
    [
      ["verify-only", "--net-position=column", "--clean"],
      "verify-only changes nothing: it takes --database-url, --legacy-url, --event-store-url, --other-names, --force, --leave-out, --patience, --strict, --report and --against; --clean and --net-position are for a migration and dry-run.",
    ],
    [
      ["rebuild-views", "--strict", "--leave-out", "a"],
      "rebuild-views only makes views anew from the events: it takes --database-url, --event-store-url, --other-names, --force and --patience; --leave-out is for a migration, dry-run and verify-only; --strict is for verify-only.",
    ],
  ])("refuses %j by name, and says what takes it", (words, message) => {
    expect(refusal(...words)).toBe(`${message} See migrate_to_events --help.`);
  });

  it("takes every option with just the commands of its entry", () => {
    for (const [name, entry] of OptionTable.all(definition)) {
      const value = { flag: [], choice: ["column"], text: ["a"], repeated: ["a"] }[entry.kind];
      for (const command of Subcommand.names) {
        const words = [`--${name}`, ...value, ...(command === "migrate" ? [] : [command])];
        expect(Either.isRight(arrange(words, definition)), words.join(" ")).toBe(
          entry.takenBy.includes(command),
        );
      }
    }
  });
});
