import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/**
 * A folder that looks like the checkout to whoever adds an app to it: its packages and libraries, and
 * room for files of a page. What `pnpm install` would fetch and link for a new package.json is linked
 * from the checkout, so that a page is run without a network.
 */

export const checkout = join(import.meta.dirname, "../../..");

export interface Workspace {
  readonly folder: string;
  readonly write: (file: string, text: string) => void;
  /** In a folder within, or in the whole. */
  readonly run: (command: string, within?: string, env?: Environment) => Outcome;
  /** What the compiler says of these files. */
  readonly check: (files: ReadonlyArray<string>) => Outcome;
  readonly remove: () => void;
}

type Environment = Readonly<Record<string, string>>;

interface Outcome {
  readonly code: number | null;
  readonly lines: ReadonlyArray<string>;
}

/** Programs of a page that are no file of it: they may import whatever the project has. */
export const programs = "apps/page";

export const make = (): Workspace => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "ledgerfold-page-"));
  for (const name of ["packages", "docs", "node_modules", "tsconfig.json", "package.json"]) {
    symlinkSync(join(checkout, name), join(folder, name));
  }
  mkdirSync(join(folder, "apps"));
  for (const name of readdirSync(join(checkout, "apps"))) {
    symlinkSync(join(checkout, "apps", name), join(folder, "apps", name));
  }
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
    if (basename(file) === "package.json") link(join(folder, dirname(file)), text);
  };
  const all = Object.fromEntries([...libraries().keys()].map((name) => [name, "*"]));
  write(`${programs}/package.json`, JSON.stringify({ type: "module", dependencies: all }));
  return {
    folder,
    write,
    run: (command, within = "", env = {}) =>
      execute("bash", ["-c", `exec 2>&1; ${command}`], join(folder, within), env),
    check: (files) => {
      const config = {
        extends: join(checkout, "tsconfig.json"),
        compilerOptions: { typeRoots: [join(checkout, "node_modules/@types")] },
        files,
        include: [],
      };
      writeFileSync(join(folder, "tsconfig.page.json"), JSON.stringify(config));
      const tsc = join(checkout, "node_modules/typescript/bin/tsc");
      return execute(process.execPath, [tsc, "-p", "tsconfig.page.json"], folder);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

const execute = (
  command: string,
  words: ReadonlyArray<string>,
  cwd: string,
  more: Environment = {},
): Outcome => {
  const { INIT_CWD: _, DATABASE_URL: __, EVENT_STORE_URL: ___, ...inherited } = process.env;
  const env = {
    ...inherited,
    PATH: `${join(checkout, "node_modules/.bin")}:${process.env.PATH}`,
    NO_COLOR: "1",
    ...more,
  };
  const { status, stdout } = spawnSync(command, words, { cwd, env, encoding: "utf8" });
  return { code: status, lines: stdout.split("\n") };
};

/** Each library that some package of the checkout names, and where it is. */
const libraries = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const group of ["packages", "apps"]) {
    for (const name of readdirSync(join(checkout, group))) {
      const path = join(checkout, group, name);
      if (!existsSync(join(path, "package.json"))) continue;
      const { name: own, dependencies = {} } = JSON.parse(
        readFileSync(join(path, "package.json"), "utf8"),
      );
      if (group === "packages") found.set(own, path);
      for (const one of Object.keys(dependencies)) {
        if (!found.has(one)) found.set(one, realpathSync(join(path, "node_modules", one)));
      }
    }
  }
  return found;
};

const link = (app: string, manifest: string): void => {
  const { dependencies = {} } = JSON.parse(manifest);
  const known = libraries();
  for (const name of Object.keys(dependencies)) {
    const path = known.get(name);
    if (path === undefined) throw new Error(`No package of the checkout has ${name}`);
    const to = join(app, "node_modules", name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(path, to);
  }
};
