import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { checkout } from "./support.ts";

/** A package imports what its package.json lists and this table allows; pnpm resolves nothing else. */
const mayImport: Readonly<Record<string, ReadonlyArray<string>>> = {
  aggregate: [],
  scalars: ["aggregate"],
  domain: ["aggregate", "scalars"],
  "event-store": ["aggregate"],
  fixtures: [],
  declaration: ["aggregate", "event-store", "scalars"],
  verifier: ["declaration", "event-store"],
  migration: ["aggregate", "declaration", "event-store", "scalars"],
  "migration-cli": ["declaration", "event-store", "migration", "verifier"],
  "domain-migration": [
    ...["aggregate", "declaration", "domain", "event-store", "migration", "scalars", "verifier"],
  ],
};

/** Of these it takes types alone: nothing that it declares can be done by their code. */
const typesAlone = new Map([["declaration", ["aggregate", "event-store", "scalars", "kysely"]]]);

/** Neither of the two names the other, nor any domain, in its tests either. */
const beyondTheWall = {
  migration: ["verifier", "domain", "domain-migration", "migration-cli", "fixtures"],
  verifier: ["migration", "domain", "domain-migration", "migration-cli", "scalars", "fixtures"],
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly isType: boolean;
}

const folder = (name: string) => join(checkout, "packages", name);

const filesOf = (name: string, within: "src" | "test"): ReadonlyArray<string> => {
  const root = join(folder(name), within);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, file));
};

const statement =
  /^(?:import|export) (type )?(?:\*(?: as \w+)?|\w+|\{([^}]*)\}) from "([^"\n]+)"|\bimport\("([^"\n]+)"\)/gm;

const importsOf = (name: string, within: "src" | "test"): ReadonlyArray<Import> =>
  filesOf(name, within).flatMap((file) =>
    Array.from(readFileSync(file, "utf8").matchAll(statement), ([, type, names, from, later]) => ({
      file,
      from: from ?? later ?? "",
      isType: type !== undefined || (names?.split(",") ?? [""]).every(isTypeOrNothing),
    })),
  );

const isTypeOrNothing = (name: string, _: number, all: ReadonlyArray<string>): boolean =>
  all.length > 1 && name.trim() === "" ? true : name.trim().startsWith("type ");

/** `@ledgerfold/verifier/Cell` is of `verifier`, `kysely` of itself. */
const packageOf = (from: string): string => {
  const [scope = "", name = ""] = from.split("/");
  if (scope === "@ledgerfold") return name;
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
};

const isOutside = ({ from }: Import) => !from.startsWith(".") && !from.startsWith("node:");

const listed = (name: string) => {
  const manifest: unknown = JSON.parse(readFileSync(join(folder(name), "package.json"), "utf8"));
  const { dependencies = {}, devDependencies = {} } = manifest as Record<string, object>;
  return [dependencies, devDependencies].map((some) => Object.keys(some).map(packageOf));
};

const shown = ({ file, from }: Import) => `${relative(checkout, file)} ${from}`;

describe.each(Object.entries(mayImport))("%s", (name, allowed) => {
  const sources = importsOf(name, "src");
  const tests = importsOf(name, "test");
  const [dependencies = [], devDependencies = []] = listed(name);
  const ours = (names: ReadonlyArray<string>) => names.filter((one) => one in mayImport).sort();

  it("lists the packages that it may import, and all of them", () => {
    const imported = new Set(sources.filter(isOutside).map(({ from }) => packageOf(from)));
    expect(ours(dependencies)).toEqual(ours([...imported]));
    expect(ours(dependencies)).toEqual([...allowed].sort());
  });

  it("does not leave its folder", () => {
    const leaves = ({ file, from }: Import) =>
      from.startsWith(".") && relative(folder(name), resolve(dirname(file), from)).startsWith("..");
    expect([...sources, ...tests].filter(leaves).map(shown)).toEqual([]);
  });

  it("takes types alone of what it must not use", () => {
    const types = typesAlone.get(name) ?? [];
    const used = sources.filter(({ from, isType }) => !isType && types.includes(packageOf(from)));
    expect(used.map(shown)).toEqual([]);
  });

  it("tests with what it lists", () => {
    const known = new Set([...dependencies, ...devDependencies]);
    const unknown = tests.filter(
      (one) =>
        isOutside(one) && packageOf(one.from) in mayImport && !known.has(packageOf(one.from)),
    );
    expect(unknown.map(shown)).toEqual([]);
  });
});

it.each(Object.entries(beyondTheWall))("%s does not know the other side", (name, others) => {
  const all = [...importsOf(name, "src"), ...importsOf(name, "test")];
  expect(all.filter(({ from }) => others.includes(packageOf(from))).map(shown)).toEqual([]);
  expect(
    listed(name)
      .flat()
      .filter((one) => others.includes(one)),
  ).toEqual([]);
});
