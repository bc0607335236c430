import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { type Age, ages, has } from "@ledgerfold/fixtures/LegacySchema";
import { Effect } from "effect";
import { badLines, column, damagedFile, legacyFile, messages, migrate } from "../support/Files.ts";
import { payloads, right } from "../support/Files.ts";

const hex = "0123456789abcdef".repeat(4);
const encryption =
  "must be 1 (AES-256-GCM): other tokens cannot be migrated; sign in again with the current bot, or delete the row";
const token = "must be hex of an AES-256-GCM token";

describe("tokens", () => {
  const spellings = {
    "with 0x": `0x${hex}`,
    "without 0x": hex,
    "in upper case": hex.toUpperCase(),
    "in mixed case with 0x": `0x${hex.replaceAll("abc", "aBc")}`,
  };
  for (const [what, access_token] of Object.entries(spellings)) {
    it.effect(`are carried as 0x and lower-case hex: ${what}`, () =>
      Effect.gen(function* () {
        const path = legacyFile((db) =>
          LegacyDatabase.insertAuth(db, {
            access_token,
            access_token_fetched_at: "2025-10-04 09:00:00.123456789",
            refresh_token: "00".repeat(28),
            refresh_token_fetched_at: "2025-10-04T09:00:00",
          }),
        );
        const done = yield* migrate(path);
        right(done);
        const fields = `"access_token":"0x${hex}","access_token_fetched_at":"2025-10-04T09:00:00.123456789Z","refresh_token":"0x${"00".repeat(28)}","refresh_token_fetched_at":"2025-10-04T09:00:00Z"`;
        expect(payloads(path, "SchwabAuth")).toEqual([`{"TokensStored":{${fields}}}`]);
        expect(column(path, "select payload from schwab_auth_view")).toEqual([
          `{"Authenticated":{${fields}}}`,
        ]);
        expect(messages("Result", done).at(-1)).toBe("SchwabAuth migrated");
      }),
    );
  }

  it.effect("are no others than whole bytes in hex, long enough for a nonce and a tag", () =>
    Effect.gen(function* () {
      const wrong = ["ab".repeat(27), `${hex}a`, `${hex}zz`, `0X${hex}`, ` ${hex}`, "", "0x"];
      for (const access_token of wrong) {
        const path = damagedFile((db) => LegacyDatabase.insertAuth(db, { access_token }));
        expect(badLines(yield* migrate(path))).toEqual([
          `schwab_auth id 1 access_token is TEXT of length ${access_token.length}, not shown: ${token}`,
        ]);
      }
    }),
  );

  it.effect("of another encryption than version 1 are refused", () =>
    Effect.gen(function* () {
      for (const encryption_version of [0, 2, -1]) {
        const path = damagedFile((db) => LegacyDatabase.insertAuth(db, { encryption_version }));
        expect(badLines(yield* migrate(path))).toEqual([
          `schwab_auth id 1 encryption_version is INTEGER ${encryption_version}: ${encryption}`,
        ]);
      }
      const path = damagedFile((db) => LegacyDatabase.insertAuth(db, { encryption_version: null }));
      expect(badLines(yield* migrate(path))).toEqual([
        `schwab_auth id 1 encryption_version is NULL: ${encryption}`,
      ]);
    }),
  );

  describe.each(ages.filter((age) => !has(age, "encryption_version")))("of %s", (age: Age) => {
    it.effect("are plain text, which is refused even where it looks like hex", () =>
      Effect.gen(function* () {
        const path = legacyFile((db) => LegacyDatabase.insertAuth(db), { age });
        expect(badLines(yield* migrate(path))).toEqual([
          `schwab_auth id 1 encryption_version is NULL: ${encryption}`,
        ]);
      }),
    );
  });

  it.effect("stand in one row, whose id is 1", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertAuth(db);
        LegacyDatabase.insertAuth(db, { id: 2 });
      });
      expect(badLines(yield* migrate(path))).toEqual([
        "schwab_auth id 2 id is INTEGER 2: must be 1: there is one set of tokens",
      ]);
      const other = damagedFile((db) => LegacyDatabase.insertAuth(db, { id: 2 }));
      expect(badLines(yield* migrate(other))).toEqual([
        "schwab_auth id 2 id is INTEGER 2: must be 1: there is one set of tokens",
      ]);
    }),
  );

  it.effect("have all their columns", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) =>
        LegacyDatabase.insertAuth(db, {
          access_token: null,
          access_token_fetched_at: null,
          refresh_token: null,
          refresh_token_fetched_at: null,
        }),
      );
      const moment = "must be a date and time that exists, such as 2025-10-01 12:00:00.5";
      expect(badLines(yield* migrate(path))).toEqual([
        `schwab_auth id 1 access_token is NULL: ${token}`,
        `schwab_auth id 1 access_token_fetched_at is NULL: ${moment}`,
        `schwab_auth id 1 refresh_token is NULL: ${token}`,
        `schwab_auth id 1 refresh_token_fetched_at is NULL: ${moment}`,
      ]);
    }),
  );

  it.effect("may be none at all, or there already", () =>
    Effect.gen(function* () {
      const none = legacyFile(() => undefined);
      expect(messages("Result", yield* migrate(none)).at(-1)).toBe(
        "No SchwabAuth to migrate (table empty)",
      );
      const path = legacyFile((db) => LegacyDatabase.insertAuth(db));
      right(yield* migrate(path));
      expect(messages("Result", yield* migrate(path)).at(-1)).toBe(
        "No SchwabAuth to migrate (already there)",
      );
    }),
  );
});
