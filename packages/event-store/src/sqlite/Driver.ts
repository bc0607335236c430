import { createRequire } from "node:module";
import type Sqlite from "better-sqlite3";
import * as WithoutCode from "./WithoutCode.ts";

/**
 * better-sqlite3, which whoever opens SQLite files installs beside this package. It is loaded with
 * the first file, so that where it is missing is a failure of opening that, and synchronously, as
 * everything that it does is.
 */
export const open = (path: string, options?: Sqlite.Options): Sqlite.Database => {
  const connection = new (driver())(path, options);
  return mayMakeCode() ? connection : WithoutCode.adapt(connection);
};

/** Not with Node's `--disallow-code-generation-from-strings`. */
const mayMakeCode = (): boolean => {
  try {
    return new Function("return true")();
  } catch {
    return false;
  }
};

let loaded: typeof Sqlite | undefined;

const driver = (): typeof Sqlite => {
  loaded ??= load();
  return loaded;
};

/** What keeps it from being loaded. */
export class DriverNeeded extends Error {
  readonly code: "MODULE_NOT_FOUND" | "OLD_NODE";
  constructor(code: DriverNeeded["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const oldestNode = 22;

const load = (): typeof Sqlite => {
  const { node } = process.versions;
  // On an older one it does not throw, but ends the process.
  if (Number.parseInt(node, 10) < oldestNode) {
    throw new DriverNeeded(
      "OLD_NODE",
      `better-sqlite3 needs Node.js ${oldestNode} or newer and this is ${node}: install a newer Node.js`,
    );
  }
  try {
    // A bundle of CommonJS has no `import.meta.url`.
    return createRequire(import.meta.url ?? __filename)(name);
  } catch (cause) {
    if (!String(cause).includes(`Cannot find module '${name}'`)) throw cause;
    throw new DriverNeeded(
      "MODULE_NOT_FOUND",
      `${name} is not installed, which opens SQLite files: run \`npm install ${name}@13\``,
    );
  }
};

const name = "better-sqlite3";

/** A failure as SQLite itself would throw it. */
export const failure = (message: string, code: string): Error => {
  const { SqliteError } = driver();
  return new SqliteError(message, code);
};

export const isOfSqlite = (cause: unknown): cause is InstanceType<typeof Sqlite.SqliteError> =>
  loaded !== undefined && cause instanceof loaded.SqliteError;
