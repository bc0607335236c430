import { type Call, none } from "./Trace.ts";

/**
 * A disk that forgets what nobody has asked it to sync: a file's bytes until `fsync` of it, the names
 * in a folder until `fsync` of that.
 */
export interface Disk {
  readonly apply: (call: Call) => void;
  /** The files as they are after the power is lost: which of what is not synced has come through. */
  readonly lose: (comesThrough: () => boolean) => ReadonlyMap<string, Buffer>;
}

interface File {
  readonly synced: Buffer;
  readonly later: ReadonlyArray<(bytes: Buffer) => Buffer>;
}
type Names = ReadonlyMap<string, symbol>;

export const make = (folder: string, first: Readonly<Record<string, Buffer>>): Disk => {
  const files = new Map<symbol, File>();
  const empty = (synced: Buffer) => {
    const id = Symbol();
    files.set(id, { synced, later: [] });
    return id;
  };
  let synced: Names = new Map(Object.entries(first).map(([name, bytes]) => [name, empty(bytes)]));
  let later: ReadonlyArray<(names: Names) => Names> = [];
  let names = synced;

  const rename = (change: (names: Names) => Names) => {
    names = change(names);
    later = [...later, change];
  };
  const without = (name: string) => (before: Names) =>
    new Map([...before].filter(([one]) => one !== name));
  const change = (path: string, to: (bytes: Buffer) => Buffer) => {
    const id = names.get(path);
    const file = id === undefined ? undefined : files.get(id);
    if (id === undefined || file === undefined) return;
    files.set(id, { ...file, later: [...file.later, to] });
  };

  return {
    apply: ({ name, paths, words, data }) => {
      const [path = "", to = ""] = paths;
      switch (name) {
        case "openat": {
          if (!words.includes("O_CREAT") || names.has(path)) return;
          const id = empty(none);
          return rename((before) => new Map([...before, [path, id]]));
        }
        case "pwrite64": {
          const at = Number(/, (\d+)\) += \d+$/.exec(words)?.[1]);
          if (Number.isNaN(at)) throw new Error(`a write to nowhere: ${words}`);
          return change(path, (bytes) => {
            const grown = Buffer.alloc(Math.max(bytes.length, at + data.length));
            bytes.copy(grown);
            data.copy(grown, at);
            return grown;
          });
        }
        case "ftruncate": {
          const length = Number(/, (\d+)\) += 0$/.exec(words)?.[1]);
          return change(path, (bytes) => Buffer.concat([bytes, Buffer.alloc(length)], length));
        }
        case "fsync":
        case "fdatasync": {
          if (path === folder) {
            synced = names;
            later = [];
            return;
          }
          const id = names.get(path);
          const file = id === undefined ? undefined : files.get(id);
          if (id === undefined || file === undefined) return;
          files.set(id, {
            synced: file.later.reduce((bytes, to) => to(bytes), file.synced),
            later: [],
          });
          return;
        }
        case "unlink":
          return rename(without(path));
        case "link": {
          const id = names.get(path);
          if (id !== undefined) rename((before) => new Map([...before, [to, id]]));
          return;
        }
        case "rename": {
          const id = names.get(path);
          if (id === undefined) return;
          return rename((before) => new Map([...without(path)(before), [to, id]]));
        }
        default:
          throw new Error(`nobody knows what ${name} does to a disk`);
      }
    },
    lose: (comesThrough) => {
      const left = later.filter(comesThrough).reduce((before, to) => to(before), synced);
      return new Map(
        [...left].map(([name, id]) => {
          const { synced, later } = files.get(id) as File;
          return [name, later.filter(comesThrough).reduce((bytes, to) => to(bytes), synced)];
        }),
      );
    },
  };
};
