import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes of a package what is packed and is no source: dist, and the pages of the root's docs that its
 * `files` name, to which its README then leads. pnpm runs it in the package's folder before it packs,
 * and with `undo` after; inside the repository nothing reads its outcome.
 */

const root = import.meta.dirname;
const manifest: { readonly files: ReadonlyArray<string> } = JSON.parse(
  readFileSync("package.json", "utf8"),
);

const isUndone = process.argv[2] === "undo";
const places = ["](../../docs/", "](docs/"];
const [from = "", to = ""] = isUndone ? places.toReversed() : places;
writeFileSync("README.md", readFileSync("README.md", "utf8").replaceAll(from, to));
if (isUndone) process.exit();

rmSync("docs", { recursive: true, force: true });
for (const page of manifest.files.filter((file) => file.startsWith("docs/"))) {
  cpSync(join(root, page), page);
}
const project = "tsconfig.build.json";
if (existsSync(project)) {
  // What a module that is gone has left there would be packed.
  rmSync("dist", { recursive: true, force: true });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const words = [tsc, "-p", project];
  process.exitCode = spawnSync(process.execPath, words, { stdio: "inherit" }).status ?? 1;
}
