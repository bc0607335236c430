import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import * as Server from "@ledgerfold/fixtures/PostgresServer";
import * as Page from "../src/Page.ts";
import * as Shown from "../src/Shown.ts";
import * as Workspace from "../src/Workspace.ts";

vi.setConfig({ testTimeout: 300_000 });

// The programs of a page run synchronously, and vitest gives a worker up that does not listen for a
// minute.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));

/** What a page shows is what happens: src/Page.ts says how a page is written for that. */

const inDocs = (folder: string) =>
  readdirSync(join(Workspace.checkout, folder)).flatMap((name) =>
    name.endsWith(".md") ? [`${folder}/${name}`] : [],
  );
const readmes = ["README.md", "packages/aggregate/README.md", "packages/event-store/README.md"];
const pages = [...readmes, ...inDocs("docs"), ...inDocs("docs/adr")].map((path) =>
  Page.parse(path, readFileSync(join(Workspace.checkout, path), "utf8")),
);

/** The tutorial's, which the programs of other pages import. */
const account = pages
  .filter(({ path }) => path === "docs/tutorial.md")
  .map((page) => Page.files(page).get("bank/src/Account.ts") ?? "")
  .join("");

/** Those of which only the links are held to what is there. */
const others = [
  ...["CONTRIBUTING.md", "SECURITY.md", ".changeset/README.md", "apps/cli/README.md"],
  ...readdirSync(join(Workspace.checkout, "packages")).map((name) => `packages/${name}/README.md`),
]
  .filter((path) => existsSync(join(Workspace.checkout, path)) && !readmes.includes(path))
  .map((path) => Page.parse(path, readFileSync(join(Workspace.checkout, path), "utf8")));

it.each([...pages, ...others])("$path links to what is there", (page) => {
  const folder = join(Workspace.checkout, dirname(page.path));
  expect(Page.links(page).filter((link) => !existsSync(join(folder, link)))).toEqual([]);
});

it.each(
  pages.flatMap((page) => [...Page.parts(page)].map(([file, lines]) => ({ page, file, lines }))),
)("$page.path shows all of $file", ({ file, lines }) => {
  const text = readFileSync(join(Workspace.checkout, file), "utf8");
  expect(lines).toEqual(text.split("\n").filter(Page.isFull));
});

describe.each(pages.filter(({ blocks }) => blocks.length > 0))("$path", ({ path, blocks }) => {
  const workspace = Workspace.make();
  afterAll(workspace.remove);
  workspace.write(`${Workspace.programs}/Account.ts`, account);
  const program = ({ line }: Page.Block) => `${Workspace.programs}/line-${line}.ts`;
  const written = new Map<string, string>();
  const changes = new Set<Page.Block>();
  for (const block of blocks) {
    if (block.of !== undefined) continue;
    const file = block.file ?? (block.language === "ts" ? program(block) : undefined);
    if (file === undefined) continue;
    if (written.has(file)) {
      changes.add(block);
      continue;
    }
    written.set(file, Page.textOf(block, undefined));
    workspace.write(file, written.get(file) ?? "");
  }
  const modules = [...written.keys()].filter((file) => file.endsWith(".ts"));
  const env: Record<string, string> = {};
  if (blocks.some(({ lines }) => lines.some((line) => line.includes("DATABASE_URL")))) {
    let server: Server.PostgresServer | undefined;
    beforeAll(async () => {
      server = await Server.start({ initdbFlags: ["--no-locale", "--no-sync"] });
      env.DATABASE_URL = server.url;
    });
    afterAll(() => server?.stop());
  }

  it("has no block that does nothing and does not say why", () => {
    const idle = blocks.filter((block, at) => Page.isIdle(block, blocks[at - 1]));
    expect(idle.map(({ line, language }) => `${path}:${line} ${language}`)).toEqual([]);
  });

  it.runIf(modules.length > 0)("has TypeScript that compiles", () => {
    expect(workspace.check(modules)).toEqual({ code: 0, lines: [""] });
  });

  const runs = (print: () => ReadonlyArray<string>, shown: ReadonlyArray<string>) => {
    const printed = print();
    // The whole of both, since a page may have to be written anew.
    if (!Shown.isShown(shown, printed)) expect(printed.join("\n")).toBe(shown.join("\n"));
  };

  let within = "";
  for (const [at, block] of blocks.entries()) {
    const { line, language, lines, norun, file } = block;
    if (file !== undefined && changes.has(block)) {
      it(`line ${line} changes ${file}`, () => {
        written.set(file, Page.textOf(block, written.get(file)));
        workspace.write(file, written.get(file) ?? "");
        const next = blocks[at + 1];
        if (next !== undefined && changes.has(next)) return;
        expect(workspace.check(modules)).toEqual({ code: 0, lines: [""] });
      });
    }
    if (norun !== undefined || file !== undefined || block.of !== undefined) continue;
    if (language === "json") {
      it(`line ${line} is JSON`, () => void JSON.parse(lines.join("\n")));
    }
    if (language === "sh") {
      it.each(lines.filter((one) => /^[^#\s]/.test(one)))(`line ${line}: %s`, (typed) => {
        expect(workspace.run(typed)).toMatchObject({ code: 0 });
      });
    }
    if (language === "console") {
      for (const { typed, code, shown } of Shown.commands(lines)) {
        const [, folder] = /^cd (\S+)$/.exec(typed) ?? [];
        const from = within;
        if (folder !== undefined) within = join(within, folder);
        it(`line ${line}: $ ${typed}`, () => {
          const outcome = workspace.run(typed, from, env);
          runs(() => outcome.lines, shown);
          expect(outcome.code).toBe(code);
        });
      }
    }
    if (language === "ts") {
      it(`line ${line} runs and prints what is below it`, () => {
        const outcome = workspace.run(`node ${program(block)}`, "", env);
        const next = blocks[at + 1];
        expect(next?.language).toBe("text");
        runs(() => outcome.lines, next?.lines ?? []);
        expect(outcome).not.toEqual({ code: 0, lines: [""] });
        expect(outcome.code).toBe(0);
      });
    }
  }
});
