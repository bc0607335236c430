import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * Makes dist/main.cjs, the command in one file, unless it is there and made from just these sources, and
 * beside it what V8 has compiled of it, whose path it gives where that could be made. Every start in a
 * checkout asks, so this is plain JavaScript that loads the bundler only if need be.
 */
export const make = async () => {
  const known = untouched();
  if (known !== undefined) return known;
  const { names, hash } = await digest();
  const made = `// Made from ${hash}`;
  if (!startsWith(made)) await bundle(made);
  const { arch, versions } = process;
  // V8 looks at how long a source is, not at what is in it.
  const name = `${hash.slice(0, 16)}.${versions.v8}-${arch}.compiled`;
  if (!existsSync(join(dist, name)) && !(await compile(name))) return undefined;
  keep(name, names);
  return join(dist, name);
};

/** For who wants nothing of it, as the tests' set-up. */
export default async function build() {
  await make();
}

/**
 * What was compiled when the files were looked into last, if none has been written to, replaced, added or
 * removed since, nor the bundle: to ask the file system takes a fifth of reading them all.
 */
const untouched = () => {
  try {
    const { name, v8, stamps } = JSON.parse(readFileSync(join(dist, "sources.json"), "utf8"));
    const isSame = Object.entries(stamps).every(([path, stamp]) => stampOf(path) === stamp);
    return isSame && v8 === process.versions.v8 ? join(dist, name) : undefined;
  } catch {
    return undefined;
  }
};

const keep = (name, names) => {
  const folders = names.map((path) => dirname(path));
  const made = [name, "main.cjs"].map((file) => join("apps", "cli", "dist", file));
  const paths = new Set(["packages", ...folders, ...names, ...made]);
  const stamps = Object.fromEntries([...paths].map((path) => [path, stampOf(path)]));
  try {
    replace("sources.json", JSON.stringify({ name, v8: process.versions.v8, stamps }));
  } catch {
    // Where nobody may write they are read at each start.
  }
};

/** Changes with whatever is done to a file, or to a folder's names, but not by running from it. */
const stampOf = (path) => {
  const { ino, size, ctimeMs } = statSync(`${root}/${path}`);
  return `${ino} ${size} ${ctimeMs}`;
};

/** Whether it could be: where nobody may write, a start takes longer, no more. */
const compile = async (name) => {
  const { spawnSync } = await import("node:child_process");
  const draft = join(dist, `${name}.${process.pid}`);
  const script = join(here, "compile.js");
  const { status } = spawnSync(process.execPath, [script, draft], { stdio: "ignore" });
  if (status !== 0) return false;
  const others = readdirSync(dist).filter((file) => file.endsWith(".compiled") && file !== name);
  for (const other of others) rmSync(join(dist, other), { force: true });
  renameSync(draft, join(dist, name));
  return true;
};

const bundle = async (made) => {
  const { buildSync } = await import("esbuild");
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: here,
    entryPoints: ["src/main.ts"],
    outfile: "dist/main.cjs",
    write: false,
    bundle: true,
    // Not ESM, where `import()` of a part leaves only that part for later, not what it imports.
    format: "cjs",
    platform: "node",
    target: "node22.18",
    // What `pg` looks for and does not need.
    external: ["better-sqlite3", "pg-native", "pg-cloudflare"],
    alias: { "fast-check": join(here, "src", "NoFastCheck.ts") },
    banner: { js: made },
    // For `node --enable-source-maps`; a start does not read it.
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
  });
  mkdirSync(dist, { recursive: true });
  replace("LICENSES.txt", licences(Object.keys(metafile.outputs["dist/main.cjs"].inputs)));
  // Ends with the bundle, which says that all is made.
  for (const { path, text } of outputFiles) replace(relative(dist, path), inOneByte(text));
};

/**
 * V8 keeps all of a source in two bytes a character where one of them needs two, for as long as the
 * process lives. The bundler escapes such characters, but not in comments.
 */
const inOneByte = (source) =>
  source.replace(/^\s*(?:\/\/|\/?\*).*$/gm, (comment) => comment.replace(/[^\0-\x7f]/g, "?"));

const here = import.meta.dirname;
const root = join(here, "..", "..");
const dist = join(here, "dist");

/** Of all that a bundle is made from; the lockfile stands for what is not ours. */
const digest = async () => {
  const { createHash } = await import("node:crypto");
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  const sources = [join("apps", "cli"), ...packages].flatMap((folder) => {
    const src = join(folder, "src");
    // Git leaves the folder of a package that is gone when something ignored is in it.
    if (!existsSync(join(root, src))) return [];
    const names = readdirSync(join(root, src), { recursive: true });
    const modules = names.filter((name) => name.endsWith(".ts")).sort();
    return [join(folder, "package.json"), ...modules.map((name) => join(src, name))];
  });
  const tools = ["build.js", "compile.js", join("bin", "bundle.js")];
  const names = ["pnpm-lock.yaml", ...tools.map((name) => join("apps", "cli", name)), ...sources];
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(join(root, name)));
  return { names, hash: hash.digest("hex") };
};

const startsWith = (text) => {
  const bytes = Buffer.alloc(text.length);
  try {
    const file = openSync(join(dist, "main.cjs"));
    readSync(file, bytes);
    closeSync(file);
  } catch {
    return false;
  }
  return bytes.toString() === text;
};

/** At once, since another start may be reading it. */
const replace = (name, text) => {
  const draft = join(dist, `${name}.${process.pid}`);
  writeFileSync(draft, text);
  renameSync(draft, join(dist, name));
};

/** The licences of the packages that these files are from. */
const licences = (files) => {
  const folders = new Set(
    files.map((name) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(name)?.[0]),
  );
  folders.delete(undefined);
  return [...folders]
    .sort()
    .map((folder) => {
      const path = join(here, folder);
      const [file] = readdirSync(path).filter((name) => /^licen[cs]e/i.test(name));
      const { name, version, license } = JSON.parse(
        readFileSync(join(path, "package.json"), "utf8"),
      );
      // Some name their licence and do not hold its text.
      const text = file === undefined ? license : readFileSync(join(path, file), "utf8");
      if (text === undefined) throw new Error(`${name} says nothing of its licence`);
      return `${name} ${version}\n\n${text}`;
    })
    .join("\n\n");
};

if (import.meta.main) await make();
