import { inspect } from "node:util";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { count } from "@ledgerfold/event-store-contract/Steps";
import * as Address from "../../src/postgres/Address.ts";
import * as Server from "./Server.ts";

/** What `pg` takes as the address of a database. */

describe("an address by a socket", () => {
  const { username, password, port, pathname } = new URL(Server.url);
  const name = pathname.slice(1);
  const of: Record<string, (folder: string) => string> = {
    "with a user and a password": (folder) =>
      `postgresql://${username}:${password}@/${name}?host=${folder}&port=${port}`,
    "in parameters alone": (folder) =>
      `postgresql:///${name}?host=${folder}&port=${port}&user=${username}&password=${password}`,
    "in the host's place": (folder) =>
      `postgresql://${username}:${password}@${encodeURIComponent(folder)}:${port}/${name}`,
    "of its own scheme": (folder) =>
      `socket://${username}:${password}@${folder}?db=${name}&port=${port}`,
  };
  for (const [kind, address] of Object.entries(of)) {
    it.scopedLive(`${kind} opens the database, and tells no password`, () =>
      Effect.gen(function* () {
        const client = yield* Server.outside;
        const [row] = yield* Server.rows(client, "show unix_socket_directories");
        const folder = String(row?.unix_socket_directories).replace(/,.*/, "");
        const schema = yield* Server.schema;
        const opened = yield* Server.openAsIs({ schema, url: address(folder) });
        yield* opened.store.setup([aggregate]);
        expect(yield* count(opened.store, "a", "none", 1)).toMatchObject({ position: 1 });
        expect(opened.database.database).not.toContain(password);
      }),
    );
  }
});

describe("an address", () => {
  for (const [address, shown] of [
    ["postgresql:///db?host=/run/postgresql", "postgresql:///db?host=/run/postgresql"],
    ["postgresql://ada:s@/db?host=/run/pg", "postgresql://ada@/db?host=/run/pg"],
    ["socket://ada:s@/run/pg?db=x", "postgresql://ada@/x?host=/run/pg"],
    ["socket:/run/pg?db=x", "postgresql:///x?host=/run/pg"],
    ["/run/pg db", "postgresql:///db?host=/run/pg"],
    ["postgres://ada:s@host:1/db?host=other", "postgresql://ada@host:1/db?host=other"],
    ["postgresql://h/db?host=/a%1bb", "postgresql://h/db?host=/a%1Bb"],
  ] as const) {
    it.effect(`${address} is shown as ${shown}`, () =>
      Effect.map(Address.read(address), (read) => expect(read.shown).toBe(shown)),
    );
  }

  for (const address of [
    "postgresql://ada:12/topsecret@/db?host=/run/pg",
    "postgresql://ada:top@/secret@/db",
    "socket://ada:12#topsecret@/run/pg?db=x",
    "//ada:topsecret@/run/pg",
    "postgresql://ada:topsecret@host:none/db",
    "postgresql://ada:top%secret@host/db",
    "postgresql://ada:topsecret@host/%",
  ]) {
    it.effect(`${address} is not repeated`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Address.read(address));
        expect(`${error} ${JSON.stringify(error)} ${inspect(error)}`).not.toMatch(/secret/);
      }),
    );
  }
});
