import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";

// Rows live for a moment only. A nursery of the first megabyte is looked through before they are done
// with, one of 16 costs more memory than time: it grows once, eightfold, while this loads.
const nursery = (factor) => setFlagsFromString(`--semi-space-growth-factor=${factor}`);
nursery(8);
// What outlives it is little: the heap need not double before that is looked through again.
setFlagsFromString("--heap-growing-percent=50");

// A checkout has the sources, and they may be newer than the bundle; a package has only the bundle.
const build = new URL("../build.js", import.meta.url);
try {
  if (existsSync(build)) await (await import(build.href)).default();
  // Not `import`: it would read the whole file once more, for the names of its exports.
  createRequire(import.meta.url)("../dist/main.cjs");
  nursery(1);
} catch (error) {
  console.error(`migrate_to_events: it could not be built or loaded: ${error.message}`);
  process.exitCode = 1;
}
