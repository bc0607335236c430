import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import * as Docstring from "../src/Docstring.ts";
import * as Shown from "../src/Shown.ts";
import * as Workspace from "../src/Workspace.ts";

vi.setConfig({ testTimeout: 300_000 });

// Examples run synchronously, and vitest gives a worker up that does not listen for a minute.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));

/** Every public name of a package says what it is, and its examples hold. */

const documented = [
  "aggregate",
  "declaration",
  "domain",
  "event-store",
  "event-store-contract",
  "migration",
  "migration-cli",
  "scalars",
  "verifier",
];

const workspace = Workspace.make();
afterAll(workspace.remove);

describe.each(documented)("%s", (name) => {
  const folder = join("packages", name);
  const manifest = readFileSync(join(Workspace.checkout, folder, "package.json"), "utf8");
  const exported: Readonly<Record<string, string>> = JSON.parse(manifest).exports;
  const modules = Object.entries(exported).flatMap(([name, path]) =>
    name.startsWith("./internal/") ? [] : [path],
  );
  const all = modules.flatMap((path) => Docstring.read(Workspace.checkout, join(folder, path)));
  const place = ({ file, line, name }: Docstring.Docstring) => `${file}:${line} ${name}`;

  it("says of each module what it is", () => {
    const files = modules.map((path) => join(folder, path));
    expect(files.filter((file) => !Docstring.isIntroduced(Workspace.checkout, file))).toEqual([]);
  });

  it("says of each name what it is", () => {
    const said = new Set(
      all.filter(({ text }) => text !== "").map(({ file, name }) => `${file} ${name}`),
    );
    expect(all.filter(({ file, name }) => !said.has(`${file} ${name}`)).map(place)).toEqual([]);
  });

  it("shows how each make and layer is called", () => {
    const makers = all.filter(({ name }) => /^(make|layer)/.test(name));
    const shown = makers.filter((one) => Docstring.examples(one).length > 0);
    expect(makers.filter((one) => !shown.includes(one)).map(place)).toEqual([]);
  });

  it("shows nothing that is not compiled", () => {
    const shown = all.filter(({ text }) => /^```ts/m.test(text.split(/^@example\b/m)[0] ?? ""));
    expect(shown.map(place)).toEqual([]);
  });

  const examples = all.flatMap((one) =>
    Docstring.examples(one).map((example, at) => ({
      ...example,
      title: place(one),
      path: `${Workspace.programs}/${name}-${one.name}-${one.line}-${at}.ts`,
    })),
  );
  for (const { path, lines } of examples) workspace.write(path, `${lines.join("\n")}\n`);

  it.runIf(examples.length > 0)("has examples that compile", () => {
    expect(workspace.check(examples.map(({ path }) => path))).toEqual({ code: 0, lines: [""] });
  });

  for (const { title, path, prints } of examples) {
    if (prints === undefined) continue;
    it(`the example of ${title} prints what is below it`, () => {
      const { code, lines } = workspace.run(`node ${path}`);
      if (!Shown.isShown(prints, lines)) expect(lines.join("\n")).toBe(prints.join("\n"));
      expect(code).toBe(0);
    });
  }
});
