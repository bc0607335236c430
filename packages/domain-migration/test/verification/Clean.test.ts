import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ages, has } from "@ledgerfold/fixtures/LegacySchema";
import { paths, verify } from "./Harness.ts";
import * as Sample from "./Sample.ts";

const path = paths();

describe.each(ages)("a migrated file of %s", (age) => {
  it("has no differences, and is left as it was", async () => {
    const file = path();
    Sample.write(file, age);
    const digest = () => createHash("sha256").update(readFileSync(file)).digest("hex");
    const before = digest();
    const { report, lines } = await verify(file);
    expect(lines).toEqual([]);
    expect(report.differences).toBe(0);
    const same = Object.entries(report.tallies).map(([name, { rows, same }]) => [name, rows, same]);
    const auth = has(age, "encryption_version") ? 1 : 0;
    expect(same).toEqual([
      ["OnChainTrade", 3, 3],
      ["Position", 3, 3],
      ["OffchainOrder", 4, 4],
      ["SchwabAuth", auth, auth],
    ]);
    expect(digest()).toBe(before);
  });
});
