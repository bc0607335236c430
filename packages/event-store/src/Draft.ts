import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Gives a finished draft its name for good: a power cut does not take that back, and where it might,
 * the name is not given at all. Fails where somebody has taken the name meanwhile, which a rename
 * alone would overwrite. A draft that was linked is still there under its own name too. Synchronous
 * and throws.
 */
export const publish = (draft: string, path: string): void => {
  const folder = openSync(dirname(path), "r");
  try {
    give(draft, path);
    orTakeBack(path, () => fsyncSync(folder));
  } finally {
    closeSync(folder);
  }
};

const give = (draft: string, path: string): void => {
  try {
    linkSync(draft, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw cause;
    // No links on this file system: take the name with an empty file, then replace that.
    closeSync(openSync(path, "wx", 0o600));
    orTakeBack(path, () => renameSync(draft, path));
  }
};

const orTakeBack = (path: string, work: () => void): void => {
  try {
    work();
  } catch (cause) {
    rmSync(path, { force: true });
    throw cause;
  }
};
