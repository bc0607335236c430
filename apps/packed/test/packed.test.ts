import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as Server from "@ledgerfold/fixtures/PostgresServer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as Consumer from "../src/Consumer.ts";
import * as Shell from "../src/Shell.ts";
import * as Tarballs from "../src/Tarballs.ts";
import * as Tutorial from "../src/Tutorial.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const folder = mkdtempSync(join(realpathSync(tmpdir()), "ledgerfold-packed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tarballs = await Tarballs.pack(folder);
const libraries = tarballs.filter(({ name }) => name !== "@ledgerfold/cli");

const tests = { "@effect/vitest": "0.30.0", vitest: "3.2.7" };
const tools = { esbuild: "0.28.2", publint: "0.3.25", "@arethetypeswrong/cli": "0.18.5" };

/** What the program prints, once an engine. */
const printed = "5 after 2 events, and 10 was too much\n".repeat(3);

const { files } = Tutorial;
const consumers = {
  oldest: () =>
    Consumer.withNpm(join(folder, "oldest"), {
      // @effect/cli asks for a later Effect.
      tarballs: libraries.filter(({ name }) => name !== "@ledgerfold/migration-cli"),
      others: {
        ...{ effect: "3.22.0", "better-sqlite3": "13.0.0", pg: "8.16.0" },
        ...{ node: "22.23.3", typescript: "5.9.3", "@types/node": "22" },
        ...{ ...tests, ...tools },
      },
      files,
    }),
  newest: () =>
    Consumer.withPnpm(join(folder, "newest"), {
      tarballs: libraries,
      others: {
        ...{ effect: "^3.22.0", "better-sqlite3": "^13.0.0", pg: "^8.16.0" },
        ...{ typescript: "7.0.2", "@types/node": "24" },
        ...{ ...tests, esbuild: tools.esbuild },
      },
      files,
    }),
};

describe.each([
  { name: "oldest", of: "npm, Node 22, TypeScript 5.9 and the oldest peers" },
  { name: "newest", of: "pnpm, Node 24, TypeScript 7 and the newest peers" },
] as const)("a project with $of", ({ name }) => {
  let consumer: Consumer.Consumer;
  let server: Server.PostgresServer;
  beforeAll(async () => {
    server = await Server.start({ initdbFlags: ["--no-locale", "--no-sync"] });
    consumer = await consumers[name]();
    writeFileSync(join(consumer.folder, "all.ts"), Consumer.everything(consumer.folder, libraries));
  });
  afterAll(() => server.stop());
  /** A log of its own on each engine. */
  const places = (log: string) => [`${log}.db`, server.url, log];

  it.each(["nodenext", "bundler"] as const)("has right types for %s", async (module) => {
    const sources = ["program.ts", "all.ts", ...files.keys()];
    expect(await consumer.check(sources, module)).toBe("");
  });

  it("runs on every engine", async () => {
    const outcome = await consumer.node("program.ts", ...places("plain"));
    expect(outcome).toEqual({ code: 0, stdout: printed, stderr: "" });
  });

  it("runs the tutorial's tests and program", async () => {
    expect(await consumer.node("--test", "test/*.test.ts")).toMatchObject({ code: 0 });
    for (const place of [[], [server.url]]) {
      const outcome = await consumer.node("src/main.ts", ...place);
      expect(outcome).toEqual({ code: 0, stdout: Tutorial.printed, stderr: "" });
    }
  });

  it("runs as one file, also where no code may be made", async () => {
    const made = ["--bundle", "--platform=node", "--format=esm", "--outdir=bundled"];
    const outside = ["--external:better-sqlite3", "--external:pg", "--out-extension:.js=.mjs"];
    await consumer.tool("esbuild", "program.ts", "src/main.ts", ...made, ...outside);
    for (const [log, flags] of [
      ["bundled", []],
      ["strict", ["--disallow-code-generation-from-strings"]],
    ] as const) {
      const outcome = await consumer.node(...flags, "bundled/program.mjs", ...places(log));
      expect(outcome).toEqual({ code: 0, stdout: printed, stderr: "" });
      rmSync(join(consumer.folder, "bank.db"));
      const tutorial = await consumer.node(...flags, "bundled/src/main.mjs");
      expect(tutorial).toEqual({ code: 0, stdout: Tutorial.printed, stderr: "" });
    }
  });

  if (name === "newest") return;

  it.each(tarballs)("publint and arethetypeswrong find no fault in $name", async ({ path }) => {
    await consumer.tool("publint", "run", path, "--strict");
    if (basename(path).startsWith("ledgerfold-cli-")) return;
    await consumer.tool("attw", path, "--profile", "esm-only");
  });

  it("says which Node.js it needs", async () => {
    const { code, stderr } = await Shell.attempt(consumer.folder, "npx", [
      ...["-y", "node@20", "bundled/program.mjs", ...places("old")],
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain("better-sqlite3 needs Node.js 22 or newer and this is 20.");
  });

  it.each([
    [
      "better-sqlite3",
      "better-sqlite3 is not installed, which opens SQLite files: run `npm install better-sqlite3@13`",
    ],
    ["pg", "pg is not installed, which speaks to servers: run `npm install pg@8`"],
  ])("says what to install where %s is missing", async (driver, sentence) => {
    const [at, away] = [join(consumer.folder, "node_modules", driver), join(folder, driver)];
    renameSync(at, away);
    const { code, stderr } = await consumer.node("program.ts", ...places("missing"));
    renameSync(away, at);
    expect(stderr).toContain(sentence);
    expect(code).toBe(1);
  });
});

describe.each(tarballs)("$name", ({ path }) => {
  const listed = async () => {
    const lines = await Shell.run(folder, "tar", ["-tzf", path]);
    return lines
      .trim()
      .split("\n")
      .map((line) => line.replace(/^package\//, ""));
  };

  it("has its licence, says what it is, and has no test", async () => {
    const files = await listed();
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    expect(files.filter((file) => /(^|\/)test\/|\.test\./.test(file))).toEqual([]);
  });

  it("has the pages that its README leads to", async () => {
    const files = await listed();
    const readme = await Shell.run(folder, "tar", ["-xzOf", path, "package/README.md"]);
    const links = Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, link = ""]) => link);
    expect(links.filter((link) => !files.includes(link))).toEqual([]);
  });

  it("has the sources that its maps name, and nothing that is not built of one", async () => {
    const files = await listed();
    const modules = files.filter((file) => /^dist\/.*\.d\.ts$/.test(file));
    const sources = files.filter((file) => /^src\//.test(file));
    expect(modules.map((file) => file.replace(/^dist\/(.*)\.d\.ts$/, "src/$1.ts")).sort()).toEqual(
      sources.sort(),
    );
  });
});

it("the command runs from its tarball in an empty folder", async () => {
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const { path = "" } = tarballs.find(({ name }) => name === "@ledgerfold/cli") ?? {};
  const help = await Shell.run(empty, "npx", ["-y", `file:${path}`, "--help"]);
  const ours = join(import.meta.dirname, "../../cli/bin/migrate_to_events.js");
  expect(help).toBe(await Shell.run(empty, process.execPath, [ours, "--help"]));
});
