import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { describe, expect, it } from "vitest";
import { bytes, folder, lines } from "./support.ts";
import { hasScript, onTerminal } from "./terminal.ts";

const sample = () => {
  const cwd = folder();
  SampleDatabase.write(join(cwd, "a.db"), { trades: 40, journalMode: "delete" });
  return cwd;
};
const read = (...path: ReadonlyArray<string>) => readFileSync(join(...path), "utf8");
const control = "\u001b";

describe("on a terminal", { concurrent: true, skip: !hasScript }, () => {
  it("a bar is drawn and wiped, and no escape code is needed for it", async () => {
    const cwd = sample();
    const words = ["--database-url", "a.db", "--force"];
    const { code, screen } = await onTerminal(words, [], { cwd });
    expect(screen).toMatch(/\r\[#+-*\] OnChainTrade: 40\/40 \(100%\)/);
    expect(screen).toMatch(/\r +\r[^\r]*\r\n/);
    expect(screen).not.toContain(control);
    expect(code).toBe(0);
  });

  it("NO_COLOR keeps the help free of escape codes", async () => {
    const { code, screen } = await onTerminal(["--help"], [], { env: { NO_COLOR: "1" } });
    expect(screen).toContain("--database-url");
    expect(screen).not.toContain(control);
    expect(code).toBe(0);
  });

  it("stdout in a file has the results and nothing else", async () => {
    const cwd = sample();
    const shell = '"$@" > out.txt';
    const words = ["--database-url", "a.db", "verify-only"];
    const { code, screen } = await onTerminal(words, [], { cwd, shell });
    expect(screen).toContain("differences; each is listed above.");
    expect(screen).not.toContain("missing: ");
    const out = read(cwd, "out.txt");
    expect(out.match(/^missing: /gm)?.length).toBeGreaterThan(50);
    expect(lines(out).at(-1)).toMatch(/^SchwabAuth: 1 row,/);
    expect(out).not.toMatch(/\r/);
    expect(code).toBe(3);
  });

  it("stderr in a file has plain lines, and nobody is asked", async () => {
    const cwd = sample();
    const before = bytes(join(cwd, "a.db"));
    const shell = '"$@" dry-run 2> err.txt; "$@" 2> asked.txt';
    const { code } = await onTerminal(["--database-url", "a.db"], [], { cwd, shell });
    expect(read(cwd, "err.txt")).toMatch(/^OnChainTrade: 40\/40 \(100%\)\n/m);
    expect(read(cwd, "err.txt")).not.toMatch(/\r|\[#/);
    expect(read(cwd, "asked.txt")).toMatch(/there is no terminal to ask on/);
    expect(code).toBe(2);
    expect(bytes(join(cwd, "a.db"))).toBe(before);
  });
});
