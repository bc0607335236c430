import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";

// Rows live for a moment only. A nursery of the first megabyte is looked through before they are done
// with, one of 16 costs more memory than time: it grows once, eightfold, while this loads.
export const nursery = (factor) => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

/** V8 takes what it has compiled before only under the flags under which that was written. */
export const setFlags = () => {
  nursery(8);
  // What outlives it is little: the heap need not double before that is looked through again.
  setFlagsFromString("--heap-growing-percent=50");
};

const dist = join(import.meta.dirname, "..", "dist");
const path = join(dist, "main.cjs");
const require = createRequire(path);

/** Runs it. Not by `import`, which would read the whole file once more, for the names of its exports. */
export const run = () => require(path);

/** Runs it with what V8 has compiled of it before; without that it is compiled now. */
export const runCompiled = (cachedData) => {
  const code = readFileSync(path, "latin1");
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${code}\n})`,
    {
      filename: path,
      cachedData,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, path, dist);
  return script;
};
