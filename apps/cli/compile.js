import { writeFileSync } from "node:fs";
import { runCompiled, setFlags } from "./bin/bundle.js";

/**
 * `compile.js FILE` has the command print its help, and writes down what V8 has compiled of it by then.
 */

const [node, , file] = process.argv;
process.argv = [node, "migrate_to_events", "--help"];
setFlags();
const script = runCompiled();
process.on("exit", () => {
  setFlags();
  writeFileSync(file, script.createCachedData());
});
