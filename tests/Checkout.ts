import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Where each package and app stands, by its name without the scope. */
export const rooms: ReadonlyMap<string, string> = new Map(
  ["packages", "apps"].flatMap((kind) =>
    readdirSync(join(root, kind))
      .filter((name) => existsSync(join(root, kind, name, "package.json")))
      .map((name) => [name, join(root, kind, name)] as const),
  ),
);

export interface Import {
  /** From the root. */
  readonly file: string;
  readonly from: string;
  /** Whether nothing of it is left when types are stripped. */
  readonly isType: boolean;
}

// What follows the word is the clause: `type`, names, or nothing where it is for its effects.
const statement = /^\s*(?:import|export)\b(?!\s*\()([^;"'`()]*?)\bfrom\s*["']([^"'\n]+)["']/gm;
const others = [
  /^\s*import\s*["']([^"'\n]+)["']/gm,
  /\bimport\s*\(\s*(?:\/\*[^*]*\*\/\s*)?["'`]([^"'`\n]+)["'`]/g,
  /\brequire\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
  /\bimport\.meta\.resolve\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
  /\bvi\.(?:mock|doMock|importActual)\s*(?:<[^>]*>)?\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
];

/** Of a source's text. `typeof import("x")` counts as one of its code: write `import type`. */
export const importsIn = (text: string): ReadonlyArray<Omit<Import, "file">> => [
  ...Array.from(text.matchAll(statement), ([, clause = "", from = ""]) => ({
    from,
    isType: isOfTypes(clause.trim()),
  })),
  ...others.flatMap((form) =>
    Array.from(text.matchAll(form), ([, from = ""]) => ({ from, isType: false })),
  ),
];

const isOfTypes = (clause: string): boolean => {
  if (/^type\b(?!\s*,)/.test(clause)) return true;
  const names = /^\{([^}]*)\}$/.exec(clause)?.[1]?.split(",") ?? [];
  const named = names.map((name) => name.trim()).filter((name) => name !== "");
  return named.length > 0 && named.every((name) => name.startsWith("type "));
};

export const importsOf = (room: string, within: "src" | "test"): ReadonlyArray<Import> => {
  const folder = join(rooms.get(room) ?? "", within);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .flatMap((file) => {
      const path = join(folder, file);
      const imports = importsIn(readFileSync(path, "utf8"));
      return imports.map((one) => ({ ...one, file: relative(root, path) }));
    });
};

/** `@ledgerfold/verifier/Cell` is of `verifier`, `kysely` of itself. */
export const packageOf = (from: string): string => {
  const [scope = "", name = ""] = from.split("/");
  if (scope === "@ledgerfold") return name;
  return scope.startsWith("@") ? `${scope}/${name}` : scope;
};

export interface Listed {
  readonly dependencies: ReadonlyArray<string>;
  readonly devDependencies: ReadonlyArray<string>;
}

export const listed = (room: string): Listed => {
  const text = readFileSync(join(rooms.get(room) ?? "", "package.json"), "utf8");
  const manifest: Record<string, object | undefined> = JSON.parse(text);
  const names = (key: string) => Object.keys(manifest[key] ?? {}).map(packageOf);
  return {
    dependencies: [...names("dependencies"), ...names("peerDependencies")],
    devDependencies: names("devDependencies"),
  };
};
