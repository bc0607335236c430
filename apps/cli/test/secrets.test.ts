import { join } from "node:path";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { describe, expect, it } from "vitest";
import { folder, run, sql } from "./support.ts";

/** Of which no eight characters in a row may be seen anywhere. */
const access = "deadbeef0123456789".repeat(5);
const refresh = "plain-Refresh_Token.Q2xhdWRl!".repeat(3);
const pieces = [
  access,
  refresh,
  access.toUpperCase(),
  Buffer.from(refresh).toString("hex"),
].flatMap((token) =>
  Array.from({ length: token.length - 7 }, (_, from) => token.slice(from, from + 8)),
);

const withTokens = (row: LegacyDatabase.AuthRow): string => {
  const path = join(folder(), "legacy.db");
  const db = LegacyDatabase.make(path, { age: "2025-10-09", checks: false });
  LegacyDatabase.insertAuth(db, { access_token: access, ...row });
  db.close();
  return path;
};

/** What is said, after a look that no piece of a token is in it. */
const said = async (words: ReadonlyArray<string>, code: number): Promise<string> => {
  const outcome = await run(words);
  const text = outcome.stdout + outcome.stderr;
  expect(pieces.filter((piece) => text.includes(piece))).toEqual([]);
  expect(outcome.code, text).toBe(code);
  return text;
};

describe("a token is never shown", { concurrent: true }, () => {
  it("when it is bad", async () => {
    const path = withTokens({ refresh_token: refresh });
    const line = /^Bad data: schwab_auth id 1 refresh_token is TEXT of length 87, not shown: /m;
    expect(await said(["dry-run", "--database-url", path], 4)).toMatch(line);
    expect(await said(["--force", "--database-url", path], 4)).toMatch(line);
    expect(await said(["verify-only", "--database-url", path], 3)).toContain("SchwabAuth");
  });

  it("when it stands in another column", async () => {
    const path = withTokens({
      access_token: Buffer.from(access),
      access_token_fetched_at: access,
      refresh_token_fetched_at: refresh,
      encryption_version: refresh,
    });
    const text = await said(["dry-run", "--database-url", path], 4);
    expect(text.match(/^Bad data: schwab_auth /gm)).toHaveLength(4);
  });

  it("when it is not what was migrated", async () => {
    const path = withTokens({});
    await said(["--force", "--database-url", path], 0);
    sql(path, `update schwab_auth set access_token = '${access.toUpperCase()}'`);
    sql(path, `update schwab_auth set refresh_token = '${Buffer.from(refresh).toString("hex")}'`);
    expect(await said(["verify-only", "--database-url", path], 3)).toContain(
      "different: SchwabAuth",
    );
    expect(await said(["--force", "--database-url", path], 6)).toContain("differs: SchwabAuth");
  });
});
