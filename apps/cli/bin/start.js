import { existsSync, readFileSync } from "node:fs";
import { nursery, run, runCompiled, setFlags } from "./bundle.js";

setFlags();
// A checkout has the sources, and they may be newer than the bundle; a package has only the bundle.
const build = new URL("../build.js", import.meta.url);
try {
  const compiled = existsSync(build) ? await (await import(build.href)).make() : undefined;
  // Node looks for the source map of a module, not of a script.
  if (compiled === undefined || process.sourceMapsEnabled) run();
  else runCompiled(readFileSync(compiled));
  nursery(1);
} catch (error) {
  console.error(`migrate_to_events: it could not be built or loaded: ${error.message}`);
  process.exitCode = 1;
}
