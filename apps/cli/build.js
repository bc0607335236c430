import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";

/**
 * Makes dist/main.cjs, the command in one file, unless it is there and made from just these sources.
 * Every start in a checkout asks, so this is plain JavaScript that loads the bundler only if need be.
 */
export default async function build() {
  const made = `// Made from ${digest()}`;
  if (startsWith(made)) return;
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
}

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
const digest = () => {
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name));
  const sources = [join("apps", "cli"), ...packages].flatMap((folder) => {
    const src = join(folder, "src");
    // Git leaves the folder of a package that is gone when something ignored is in it.
    if (!existsSync(join(root, src))) return [];
    const names = readdirSync(join(root, src), { recursive: true });
    const modules = names.filter((name) => name.endsWith(".ts")).sort();
    return [join(folder, "package.json"), ...modules.map((name) => join(src, name))];
  });
  const hash = createHash("sha256").update(readFileSync(import.meta.filename));
  for (const name of ["pnpm-lock.yaml", ...sources]) {
    hash.update(`${name}\0`).update(readFileSync(join(root, name)));
  }
  return hash.digest("hex");
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

if (import.meta.main) await build();
