import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { rows, tables } from "./billing.ts";
import * as Program from "./program.ts";
import { as, database, query, start, versions } from "./server.ts";

/** A password of a URL appears nowhere, whatever characters it has and whatever goes wrong. */

const { begin, run, file } = Program.make("billingProgram");

/** Nine parts between characters that a URL, a shell, SQL, JSON or HTML reads as more than they are. */
const hostile =
  "71secret1/secret2?secret3#secret4@secret5:secret6%41secret7 secret8'\"<&\\\\ü$(secret9)";
const part = /secret[1-9]/;

describe.each(versions)("PostgreSQL %i", (version) => {
  let url = "";
  let right = "";
  beforeAll(async () => {
    const server = await start(version);
    url = await database(server, ...tables, ...rows);
    await query(
      url,
      `create role hostile login superuser password '${hostile.replaceAll("'", "''")}'`,
    );
    const { href } = new URL(url);
    right = as(href, "hostile", encodeURIComponent(hostile));
  });

  it("is in no output, no report and no log where it is right", async () => {
    expect(right).toMatch(part);
    const env = { LEGACY_URL: right, EVENT_STORE_URL: right };
    const [json, html] = ["json", "html"].map((end) => file(`${version}.${end}`));
    for (const words of [
      ["ledger"],
      ["dry-run"],
      ["--force"],
      ["verify-only", "--report", json ?? ""],
      ["verify-only", "--report", html ?? "", "--against", json ?? ""],
    ]) {
      const { code, said } = await run(
        words[0] === "ledger" ? { LEGACY_URL: right } : env,
        ...words,
      );
      expect(said).not.toMatch(part);
      expect(code).toBe(0);
    }
    for (const path of [json, html]) {
      const report = readFileSync(path ?? "", "utf8");
      expect(report).toContain("hostile@127.0.0.1");
      expect(report).not.toMatch(part);
    }
    const log = await query(url, "select * from events");
    expect(log).toHaveLength(200);
    expect(JSON.stringify(log)).not.toMatch(part);
  });

  it("is in no refusal", async () => {
    const { host, pathname } = new URL(url);
    const wrong = as(url, "hostile", encodeURIComponent(`${hostile}!`));
    const unescaped = ["/", "?", "#", "@", "/@", "%C3", " "].map(
      (between) => `postgresql://hostile:71${between}secret2@${host}${pathname}`,
    );
    for (const [env, ...words] of [
      ...[wrong, ...unescaped].map(
        (one) => [{ LEGACY_URL: one, EVENT_STORE_URL: url }, "dry-run"] as const,
      ),
      [{ LEGACY_URL: url, EVENT_STORE_URL: unescaped[0] ?? "" }, "dry-run"],
      [{ LEGACY_URL: url }, "verify-only", "--event-store-url", wrong],
      [{}, "dry-run", "--legacy-url", unescaped[0] ?? "", `--event-store-url=${wrong}`],
      [{ LEGACY_URL: ` ${wrong}`, EVENT_STORE_URL: url }, "dry-run"],
      [{ LEGACY_URL: url, EVENT_STORE_URL: `sqlite:${wrong}` }, "dry-run"],
      [{ LEGACY_URL: url, EVENT_STORE_URL: url }, wrong],
      [{ EVENT_STORE_URL: url }, "dry-run", "--database-url", wrong],
      [{ LEGACY_URL: url, EVENT_STORE_URL: url }, "verify-only", "--report", wrong],
      [{ LEGACY_URL: url, EVENT_STORE_URL: url }, "verify-only", "--against", wrong],
      [{ LEGACY_URL: url, EVENT_STORE_URL: url }, "dry-run", "--leave-out", wrong],
      [{ LEGACY_URL: url, EVENT_STORE_URL: url }, "dry-run", "--patience", wrong],
      [{ EVENT_STORE_URL: url }, "dry-run", "--database-url", wrong.replace(":", "")],
    ] as const) {
      const { code, said } = await begin(env, ...words).ended;
      expect(said).toMatch(/^billing_to_events: \S/m);
      expect(said).not.toMatch(part);
      expect(said).not.toContain(":71");
      expect(code).toBe(2);
    }
  });
});
