import * as EncryptedToken from "@ledgerfold/domain/EncryptedToken";
import * as SchwabAuth from "@ledgerfold/domain/SchwabAuth";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { carried, derived, orNull } from "@ledgerfold/declaration/Fate";
import { moment, only, own } from "@ledgerfold/declaration/Kind";
import type { Cell } from "@ledgerfold/migration/internal/Cell";
import * as Migration from "@ledgerfold/declaration/Migration";
import { fold } from "./fold/Tokens.ts";
import * as Tokens from "./rules/Tokens.ts";

/** The one row of schwab_auth. */

const token = own("must be hex of an AES-256-GCM token", (cell: Cell) =>
  typeof cell === "string" ? EncryptedToken.parse(cell) : undefined,
);
const encrypted = { words: "still encrypted" };

export const migration = Migration.of(SchwabAuth.aggregate, "TokensStored").from({
  table: "schwab_auth",
  by: "the bot",
  key: "id",
  writtenAt: ["access_token_fetched_at", "refresh_token_fetched_at"],
  secret: { ids: [SchwabAuth.aggregateId] },
  columns: {
    id: derived(
      only("must be 1: there is one set of tokens", 1n),
      "must be 1: there is one stream of tokens",
      "aggregate_id",
    ),
    access_token: carried("access_token", token, encrypted),
    access_token_fetched_at: carried("access_token_fetched_at", moment(Timestamp)),
    refresh_token: carried("refresh_token", token, encrypted),
    refresh_token_fetched_at: carried("refresh_token_fetched_at", moment(Timestamp)),
    /** Absent before tokens were encrypted. */
    encryption_version: orNull(
      derived(
        only(
          "must be 1 (AES-256-GCM): other tokens cannot be migrated; sign in again with the current bot, or delete the row",
          1n,
        ),
        "must be 1, the encryption that all stored tokens have",
        "access_token",
        "refresh_token",
      ),
    ),
  },
  id: () => SchwabAuth.aggregateId,
  event: ({ fields }) => fields,
  tell: () => ({
    summary: ({ written, alreadyThere }) => {
      if (written > 0) return [{ _tag: "Result", message: "SchwabAuth migrated" }];
      const why = alreadyThere > 0 ? "already there" : "table empty";
      return [{ _tag: "Result", message: `No SchwabAuth to migrate (${why})` }];
    },
  }),
  view: "Authenticated",
  rules: {
    access_token: Tokens.token("access_token"),
    access_token_fetched_at: Tokens.fetchedAt("access_token_fetched_at"),
    refresh_token: Tokens.token("refresh_token"),
    refresh_token_fetched_at: Tokens.fetchedAt("refresh_token_fetched_at"),
  },
  fold,
  verify: { id: Tokens.id, refuse: Tokens.refuse, show: Tokens.show, isOnlyFirst: false },
});
