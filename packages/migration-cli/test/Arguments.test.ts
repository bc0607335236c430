import { Either } from "effect";
import { describe, expect, it } from "vitest";
import { arrange } from "../src/Arguments.ts";

const command = {
  name: "migrate_to_events",
  decisions: { "net-position": { values: ["computed", "column"], description: "" } },
} as const;
const arranged = (...words: ReadonlyArray<string>) => Either.getOrThrow(arrange(words, command));
const refusal = (...words: ReadonlyArray<string>) =>
  Either.match(arrange(words, command), { onLeft: ({ message }) => message, onRight: String });

describe("arrange", () => {
  it("leaves nothing as nothing", () => {
    expect(arranged()).toEqual([]);
  });

  it("puts options before the subcommand, wherever they stood", () => {
    const wanted = ["--database-url", "a.db", "--force", "dry-run"];
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
    const wanted = ["--leave-out", "b.c", "--leave-out", "a", "--leave-out", "b.c", "dry-run"];
    expect(arranged("--leave-out=b.c", "dry-run", "--leave-out", "a", "--leave-out=b.c")).toEqual(
      wanted,
    );
    expect(arranged("--leave-out", "a b=c.d'e", "ledger")).toEqual([
      ...["--leave-out", "a b=c.d'e", "ledger"],
    ]);
  });

  it("leaves nothing beside a wish for help or the version", () => {
    expect(arranged("--database-url", "a.db", "--force", "--help")).toEqual(["--help"]);
    expect(arranged("--clean", "dry-run", "-h")).toEqual(["-h", "dry-run"]);
    expect(arranged("--version", "--force")).toEqual(["--version"]);
  });

  it("does not mistake a value for an option or a subcommand", () => {
    const words = ["--database-url", "dry-run", "verify-only"];
    expect(arranged(...words)).toEqual(words);
    expect(arranged("--database-url", "--force")).toEqual(["--database-url", "--force"]);
  });

  it.each([
    [["foo"], 'There is no subcommand "foo".'],
    [[""], 'There is no subcommand "".'],
    [["dry_run"], 'There is no subcommand "dry_run".'],
    [["dry-run", "verify-only"], "Give one subcommand, not dry-run and verify-only."],
    [["dry-run", "dry-run"], "Give one subcommand, not dry-run and dry-run."],
    [["--foo"], "There is no option --foo."],
    [["-f"], "There is no option -f."],
    [["--"], "There is no option --."],
    [["--FORCE"], "There is no option --FORCE."],
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
});
