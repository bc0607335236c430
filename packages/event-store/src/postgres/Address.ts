import { Effect } from "effect";
import { DatabaseError } from "../DatabaseError.ts";

/**
 * What a database's address says that `pg` does not tell. It is a URL, also one without a host and with
 * a socket's folder as its parameter `host`; `socket:/folder?db=database`; or `/folder database`.
 */
export interface Address {
  /** Without the password, as messages may show it. */
  readonly shown: string;
  /** What its parameter `prepare` says; true where it says nothing. */
  readonly prepare: boolean;
}

export const read = (address: string): Effect.Effect<Address, DatabaseError> =>
  Effect.try({
    try: () => {
      const { protocol, username, password, host, pathname, search, searchParams, hash } =
        parsed(address);
      if (!/^(postgres(ql)?|socket):$/.test(protocol)) throw new NoAddress(likeOne);
      for (const part of [username, password, host, pathname]) decodeURIComponent(part);
      // Of `me:12/34@host` a URL's reader makes the host `me` and the path `34@host`.
      if (`${pathname}${search}${hash}`.includes("@")) throw new NoAddress(unescaped);
      const isSocket = protocol === "socket:";
      const user = username === "" ? "" : `${username}@`;
      const database = isSocket ? `/${encodeURI(searchParams.get("db") ?? "")}` : pathname;
      const folder = isSocket ? pathname : encodeURI(searchParams.get("host") ?? "");
      return {
        shown: `postgresql://${user}${isSocket || host === noHost ? "" : host}${database}${folder === "" ? "" : `?host=${folder}`}`,
        prepare: preparing(searchParams.getAll("prepare")),
      };
    },
    // What the URL's own error says of it would hold the password.
    catch: (cause) =>
      new DatabaseError({
        database: "PostgreSQL",
        operation: "connecting",
        code: "ERR_INVALID_URL",
        cause:
          cause instanceof NoAddress
            ? cause
            : new NoAddress(cause instanceof URIError ? percent : likeOne),
      }),
  });

const parsed = (address: string): URL => {
  if (address.startsWith("/")) {
    const [folder = "", database = ""] = address.split(" ");
    return new URL(`postgresql:///${database}?host=${folder}`);
  }
  // A URL's reader takes no user without a host.
  return new URL(URL.canParse(address) ? address : address.replace("@/", `@${noHost}/`));
};

const noHost = "none.invalid";

const preparing = ([said = "true", ...more]: ReadonlyArray<string>): boolean => {
  if (more.length > 0 || !/^(true|false)$/.test(said)) throw new NoAddress(neither);
  return said === "true";
};

/** Repeats nothing of the address, which may hold a password in the wrong place. */
class NoAddress extends Error {}
const likeOne = "this is no URL like postgresql://user@host:5432/database";
const percent = "the URL has a % that is no escape: write it as %25";
const neither = "prepare in the URL is neither true nor false";
const unescaped =
  "there is an @ behind the URL's host: in a user, a password and a parameter write / as %2F, ? as %3F, # as %23 and @ as %40";
