import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { pnpm } from "./Shell.ts";

/** What is published of this checkout, packed as `pnpm -r publish` would. */

export interface Tarball {
  readonly name: string;
  readonly path: string;
}

const checkout = join(import.meta.dirname, "../../..");

/** Packs a copy, as what is built into the checkout itself would be in the way of other tests. */
export const pack = async (folder: string): Promise<ReadonlyArray<Tarball>> => {
  const copy = join(folder, "checkout");
  const isSource = (path: string) => !["dist", "docs", "test"].includes(basename(path));
  for (const name of readdirSync(checkout)) {
    if (/^(\.git|node_modules|apps|packages)$/.test(name)) continue;
    cpSync(join(checkout, name), join(copy, name), { recursive: true });
  }
  for (const name of ["apps/cli", "packages"]) {
    const options = { recursive: true, verbatimSymlinks: true, filter: isSource };
    cpSync(join(checkout, name), join(copy, name), options);
  }
  symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
  const packed = join(folder, "packed");
  mkdirSync(packed);
  await pnpm(copy, ["-r", "pack", "--pack-destination", packed]);
  return published(copy).map(({ name, version }) => {
    const file = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
    return { name, path: join(packed, file) };
  });
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

const published = (root: string): ReadonlyArray<Manifest> =>
  ["apps", "packages"].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((room) => {
      const text = readFileSync(join(root, group, room, "package.json"), "utf8");
      const manifest: Manifest = JSON.parse(text);
      return manifest.private === true ? [] : [manifest];
    }),
  );
