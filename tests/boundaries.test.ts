import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Import, importsIn, importsOf, listed, packageOf, root, rooms } from "./Checkout.ts";

/**
 * A package imports what its package.json lists, and that lists what this table allows; pnpm resolves
 * nothing else. `tests` are what only its tests may name. A package that isn't there yet is skipped.
 */
const table: Readonly<
  Record<
    string,
    { readonly sources: ReadonlyArray<string>; readonly tests?: ReadonlyArray<string> }
  >
> = {
  aggregate: { sources: [] },
  scalars: { sources: ["aggregate"] },
  domain: { sources: ["aggregate", "scalars"], tests: ["fixtures"] },
  "event-store": { sources: ["aggregate"], tests: ["event-store-contract", "fixtures"] },
  "event-store-contract": { sources: ["aggregate", "event-store"], tests: ["fixtures"] },
  fixtures: { sources: [] },
  declaration: { sources: ["aggregate", "event-store", "scalars"] },
  verifier: { sources: ["declaration", "event-store"], tests: ["aggregate"] },
  migration: { sources: ["aggregate", "declaration", "event-store", "scalars"] },
  "migration-cli": {
    sources: ["declaration", "event-store", "follow", "migration", "verifier"],
    tests: ["aggregate", "fixtures", "scalars"],
  },
  "domain-migration": {
    sources: [
      ...["aggregate", "declaration", "domain", "event-store", "migration", "scalars", "verifier"],
    ],
    tests: ["fixtures", "migration-cli"],
  },
  follow: {
    sources: ["aggregate", "declaration", "event-store", "migration"],
    tests: ["fixtures", "scalars"],
  },
};

/** Of these it takes types alone: nothing that it declares can be done by their code. */
const typesAlone = new Map([["declaration", ["aggregate", "event-store", "scalars", "kysely"]]]);

const shown = ({ file, from }: Import) => `${file} ${from}`;
const isOutside = ({ from }: Import) => !from.startsWith(".") && !from.startsWith("node:");
const ours = (names: Iterable<string>) => [...names].filter((name) => rooms.has(name)).sort();
const imported = (imports: ReadonlyArray<Import>) =>
  new Set(imports.filter(isOutside).map(({ from }) => packageOf(from)));

it("knows every package", () => {
  const packages = [...rooms].filter(([, folder]) => dirname(folder).endsWith("packages"));
  expect(packages.map(([name]) => name).filter((name) => !(name in table))).toEqual([]);
});

describe.each([...rooms])("%s", (room, folder) => {
  const sources = importsOf(room, "src");
  const tests = importsOf(room, "test");
  const { dependencies, devDependencies } = listed(room);

  it("has imports to judge", () => {
    expect(sources.length).toBeGreaterThan(0);
  });

  it("lists of our packages what its sources import, and no more", () => {
    const own = imported(sources);
    const used = dirname(folder).endsWith("apps") ? [...own, ...imported(tests)] : own;
    for (const name of ours(own)) expect([...dependencies, ...devDependencies]).toContain(name);
    for (const name of ours(dependencies)) expect([...used]).toContain(name);
  });

  it("imports in its tests what it lists", () => {
    const known = new Set([...dependencies, ...devDependencies, room]);
    const unknown = tests.filter(
      (one) => rooms.has(packageOf(one.from)) && !known.has(packageOf(one.from)),
    );
    expect(unknown.map(shown)).toEqual([]);
  });

  it("does not leave its folder", () => {
    const leaves = ({ file, from }: Import) => {
      const target = from.startsWith(".") ? resolve(dirname(join(root, file)), from) : from;
      return target.startsWith("/") && relative(folder, target).startsWith("..");
    };
    expect([...sources, ...tests].filter(leaves).map(shown)).toEqual([]);
  });
});

const present = Object.entries(table).filter(([room]) => rooms.has(room));

describe.each(present)("%s", (room, { sources, tests = [] }) => {
  const { dependencies, devDependencies } = listed(room);

  it("lists only what it may name", () => {
    expect(ours(dependencies).filter((name) => !sources.includes(name))).toEqual([]);
    const allowed = [...sources, ...tests];
    expect(ours(devDependencies).filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it("lists what its sources import of others", () => {
    const unlisted = [...imported(importsOf(room, "src"))].filter(
      (name) => name !== room && !dependencies.includes(name),
    );
    expect(unlisted).toEqual([]);
  });

  it("takes types alone of what it must not use", () => {
    const types = typesAlone.get(room) ?? [];
    const used = importsOf(room, "src").filter(
      ({ from, isType }) => !isType && types.includes(packageOf(from)),
    );
    expect(used.map(shown)).toEqual([]);
  });
});

/** `./internal/…` of a package is for the others of this repository: nobody else should need it. */
describe.each([...rooms].filter(([, folder]) => dirname(folder).endsWith("apps")))("%s", (room) => {
  it("is written with what is public", () => {
    const hidden = [...importsOf(room, "src"), ...importsOf(room, "test")].filter(({ from }) =>
      /^@ledgerfold\/[^/]+\/internal\//.test(from),
    );
    expect(hidden.map(shown)).toEqual([]);
  });
});

it.each([
  ['import { a } from "@ledgerfold/x/A";', false],
  ['import * as A from "@ledgerfold/x/A";', false],
  ['import a, { type B } from "@ledgerfold/x/A";', false],
  ['import {\n  type A,\n  b,\n} from "@ledgerfold/x/A";', false],
  ['export * from "@ledgerfold/x/A";', false],
  ['import "@ledgerfold/x/A";', false],
  ['const a = await import("@ledgerfold/x/A");', false],
  ["const a = await import(\n  '@ledgerfold/x/A'\n);", false],
  ['type A = typeof import("@ledgerfold/x/A");', false],
  ['const a = createRequire(import.meta.url).resolve && require("@ledgerfold/x/A");', false],
  ['import.meta.resolve("@ledgerfold/x/A");', false],
  ['vi.mock("@ledgerfold/x/A", () => ({}));', false],
  ['import type { A } from "@ledgerfold/x/A";', true],
  ['import type * as A from "@ledgerfold/x/A";', true],
  ['import { type A, type B } from "@ledgerfold/x/A";', true],
  ['export type { A } from "@ledgerfold/x/A";', true],
])("sees the import in %j", (text, isType) => {
  expect(importsIn(text)).toEqual([{ from: "@ledgerfold/x/A", isType }]);
});
