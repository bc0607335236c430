import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { describe, expect, it } from "vitest";
import { bin, checkout, folder, run } from "./support.ts";

const cli = join(checkout, "apps", "cli");
const nodeModules = join(checkout, "node_modules");

/** Writes down, when the process ends, which files it has loaded. */
const witness = `
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({ load: (url, context, next) => (loaded.add(url), next(url, context)) });
process.on("exit", () => {
  process.report.excludeNetwork = true;
  const { sharedObjects } = process.report.getReport();
  writeFileSync(process.env.LOADED, JSON.stringify({ modules: [...loaded], sharedObjects }));
});`;

const loadedBy = async (...words: ReadonlyArray<string>) => {
  const LOADED = join(folder(), "loaded.json");
  const hook = `data:text/javascript,${encodeURIComponent(witness)}`;
  const { code } = await run(words, {
    command: [process.execPath, "--import", hook, bin],
    env: { LOADED },
  });
  const { modules, sharedObjects } = JSON.parse(readFileSync(LOADED, "utf8")) as {
    readonly modules: ReadonlyArray<string>;
    readonly sharedObjects: ReadonlyArray<string>;
  };
  const files = modules.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url));
  return { code, files, addons: sharedObjects.filter((file) => file.endsWith(".node")) };
};

const ours = ["bin/migrate_to_events.js", "bin/start.js", "bin/bundle.js", "build.js"];

describe("what a start loads", { concurrent: true }, () => {
  it("is for help one file and what finds it, and nothing native", async () => {
    const { code, files, addons } = await loadedBy("--help");
    expect(files).toEqual(ours.map((name) => join(cli, name)));
    expect(addons).toEqual([]);
    expect(code).toBe(0);
  });

  it("is for work better-sqlite3 besides", async () => {
    const path = join(folder(), "empty.db");
    LegacyDatabase.make(path, { age: "2026-01-26" }).close();
    const { code, files, addons } = await loadedBy("dry-run", "--database-url", path);
    const others = files.filter((file) => dirname(file).startsWith(nodeModules));
    expect(others.filter((file) => !file.includes("/node_modules/better-sqlite3/"))).toEqual([]);
    expect(files).toEqual([...ours.map((name) => join(cli, name)), ...others]);
    expect(addons).toHaveLength(1);
    expect(code).toBe(0);
  });
});

describe("the bundle", { concurrent: true }, () => {
  it("is made again when a source has changed", async () => {
    const copied = folder();
    for (const part of ["apps/cli", "packages", "pnpm-lock.yaml"]) {
      cpSync(join(checkout, part), join(copied, part), { recursive: true, verbatimSymlinks: true });
    }
    symlinkSync(nodeModules, join(copied, "node_modules"));
    const command = [process.execPath, join(copied, "apps/cli/bin/migrate_to_events.js")] as const;
    const manifest = join(copied, "apps/cli/package.json");
    const before = readFileSync(manifest, "utf8");
    const { version: own }: { readonly version: string } = JSON.parse(before);
    for (const version of [own, "7.7.7", own]) {
      writeFileSync(manifest, before.replace(`"version": "${own}"`, `"version": "${version}"`));
      expect(await run(["--version"], { command })).toEqual({
        code: 0,
        stdout: `${version}\n\n`,
        stderr: "",
      });
    }
    const compiled = readdirSync(join(copied, "apps/cli/dist")).filter((name) =>
      name.endsWith(".compiled"),
    );
    expect(compiled).toHaveLength(1);
    const source = join(copied, "apps/cli/src/Version.ts");
    writeFileSync(source, "const");
    const { code, stderr } = await run(["--version"], { command });
    expect(stderr).toMatch(
      /^migrate_to_events: it could not be built or loaded: [\s\S]*Version\.ts:1:/,
    );
    expect(code).toBe(1);
  });

  it("runs where nothing was compiled ahead, and for who wants its source map", async () => {
    const words = { command: [process.execPath, "--enable-source-maps", bin] as const };
    const plain = await run(["--version"]);
    expect(await run(["--version"], words)).toEqual(plain);
    const stale = readdirSync(join(cli, "dist")).find((name) => name.endsWith(".compiled")) ?? "";
    const copied = folder();
    cpSync(join(cli, "bin"), join(copied, "bin"), { recursive: true });
    cpSync(join(cli, "dist"), join(copied, "dist"), { recursive: true });
    cpSync(join(cli, "package.json"), join(copied, "package.json"));
    // What V8 refuses it compiles.
    writeFileSync(join(copied, "dist", stale), "nothing of V8's");
    writeFileSync(
      join(copied, "build.js"),
      `export const make = () => ${JSON.stringify(join(copied, "dist", stale))};`,
    );
    const command = [process.execPath, join(copied, "bin/migrate_to_events.js")] as const;
    expect(await run(["--version"], { command })).toEqual(plain);
  });

  it("takes V8 one byte a character", async () => {
    await run(["--version"]);
    const text = readFileSync(join(cli, "dist", "main.cjs"), "utf8");
    expect(text.match(/.*[^\0-\xff].*/)?.[0]).toBeUndefined();
    expect(text).toContain("// Made from");
  });

  it("is all a package needs beside better-sqlite3", async () => {
    const packed = folder();
    const { files, dependencies } = JSON.parse(readFileSync(join(cli, "package.json"), "utf8")) as {
      readonly files: ReadonlyArray<string>;
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const runs = files.filter((file) => /^(bin|dist)\b/.test(file));
    for (const part of [...runs, "package.json"]) {
      cpSync(join(cli, part), join(packed, part), { recursive: true });
    }
    mkdirSync(join(packed, "node_modules"));
    for (const name of Object.keys(dependencies)) {
      symlinkSync(join(cli, "node_modules", name), join(packed, "node_modules", name));
    }
    const path = join(folder(), "empty.db");
    LegacyDatabase.make(path, { age: "2026-01-26" }).close();
    const { code, stdout } = await run(["dry-run", "--database-url", path], {
      command: [process.execPath, join(packed, "bin/migrate_to_events.js")],
    });
    expect(stdout).toContain("Migration complete: 0 trades");
    expect(code).toBe(0);
  });
});
