import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rooms } from "./Checkout.ts";

/** What the packages say of themselves to whoever installs them. */

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, string>> };
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifests = [...rooms].map(([room, folder]) => {
  const text = readFileSync(join(folder, "package.json"), "utf8");
  return { room, folder, manifest: JSON.parse(text) as Manifest };
});
const published = manifests.filter(({ manifest }) => manifest.private !== true);

it("publishes these, and nothing else", () => {
  expect(published.map(({ room }) => room).sort()).toEqual([
    ...["aggregate", "cli", "declaration", "domain", "event-store", "event-store-contract"],
    ...["migration", "migration-cli", "scalars", "verifier"],
  ]);
});

describe.each(published)("$room", ({ folder, manifest }) => {
  it("exports when it is packed what it exports here", () => {
    const { exports = {}, publishConfig } = manifest;
    const built = Object.entries(exports).map(([name, source]) => [
      name,
      source.replace(/^\.\/src\/(.*)\.ts$/, "./dist/$1.js"),
    ]);
    expect(publishConfig?.exports ?? {}).toEqual(Object.fromEntries(built));
  });

  it("names its modules one by one", () => {
    expect(Object.keys(manifest.exports ?? {}).filter((name) => name.includes("*"))).toEqual([]);
  });

  it("has no effect of its own as a dependency", () => {
    expect(manifest.dependencies ?? {}).not.toHaveProperty("effect");
  });

  it("says in a README what it is", () => {
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`# ${manifest.name}\n`);
  });
});
