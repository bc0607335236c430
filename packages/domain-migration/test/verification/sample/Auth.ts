import type { Database } from "better-sqlite3";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { type Age, has } from "@ledgerfold/fixtures/LegacySchema";
import { runId, type Stream } from "./Stream.ts";

/** Hex with and without `0x`, in both cases. */
export const tokens = { access: "A1b2".repeat(20), refresh: `0x${"c3D4".repeat(24)}` };

export const write = (db: Database, age: Age): ReadonlyArray<Stream> => {
  if (!has(age, "encryption_version")) return [];
  LegacyDatabase.insertAuth(db, {
    access_token: tokens.access,
    access_token_fetched_at: "2026-01-31 10:00:00",
    refresh_token: tokens.refresh,
    refresh_token_fetched_at: "2026-01-30T10:00:00.000007Z",
  });
  const event = {
    access_token: `0x${"a1b2".repeat(20)}`,
    access_token_fetched_at: "2026-01-31T10:00:00Z",
    refresh_token: `0x${"c3d4".repeat(24)}`,
    refresh_token_fetched_at: "2026-01-30T10:00:00.000007Z",
  };
  return [
    {
      type: "SchwabAuth",
      id: "schwab",
      tag: "TokensStored",
      event,
      metadata: { run_id: runId, legacy_table: "schwab_auth" },
      viewTable: "schwab_auth_view",
      view: { Authenticated: event },
    },
  ];
};
