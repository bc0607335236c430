import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { changed, paths, type Run, verify } from "./Harness.ts";
import { tokens } from "./sample/Auth.ts";
import { loosen } from "./Loose.ts";
import * as Sample from "./Sample.ts";

const path = paths();
const clean = path();
Sample.write(clean, "2026-01-26");

const plain = "eyJhbGciOiJSUzI1NiJ9.secret";
const fragments = [
  tokens.access,
  tokens.refresh,
  plain,
  "a1b2a1b2",
  "c3d4c3d4",
  "eyJhbG",
  "secret",
];

const columns = ["access_token", "access_token_fetched_at", "refresh_token_fetched_at", "id"];

/** Ways in which a token gets to where it should not be. */
const misplaced: ReadonlyArray<readonly [string, (run: Run) => unknown]> = [
  ...columns.map((column): readonly [string, (run: Run) => unknown] => [
    `a plain token in ${column}`,
    (run) => {
      run("CREATE TABLE copied AS SELECT * FROM schwab_auth");
      run("DROP TABLE schwab_auth");
      run("ALTER TABLE copied RENAME TO schwab_auth");
      run(`UPDATE schwab_auth SET ${column} = ?`, plain);
    },
  ]),
  [
    "a token that differs",
    (run) => run("UPDATE schwab_auth SET access_token = ?", "ff".repeat(60)),
  ],
  [
    "a token as bytes",
    (run) => run("UPDATE schwab_auth SET access_token = cast(access_token AS BLOB)"),
  ],
  [
    "a token that is not UTF-8",
    (run) => run("UPDATE schwab_auth SET access_token = cast(x'736563726574ff' AS TEXT)"),
  ],
  [
    "other tokens in the event",
    (run) => run(`UPDATE events SET payload = replace(payload, 'a1', 'b1')`),
  ],
  [
    "a token as a field's name",
    (run) => run("UPDATE events SET payload = replace(payload, 'access_token\"', ?)", `${plain}"`),
  ],
  [
    "a token for the moment",
    (run) => run("UPDATE events SET payload = replace(payload, '2026-01-31T10:00:00Z', ?)", plain),
  ],
  [
    "a token as the tag",
    (run) => run("UPDATE events SET payload = replace(payload, 'TokensStored', ?)", plain),
  ],
  [
    "a token as the type",
    (run) => run("UPDATE events SET event_type = ? WHERE aggregate_type = 'SchwabAuth'", plain),
  ],
  [
    "a token as the version",
    (run) => run("UPDATE events SET event_version = ? WHERE aggregate_type = 'SchwabAuth'", plain),
  ],
  [
    "a token in the metadata",
    (run) => run("UPDATE events SET metadata = json_set(metadata, '$.legacy_table', ?)", plain),
  ],
  [
    "a token as a name there",
    (run) => run(`UPDATE events SET metadata = json_set(metadata, '$."' || ? || '"', '')`, plain),
  ],
  ["a payload that is not JSON", (run) => run("UPDATE events SET payload = substr(payload, 2)")],
  [
    "other tokens in the view",
    (run) => run("UPDATE schwab_auth_view SET payload = replace(payload, 'c3', 'b3')"),
  ],
  [
    "a token as the view's state",
    (run) =>
      run("UPDATE schwab_auth_view SET payload = replace(payload, 'Authenticated', ?)", plain),
  ],
  [
    "a token as a name in the view",
    (run) =>
      run(
        "UPDATE schwab_auth_view SET payload = replace(payload, 'access_token\"', ?)",
        `${plain}"`,
      ),
  ],
];

describe("a token is never shown", () => {
  it.each(misplaced)("not %s", async (_, change) => {
    const { differences, lines } = await verify(await changed(clean, path(), change));
    const auth = differences.filter(({ aggregate }) => aggregate === "SchwabAuth");
    expect(auth).not.toEqual([]);
    for (const text of [
      JSON.stringify(auth),
      ...lines.filter((line) => line.includes("SchwabAuth")),
    ]) {
      for (const fragment of fragments) expect(text).not.toContain(fragment);
    }
  });

  it.each([
    [
      "an event",
      `INSERT INTO events SELECT aggregate_type, ?, sequence, event_type, event_version, payload, metadata
       FROM events WHERE aggregate_type = 'SchwabAuth'`,
    ],
    ["a view", "INSERT INTO schwab_auth_view SELECT ?, version, payload FROM schwab_auth_view"],
  ])("not as the id of another stream's %s", async (_, sql) => {
    const { lines } = await verify(
      await changed(clean, path(), (run) => {
        loosen(run, ["schwab_auth_view"]);
        run(sql, plain);
      }),
    );
    const digest = createHash("sha256").update(plain).digest("hex").slice(0, 8);
    const named = lines.filter((line) => line.includes(`extra: SchwabAuth sha256 ${digest}`));
    expect(named).not.toEqual([]);
    for (const line of lines) {
      for (const fragment of fragments) expect(line).not.toContain(fragment);
    }
  });

  it("but its digest is, however its hex is spelled", async () => {
    const digest = (token: string) => createHash("sha256").update(token).digest("hex").slice(0, 8);
    const { lines } = await verify(
      await changed(clean, path(), (run) =>
        run("UPDATE schwab_auth SET access_token = ?", "Ff".repeat(60)),
      ),
    );
    const expected = digest(`0x${"ff".repeat(60)}`);
    const stored = digest(`0x${"a1b2".repeat(20)}`);
    expect(lines).toEqual([
      `different: SchwabAuth "schwab", event access_token: is not what the row says (expected sha256 ${expected}, stored sha256 ${stored})`,
    ]);
  });

  it("and neither is a moment hidden", async () => {
    const { lines } = await verify(
      await changed(clean, path(), (run) =>
        run("UPDATE schwab_auth SET access_token_fetched_at = '2026-01-31 10:00:01'"),
      ),
    );
    expect(lines).toEqual([
      'different: SchwabAuth "schwab", event access_token_fetched_at: is not what the row says (expected TEXT "2026-01-31 10:00:01", stored "2026-01-31T10:00:00Z")',
    ]);
  });
});
