import * as EncryptedToken from "@ledgerfold/domain/EncryptedToken";
import { Schema } from "effect";
import * as Field from "@ledgerfold/migration/internal/Field";

/** The one row of schwab_auth. */

const token = Field.make("must be hex of an AES-256-GCM token", (cell) =>
  typeof cell === "string" ? EncryptedToken.parse(cell) : undefined,
);

export const AuthRow = Schema.Struct({
  id: Field.make("must be 1: there is one set of tokens", (cell) =>
    cell === 1n ? cell : undefined,
  ),
  access_token: token,
  access_token_fetched_at: Field.make(...Field.moment),
  refresh_token: token,
  refresh_token_fetched_at: Field.make(...Field.moment),
  /** Absent before tokens were encrypted. */
  encryption_version: Field.make(
    "must be 1 (AES-256-GCM): other tokens cannot be migrated; sign in again with the current bot, or delete the row",
    (cell) => (cell === 1n ? cell : undefined),
  ),
});
export type AuthRow = typeof AuthRow.Type;
