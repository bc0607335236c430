import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

export const bench = async (...words: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [main, ...words]);
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { status, stdout, stderr };
};

interface Result {
  readonly rows: ReadonlyArray<number>;
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly sections: ReadonlyArray<{
    readonly name: string;
    readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly columns: ReadonlyArray<{ readonly key: string }>;
    readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
  }>;
}

/** The sections with so little to do that nothing but their work can be seen, not how fast it is. */
export const measure = async (...sections: ReadonlyArray<string>): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), "ledgerfold-bench-test-"));
  try {
    const json = join(folder, "results.json");
    const small = ["--rows", "200,75", "--rounds", "1", "--operations", "20", "--warm-up", "20"];
    const only = ["--callers", "3", "--events", "30,5000", "--only", sections.join(",")];
    const { status, stdout, stderr } = await bench(...small, ...only, "--json", json);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const result: Result = JSON.parse(readFileSync(json, "utf8"));
    expect(result.sections.map(({ name }) => name)).toEqual(sections);
    for (const { name, columns, rows } of result.sections) {
      expect(stdout).toContain(`## ${name}\n`);
      const keys = [...columns.map(({ key }) => key), "rounds"].sort();
      for (const row of rows) {
        expect(Object.keys(row).sort()).toEqual(keys);
        expect(Object.values(row)).not.toContain(Number.NaN);
        expect(stdout).toContain(`| ${row.what ?? row.kind} `);
      }
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
