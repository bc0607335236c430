import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, lines, run } from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

/** A real shell, at whose prompt a line is typed; the command's place takes what notes its words. */
interface Shell {
  /** What is started in a folder where `setup` and the script to be read are. */
  readonly start: string;
  readonly setup: readonly [file: string, text: string];
}

const note = `migrate_to_events() { printf '%s\\n' "$@" > noted; }`;

const shells: Readonly<Record<string, Shell>> = {
  bash: {
    start: "bash --noprofile --rcfile setup -i",
    setup: ["setup", `PS1='ready> '\n${note}\nsource ./script\n`],
  },
  zsh: {
    start: "ZDOTDIR=$PWD zsh -i",
    setup: [
      ".zshrc",
      `PROMPT='ready> '\nautoload -Uz compinit\ncompinit -u -D\n${note}\nsource ./script\n`,
    ],
  },
  fish: {
    start: "HOME=$PWD fish --no-config -i -C 'source setup'",
    setup: [
      "setup",
      "function fish_prompt; printf 'ready> '; end\n" +
        "function migrate_to_events; printf '%s\\n' $argv > noted; end\n" +
        "source ./script\n",
    ],
  },
};

/** Where `CI` is set there is a bash, or its test fails. */
const isMissing = (shell: string) =>
  !(shell === "bash" && process.env.CI !== undefined) &&
  (!hasScript || spawnSync(shell, ["--version"]).status !== 0);

describe.each(Object.entries(shells))("completions for %s", (name, { start, setup }) => {
  const place = folder();

  /** The words that the command would be given, once the tabs have done their part. */
  const typed = async (line: string): Promise<ReadonlyArray<string>> => {
    const noted = join(place, "noted");
    writeFileSync(noted, "");
    await onTerminal(
      [],
      [
        ["ready> ", `migrate_to_events ${line}\n`],
        ["ready> ", "exit\n"],
      ],
      { cwd: place, shell: start },
    );
    // Zsh puts a value behind a = where the others leave a space.
    return lines(readFileSync(noted, "utf8")).flatMap((word) => word.split("="));
  };

  it.skipIf(isMissing(name))(`complete a line (needs ${name} and script)`, async () => {
    const { stdout, stderr, code } = await run(["--completions", name]);
    expect([stderr, code]).toEqual(["", 0]);
    writeFileSync(join(place, "script"), stdout);
    writeFileSync(join(place, setup[0]), setup[1]);
    for (const file of ["st0x.db", "my proof.json"]) writeFileSync(join(place, file), "");
    expect(await typed("ver\t")).toEqual(["verify-only"]);
    expect(await typed("--dat\tst\tdr\t--cl\t")).toEqual([
      ...["--database-url", "st0x.db", "dry-run", "--clean"],
    ]);
    expect(await typed("verify-only --st\t--ag\tmy\t")).toEqual([
      ...["verify-only", "--strict", "--against", "my proof.json"],
    ]);
    expect(await typed("--net\tcol\t")).toEqual(["--net-position", "column"]);
    expect(await typed("help ex\t")).toEqual(["help", "exit-codes"]);
    // What the subcommand does not take is not completed.
    expect(await typed("ledger --str\t")).toEqual(["ledger", "--str"]);
    expect(await typed("--event-store-url=st\t")).toEqual(["--event-store-url", "st"]);
  });
});
