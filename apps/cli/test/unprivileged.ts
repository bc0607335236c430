import { spawnSync } from "node:child_process";
import { bin } from "./support.ts";

/**
 * The command as somebody whom permissions stop, which root is not; none where root cannot become
 * somebody else who may read this checkout.
 */
const candidates: ReadonlyArray<readonly [string, ...Array<string>]> =
  process.getuid?.() === 0
    ? [["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, bin]]
    : [[process.execPath, bin]];

export const unprivileged = candidates.find(
  ([file, ...words]) => spawnSync(file, [...words, "--version"]).status === 0,
);
