// Preloaded into a command: says on descriptor 3 how many MiB it had in RAM at the most, and how many
// seconds all its threads were on a processor.
const { readFileSync, writeSync } = require("node:fs");

process.on("exit", () => {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const { user, system } = process.cpuUsage();
  writeSync(3, `${Number(peak) / 1024} ${(user + system) / 1e6}`);
});
