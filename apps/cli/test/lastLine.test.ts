import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bin, folder, lines, run, sql } from "./support.ts";

const last = (stderr: string) => lines(stderr).at(-1) ?? "";

/** The command at the end of a line, as a shell does it where that is put in. */
const pasted = (line: string, cwd: string, more = "") => {
  const [typed = ""] = /migrate_to_events .*$/.exec(line) ?? [];
  const setup = `migrate_to_events() { '${process.execPath}' '${bin}' "$@"; }`;
  return run([], { cwd, command: ["sh", "-c", `${setup}; ${typed}${more}`] });
};

describe("the last line of stderr", () => {
  it("says how long a run took, and the next one works as it is printed", async () => {
    const cwd = folder();
    SampleDatabase.write(join(cwd, "bob's old.db"), { trades: 3 });
    const dry = await run(["dry-run", "--database-url", "bob's old.db", "--no-backup"], { cwd });
    expect(last(dry.stderr)).toMatch(
      /^Took \d\.\d s\. Nothing was kept\. Next, to migrate: migrate_to_events --database-url 'bob'\\''s old\.db' --no-backup$/,
    );
    const migrated = await pasted(last(dry.stderr), cwd, " --force");
    expect(last(migrated.stderr)).toMatch(
      /^Took \d\.\d s\. Next, to compare every row: .* verify-only$/,
    );
    expect(last(migrated.stdout)).toMatch(/^Migration complete: 3 trades/);
    const verified = await pasted(last(migrated.stderr), cwd);
    expect(last(verified.stderr)).toMatch(
      /^Took .* Next, for a proof to keep: .*--report proof\.json$/,
    );
    expect(last(verified.stdout)).toBe("Verification complete: no differences");
    const proven = await pasted(last(verified.stderr), cwd);
    expect(last(proven.stderr)).toMatch(
      /Next, to see later what has changed: .*--against proof\.json$/,
    );
    const again = await pasted(last(proven.stderr), cwd);
    expect(again.code).toBe(0);
    const rebuilt = await run(["rebuild-views", "--database-url", "bob's old.db"], { cwd });
    expect(last(rebuilt.stderr)).toMatch(/Next, to compare every row: .* verify-only$/);
    expect(last(rebuilt.stdout)).toMatch(/^Views rebuilt: /);
  });

  it("says where differences are, behind the sentence that counts them", async () => {
    const cwd = folder();
    SampleDatabase.write(join(cwd, "a.db"), { trades: 3 });
    await run(["--database-url", "a.db", "--force"], { cwd });
    sql(join(cwd, "a.db"), "update onchain_trades set amount = amount + 1 where id = 1");
    const { code, stderr } = await run(["verify-only", "--database-url", "a.db"], { cwd });
    expect(lines(stderr).at(-2)).toMatch(/^migrate_to_events: Verification found \d+ difference/);
    expect(last(stderr)).toMatch(
      /^Took .* What differs: see above or, as a page: migrate_to_events --database-url a\.db verify-only --report report\.html$/,
    );
    expect(code).toBe(3);
    const page = await pasted(last(stderr), cwd);
    expect(last(page.stderr)).toMatch(/What differs: see report\.html$/);
    expect(page.code).toBe(3);
  });

  it("is not there where nothing was run", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "a.db"), "");
    const { stderr } = await run(["--database-url", "a.db"], { cwd });
    expect(stderr).not.toContain("Took");
  });
});
