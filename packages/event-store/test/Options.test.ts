import { expect, it } from "@effect/vitest";
import { Effect, Layer } from "effect";
import * as Postgres from "../src/postgres/Database.ts";
import * as Sqlite from "../src/sqlite/Database.ts";

/** Nothing is opened for options that no database takes. */

const given = (value: unknown) => value as never;
const url = "postgresql://nobody@127.0.0.1:1/nowhere";
const path = "/nowhere/at/all.db";

it.effect.each([
  ["schema", Postgres.layer({ url, schema: "s".repeat(64) })],
  ["schema", Postgres.layer({ url, schema: "é".repeat(32) })],
  ["schema", Postgres.layer({ url, schema: "" })],
  ["schema", Postgres.layer({ url, schema: "a\0b" })],
  ["schema", Postgres.layer({ url, schema: "a\ud800" })],
  ["applicationName", Postgres.layer({ url, applicationName: "a\0b" })],
  ["connections", Postgres.layer({ url, connections: 0 })],
  ["connections", Postgres.layer({ url, connections: 1.5 })],
  ["patience", Postgres.layer({ url, patience: Number.NaN })],
  ["idleInTransaction", Postgres.layer({ url, idleInTransaction: -1 })],
  ["prepare", Postgres.layer({ url, prepare: given("no") })],
  ["path", Sqlite.layer({ path: "" })],
  ["path", Sqlite.layer({ path: "a\0b" })],
  ["path", Sqlite.layer({ path: "a\ud800" })],
  ["mode", Sqlite.layer({ path, mode: given("append") })],
  ["synchronous", Sqlite.layer({ path, synchronous: given("off; drop table events") })],
  ["patience", Sqlite.layer({ path, patience: given("soon") })],
] as ReadonlyArray<readonly [string, Layer.Layer<never, unknown>]>)(
  "%s is refused by its name",
  ([argument, layer]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)));
      expect(error).toMatchObject({ _tag: "InvalidArgument", argument });
    }),
);
