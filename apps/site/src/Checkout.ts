import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const checkout = join(import.meta.dirname, "../../..");
export const site = join(import.meta.dirname, "..");

/** What VitePress reads: made anew by each build. */
export const pages = join(site, ".pages");

export const reference = join(pages, "api");

/** What a static host serves. */
export const dist = join(site, "dist");

export interface Package {
  /** Its folder of `packages`, and of the reference. */
  readonly name: string;
  readonly description: string;
  readonly modules: ReadonlyArray<{ readonly name: string; readonly source: string }>;
}

/** The packages with a reference, each with the modules that others may import. */
export const packages = (): ReadonlyArray<Package> =>
  [
    ...["aggregate", "scalars", "event-store", "event-store-contract", "declaration"],
    ...["migration", "verifier", "migration-cli", "domain"],
  ].map((name) => {
    const {
      name: scoped,
      description,
      exports,
    } = JSON.parse(readFileSync(join(checkout, "packages", name, "package.json"), "utf8"));
    const modules = Object.entries(exports).flatMap(([key, target]) =>
      key.startsWith("./internal/")
        ? []
        : [
            {
              name: `${scoped}${key.slice(1)}`,
              source: join(checkout, "packages", name, String(target)),
            },
          ],
    );
    return { name, description, modules };
  });

export const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

/** The names of a folder's pages, in order. */
export const pagesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(checkout, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);

/** `@ledgerfold/event-store/sqlite/layer` is the page `event-store/sqlite/layer`. */
export const within = (name: string): string => name.replace("@ledgerfold/", "");

/** The address of a module's page; one with a namespace in it is a folder. */
export const addressOf = (name: string): string => {
  const page = within(name);
  return existsSync(join(reference, `${page}.md`)) ? `/api/${page}` : `/api/${page}/`;
};
