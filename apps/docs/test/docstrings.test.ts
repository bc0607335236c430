import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import * as Docstring from "../src/Docstring.ts";
import * as Shown from "../src/Shown.ts";
import * as Workspace from "../src/Workspace.ts";

vi.setConfig({ testTimeout: 300_000 });

// Examples run synchronously, and vitest gives a worker up that does not listen for a minute.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)));

/** Every public name of a package says what it is, and its examples hold. */

const place = ({ file, line, name }: Docstring.Docstring) => `${file}:${line} ${name}`;

interface Package {
  readonly name: string;
  /** Those that others may import. */
  readonly modules: ReadonlyArray<string>;
  readonly all: ReadonlyArray<Docstring.Docstring>;
}

const packages = readdirSync(join(Workspace.checkout, "packages")).flatMap(
  (name): ReadonlyArray<Package> => {
    const folder = join("packages", name);
    const manifest = readFileSync(join(Workspace.checkout, folder, "package.json"), "utf8");
    const { exports = {}, private: isPrivate = false } = JSON.parse(manifest);
    if (isPrivate) return [];
    const modules = Object.entries<string>(exports).flatMap(([name, path]) =>
      name.startsWith("./internal/") ? [] : [join(folder, path)],
    );
    const all = modules.flatMap((file) => Docstring.read(Workspace.checkout, file));
    return [{ name, modules, all }];
  },
);

it("knows the public packages", () => {
  expect(packages.length).toBeGreaterThan(8);
});

describe.each(packages)("$name", ({ modules, all }) => {
  it("says of each module what it is", () => {
    const isBare = (file: string) => !Docstring.isIntroduced(Workspace.checkout, file);
    expect(modules.filter(isBare)).toEqual([]);
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
});

describe("examples", () => {
  const workspace = Workspace.make();
  afterAll(workspace.remove);
  const examples = packages.flatMap(({ all }) =>
    all.flatMap((one) =>
      Docstring.examples(one).map((example, at) => ({
        ...example,
        title: place(one),
        path: `${Workspace.programs}/${place(one).replaceAll(/[^\w.]/g, "-")}-${at}.ts`,
      })),
    ),
  );
  for (const { path, lines } of examples) workspace.write(path, `${lines.join("\n")}\n`);

  it("compile", () => {
    expect(examples.length).toBeGreaterThan(30);
    expect(workspace.check(examples.map(({ path }) => path))).toEqual({ code: 0, lines: [""] });
  });

  for (const { title, path, prints } of examples) {
    if (prints === undefined) continue;
    it(`${title} prints what is below it`, () => {
      const { code, lines } = workspace.run(`node ${path}`);
      if (!Shown.isShown(prints, lines)) expect(lines.join("\n")).toBe(prints.join("\n"));
      expect(code).toBe(0);
    });
  }
});
