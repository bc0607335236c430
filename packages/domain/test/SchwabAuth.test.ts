import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Scenario from "@ledgerfold/aggregate/Scenario";
import * as View from "@ledgerfold/aggregate/View";
import { describe, expect, it, layer } from "@effect/vitest";
import { Effect, Redacted } from "effect";
import type { EncryptedToken } from "../src/EncryptedToken.ts";
import * as SchwabAuth from "../src/SchwabAuth.ts";
import * as TokenCipher from "../src/TokenCipher.ts";
import { at, token } from "./Literals.ts";

const { aggregate } = SchwabAuth;

const tokens = {
  access_token: token(`0x${"a1".repeat(40)}`),
  access_token_fetched_at: at("2026-01-05T12:00:00Z"),
  refresh_token: token(`0x${"b2".repeat(40)}`),
  refresh_token_fetched_at: at("2026-01-01T08:00:00.000000001Z"),
};
const refreshed = {
  access_token: token(`0x${"c3".repeat(40)}`),
  refreshed_at: at("2026-01-05T12:29:00Z"),
};
const stored = { _tag: "TokensStored", ...tokens } as const;
const accessTokenRefreshed = { _tag: "AccessTokenRefreshed", ...refreshed } as const;

const migrate = { _tag: "Migrate", ...tokens } as const;
const store = {
  ...tokens,
  _tag: "StoreTokens" as const,
  access_token: Redacted.make("access-hunter2"),
  refresh_token: Redacted.make("refresh-hunter2"),
};
const refresh = {
  ...refreshed,
  _tag: "RefreshAccessToken" as const,
  access_token: Redacted.make("newer-hunter2"),
};

const cipher = TokenCipher.layer(Redacted.make("0f".repeat(32)));
const plain = (encrypted: EncryptedToken) =>
  Effect.flatMap(TokenCipher.TokenCipher, ({ decrypt }) => decrypt(encrypted)).pipe(
    Effect.map(Redacted.value),
  );
const after = (...history: ReadonlyArray<SchwabAuth.Event>) => ({
  /** The only event that the command causes. */
  event: (command: SchwabAuth.Command) =>
    Scenario.given(aggregate, ...history)
      .when(command)
      .pipe(
        Effect.flatten,
        Effect.flatMap(([event]) => Effect.fromNullable(event)),
      ),
});

layer(cipher)("given no tokens", (it) => {
  it.effect("legacy ones are migrated as they are, encrypted", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when(migrate);
      expect(outcome).toEqual(Scenario.events(stored));
    }),
  );

  it.effect("new ones are stored, each encrypted", () =>
    Effect.gen(function* () {
      const event = yield* after().event(store);
      if (event._tag !== "TokensStored") return expect.fail("no tokens stored");
      expect(event.access_token_fetched_at).toBe(tokens.access_token_fetched_at);
      expect(event.refresh_token_fetched_at).toBe(tokens.refresh_token_fetched_at);
      expect(yield* plain(event.access_token)).toBe("access-hunter2");
      expect(yield* plain(event.refresh_token)).toBe("refresh-hunter2");
    }),
  );

  it.effect("there is nothing to refresh", () =>
    Effect.gen(function* () {
      const outcome = yield* Scenario.given(aggregate).when(refresh);
      expect(outcome).toEqual(Scenario.refusal(new SchwabAuth.NotAuthenticated()));
    }),
  );
});

layer(cipher)("given tokens", (it) => {
  it.effect.each([[stored], [stored, accessTokenRefreshed]])(
    "legacy ones are refused: only a fresh stream can be migrated into",
    (history) =>
      Effect.gen(function* () {
        const outcome = yield* Scenario.given(aggregate, ...history).when(migrate);
        expect(outcome).toEqual(Scenario.refusal(new SchwabAuth.AlreadyAuthenticated()));
      }),
  );

  it.effect("new ones take their place", () =>
    Effect.gen(function* () {
      const event = yield* after(stored).event(store);
      if (event._tag !== "TokensStored") return expect.fail("no tokens stored");
      expect(yield* plain(event.access_token)).toBe("access-hunter2");
      expect(yield* plain(event.refresh_token)).toBe("refresh-hunter2");
    }),
  );

  it.effect("the access token is refreshed, encrypted", () =>
    Effect.gen(function* () {
      const event = yield* after(stored).event(refresh);
      if (event._tag !== "AccessTokenRefreshed") return expect.fail("no token refreshed");
      expect(event.refreshed_at).toBe(refreshed.refreshed_at);
      expect(yield* plain(event.access_token)).toBe("newer-hunter2");
    }),
  );

  it.effect.each([store, refresh])("no plain text is in what is stored", (command) =>
    Effect.gen(function* () {
      const { payload } = aggregate.codec.encode(yield* after(stored).event(command));
      expect(payload).toMatch(/"access_token":"0x[0-9a-f]{56,}"/);
      for (const encoding of ["utf8", "hex", "base64"] as const) {
        expect(payload).not.toContain(Buffer.from("hunter2").toString(encoding));
      }
      expect(String(command.access_token)).not.toContain("hunter2");
    }),
  );
});

describe("the state, and the view alike,", () => {
  it.each([
    ["nothing", [], { _tag: "NotAuthenticated" }],
    ["tokens stored", [stored], { _tag: "Authenticated", ...tokens }],
    [
      "the access token refreshed",
      [stored, accessTokenRefreshed],
      {
        _tag: "Authenticated",
        ...tokens,
        access_token: refreshed.access_token,
        access_token_fetched_at: refreshed.refreshed_at,
      },
    ],
    [
      "tokens stored again",
      [stored, accessTokenRefreshed, stored],
      { _tag: "Authenticated", ...tokens },
    ],
    ["refreshed out of place", [accessTokenRefreshed], { _tag: "NotAuthenticated" }],
  ] as const)("after %s", (_, events, expected) => {
    const { initial, view } = aggregate;
    const origin = { id: SchwabAuth.aggregateId, first: stored };
    expect(Aggregate.fold(aggregate, initial, events)).toEqual(expected);
    expect(View.fold(view, view.initial, events, origin)).toEqual(expected);
  });
});

it("is one stream", () => {
  expect(SchwabAuth.aggregateId).toBe("schwab");
});
