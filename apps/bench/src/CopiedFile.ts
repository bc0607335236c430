import { closeSync, constants, copyFileSync, fsyncSync, openSync, rmSync } from "node:fs";

/** A copy that is on the disk, so that no measured commit has to wait for it to get there. */
export const make = (from: string, to: string): string => {
  remove(to);
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const file = openSync(to, "r+");
  fsyncSync(file);
  closeSync(file);
  return to;
};

/** With what SQLite keeps beside it. */
export const remove = (path: string): void => {
  for (const part of ["", "-wal", "-shm"]) rmSync(`${path}${part}`, { force: true });
};
