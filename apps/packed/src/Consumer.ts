import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as Shell from "./Shell.ts";
import type { Tarball } from "./Tarballs.ts";

/** An empty project into which the tarballs are installed, beside what they ask for. */
export interface Consumer {
  readonly folder: string;
  /** Runs Node, as this project has it. */
  readonly node: (...words: ReadonlyArray<string>) => Promise<Shell.Outcome>;
  /** Runs what a package installs as a command. */
  readonly tool: (name: string, ...words: ReadonlyArray<string>) => Promise<string>;
  /** What the compiler says of these files at its strictest, with no more types than Node's own. */
  readonly check: (files: ReadonlyArray<string>, module: Module) => Promise<string>;
}

type Module = "nodenext" | "bundler";

export interface Options {
  readonly tarballs: ReadonlyArray<Tarball>;
  /** From npm, with their versions. */
  readonly others: Readonly<Record<string, string>>;
  /** What the project is made of, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** With npm, and the Node of `others`. */
export const withNpm = async (folder: string, options: Options): Promise<Consumer> => {
  begin(folder, options);
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts=false"];
  await Shell.run(folder, "npm", ["install", ...flags]);
  return consumer(folder, join(folder, "node_modules", ".bin", "node"));
};

/** With pnpm, and the Node that runs this. */
export const withPnpm = async (folder: string, options: Options): Promise<Consumer> => {
  begin(folder, options);
  // They name each other by version, and no registry has them.
  const overrides = options.tarballs.map(({ name, path }) => `  "${name}": "file:${path}"\n`);
  writeFileSync(join(folder, "pnpm-workspace.yaml"), `overrides:\n${overrides.join("")}`);
  await Shell.pnpm(folder, ["install", "--ignore-scripts"]);
  return consumer(folder, process.execPath);
};

const begin = (folder: string, { tarballs, others, files }: Options): void => {
  const ours = tarballs.map(({ name, path }) => [name, `file:${path}`] as const);
  const dependencies = { ...Object.fromEntries(ours), ...others };
  const manifest = { name: "consumer", private: true, type: "module", dependencies };
  for (const [path, text] of [...files, ["package.json", JSON.stringify(manifest)] as const]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  cpSync(join(import.meta.dirname, "program.ts"), join(folder, "program.ts"));
};

const consumer = (folder: string, node: string): Consumer => ({
  folder,
  node: (...words) => Shell.attempt(folder, node, words),
  tool: (name, ...words) => Shell.run(folder, join(folder, "node_modules", ".bin", name), words),
  check: async (files, module) => {
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, allowImportingTsExtensions: true },
      ...{ target: "es2022", types: ["node"] },
      ...(module === "nodenext" ? { module } : { module: "esnext", moduleResolution: module }),
    };
    const project = `tsconfig.${module}.json`;
    writeFileSync(join(folder, project), JSON.stringify({ compilerOptions, files }));
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await Shell.attempt(folder, node, [tsc, "-p", project]);
    return stdout;
  },
});

/** A module that exports all that the packages export which are installed. */
export const everything = (folder: string, tarballs: ReadonlyArray<Tarball>): string =>
  tarballs
    .flatMap(({ name }) => {
      const path = join(folder, "node_modules", name, "package.json");
      if (!existsSync(path)) return [];
      const text = readFileSync(path, "utf8");
      const { exports }: { readonly exports: Readonly<Record<string, string>> } = JSON.parse(text);
      return Object.keys(exports).map((module) => `${name}${module.slice(1)}`);
    })
    .map((path, at) => `export * as module${at} from "${path}";\n`)
    .join("");
