#!/usr/bin/env node
// Plain JavaScript that any Node can read: on one that is too old the rest does not even load.
const needed = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);
if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  import("./start.js");
} else {
  console.error(
    `migrate_to_events needs Node.js ${needed.join(".")} or newer, and this is ${process.versions.node}. ` +
      "Run it as `npx -y -p node@24 -p @ledgerfold/cli migrate_to_events`, which brings its own, as `npx -y pnpm@12 migrate_to_events` does in a checkout, or install a newer Node.js.",
  );
  process.exitCode = 2;
}
