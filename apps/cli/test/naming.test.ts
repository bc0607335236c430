import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join, relative } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { checkout, folder, run } from "./support.ts";

/** Each file has another number of trades, which the dry run names. */
const cwd = folder();
const names = ["a.db", "b.db", "sub dir/ü 1.db", "50%?mode=x.db"];
mkdirSync(join(cwd, "sub dir"));
names.forEach((name, index) => {
  const made = join(cwd, "made");
  SampleDatabase.write(made, { trades: 3 + index, orders: 0, journalMode: "delete" });
  renameSync(made, join(cwd, name));
});
const listing = readdirSync(cwd);

const opened = async (...parameters: Parameters<typeof run>) => {
  const { code, stdout, stderr } = await run(...parameters);
  const trades =
    /^Migration complete: (\d+) trades, .* migrated \(a dry run: nothing was kept\)\n$/m.exec(
      stdout,
    )?.[1];
  return { code, file: names[Number(trades) - 3] ?? stderr };
};

const a = { code: 0, file: "a.db" };
const odd = { code: 0, file: "sub dir/ü 1.db" };
const encoded = `sub%20dir/${encodeURIComponent("ü 1.db")}`;
const DATABASE_URL = "b.db";

describe("the database", { concurrent: true }, () => {
  const calls: ReadonlyArray<readonly [ReadonlyArray<string>, typeof a, string?]> = [
    [["--database-url", "a.db", "dry-run"], a],
    [["dry-run", "--clean", "--database-url=a.db"], a, DATABASE_URL],
    [["--net-position=column", "dry-run", "--database-url", "./sub dir/ü 1.db"], odd],
    [["dry-run"], { code: 0, file: "b.db" }, DATABASE_URL],
    [["dry-run"], odd, `sqlite://${encoded}?mode=rwc`],
    [["dry-run", "--database-url", `sqlite://${encodeURI(join(cwd, "a.db"))}?mode=rwc`], a],
    [["dry-run", "--database-url", `file:${encoded}?mode=ro`], odd],
    [["dry-run", "--database-url", "50%?mode=x.db"], { code: 0, file: "50%?mode=x.db" }],
  ];
  for (const [words, expected, url] of calls) {
    const env: Record<string, string> = url === undefined ? {} : { DATABASE_URL: url };
    const name = words.join(" ").replace(encodeURI(cwd), "…");
    it(`${name}${url === undefined ? "" : `, DATABASE_URL=${url}`}`, async () => {
      expect(await opened(words, { cwd, env })).toEqual(expected);
      expect(readdirSync(cwd)).toEqual(listing);
    });
  }

  it("is relative to where the root script was typed", async () => {
    const docs = join(checkout, "docs");
    const { code, stdout } = await run(
      ["migrate_to_events", "--database-url", relative(docs, join(cwd, "a.db")), "dry-run"],
      // As somebody types it there: what the runner of these tests set is not in their shell.
      { cwd: docs, command: pnpm, env: inherited() },
    );
    expect(stdout).toContain("Migration complete: 3 trades, ");
    expect(code).toBe(0);
  });
});

/** The pnpm that runs these tests. Another npx would queue for the lock of the one around it. */
const { npm_execpath: runner = "" } = process.env;
const pnpm: readonly [string, ...Array<string>] = /pnpm$/.test(runner)
  ? [runner]
  : ["npx", "-y", "pnpm@12"];

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ||
      /^(npm_(?!config_)|pnpm_|INIT_CWD|NODE_OPTIONS|DATABASE_URL)/i.test(name)
        ? []
        : [[name, value]],
    ),
  );
