import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Misuse } from "./Arguments.ts";

/** What is relied on in a checkout, of whatever age and layout otherwise. */
export interface Checkout {
  readonly command: string;
  /** The module that writes a legacy file as a healthy bot leaves it. */
  readonly sampleDatabase: string;
}

const of = (folder: string): Checkout => ({
  command: join(folder, "apps/cli/bin/migrate_to_events.js"),
  sampleDatabase: join(folder, "packages/fixtures/src/SampleDatabase.ts"),
});

export const here: Checkout = of(fileURLToPath(new URL("../../..", import.meta.url)));

/** Refuses a folder that can't be measured. */
export const at = (folder: string): Checkout => {
  const checkout = of(folder);
  const wanted = [checkout.command, checkout.sampleDatabase, join(folder, "node_modules")];
  const missing = wanted.find((path) => !existsSync(path));
  if (missing === undefined) return checkout;
  throw new Misuse(`--against takes an installed checkout: there is no ${missing}.`);
};
