import { FastCheck } from "effect";
import { secret } from "./Input.ts";
import { word } from "./Texts.ts";

/** URLs of files and of servers that are not there; where a password stands, it is the secret. */

const scheme = FastCheck.constantFrom(
  ...["postgresql://", "postgres://", "POSTGRES://", "socket:/", "sqlite:", "sqlite://", "file:"],
  ...["file://", "file:///", "sqlite:///", "sqlite://localhost", "mysql://", "http://", "", "//"],
);
const user = FastCheck.constantFrom("", "", `bot:${secret}@`, `:${secret}@`);
/** Nobody listens there, and none of them is looked for elsewhere. */
const host = FastCheck.constantFrom(
  ...["127.0.0.1:1", "[::1]:1", "127.0.0.1:99999", "127.0.0.1:x", "127.0.0.1:-1", "", ":1", "[::1"],
  ...["%2Fnowhere", "/nowhere", "{legacy}", "{folder}", "{folder}/new.db", "{log}", ":memory:"],
);
const path = FastCheck.oneof(
  FastCheck.constantFrom("", "", "/", "/bot", "/bot/x", "/%", "#a"),
  word,
);
const parameter = FastCheck.constantFrom(
  ...["mode=ro", "mode=rw", "mode=rwc", "mode=memory", "mode=", "immutable=1", "cache=shared"],
  ...["vfs=unix-none", "nolock=1", "sslmode=require", "sslmode=none", "sslrootcert=/nowhere"],
  ...["host=/nowhere", "host=127.0.0.1", "port=1", "port=x", `password=${secret}`, "schema=a"],
  ...[
    "prepare=false",
    "prepare=x",
    "options=-c%20a=b",
    "connect_timeout=1",
    "a",
    "%",
    "mode=ro&mode=rw",
  ],
);
const query = FastCheck.array(parameter, { maxLength: 2 }).map((parameters) =>
  parameters.length === 0 ? "" : `?${parameters.join("&")}`,
);

/**
 * A log may be made where a URL says, so no path of a file begins at the root; and what stands before
 * an @ there is a part of its name.
 */
const within = (url: string): string =>
  url.replace(
    /^((?:sqlite|file):(?:\/\/(?:localhost)?)?)(?=\/|%2f)([^@?]*@)?/i,
    (_, begins: string, user = "") => `${begins}{folder}${user.includes(secret) ? "/" : user}`,
  );

export const any: FastCheck.Arbitrary<string> = FastCheck.tuple(scheme, user, host, path, query)
  .map((parts) => parts.join(""))
  .map((url) => within(url.replaceAll("\0", "")));

export const words: FastCheck.Arbitrary<ReadonlyArray<string>> = FastCheck.tuple(
  FastCheck.constantFrom("dry-run", "verify-only", "status", "ledger", "rebuild-views", "migrate"),
  FastCheck.constantFrom("--database-url", "--legacy-url", "--event-store-url"),
  any,
).map(([command, option, url]) => [
  ...(command === "migrate" ? ["--force"] : [command]),
  ...[option, url, "--patience", "0"],
  ...(option === "--event-store-url" ? ["--database-url", "{legacy}"] : []),
  ...(option === "--legacy-url" ? ["--event-store-url", "sqlite:{folder}/new.db"] : []),
]);
