import * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as EventCodec from "@ledgerfold/aggregate/EventCodec";
import { unit, variant } from "@ledgerfold/aggregate/ExternallyTagged";
import * as View from "@ledgerfold/aggregate/View";
import { Effect, Schema } from "effect";
import * as EncryptedToken from "./EncryptedToken.ts";
import { Timestamp } from "@ledgerfold/scalars/Timestamp";
import { TokenCipher } from "./TokenCipher.ts";

/** The conductor's OAuth tokens at the broker Schwab, of which there is one set. */

// Identity.

/** The one stream that there is. */
export const aggregateId = "schwab";

// Events. These names are the storage format.

const tokens = {
  access_token: EncryptedToken.Stored,
  access_token_fetched_at: Timestamp,
  refresh_token: EncryptedToken.Stored,
  refresh_token_fetched_at: Timestamp,
};
const refreshed = { access_token: EncryptedToken.Stored, refreshed_at: Timestamp };

/** What happens to the tokens, which are encrypted. These names are the storage format. */
export const Event = Schema.Union(
  variant("TokensStored", tokens),
  variant("AccessTokenRefreshed", refreshed),
);
export type Event = typeof Event.Type;

/** This aggregate's stored names carry no prefix. */
export const codec = EventCodec.make({ schema: Event, version: "1.0", eventType: (tag) => tag });

// State.

/** The tokens as they are stored, and when the broker gave each. */
export const State = Schema.Union(unit("NotAuthenticated"), variant("Authenticated", tokens));
export type State = typeof State.Type;

const initial: State = { _tag: "NotAuthenticated" };

const evolve = (state: State, event: Event): State => {
  if (event._tag === "TokensStored") return { ...event, _tag: "Authenticated" };
  if (state._tag === "NotAuthenticated") return state;
  const { access_token, refreshed_at } = event;
  return { ...state, access_token, access_token_fetched_at: refreshed_at };
};

// Decisions.

const Secret = Schema.Redacted(Schema.String);

/** Tokens come in clear, as `Redacted`, and are encrypted in deciding. */
export const Command = Schema.Union(
  /** Tokens that a legacy database holds encrypted already. */
  Schema.TaggedStruct("Migrate", {
    ...tokens,
    access_token: EncryptedToken.EncryptedToken,
    refresh_token: EncryptedToken.EncryptedToken,
  }),
  Schema.TaggedStruct("StoreTokens", { ...tokens, access_token: Secret, refresh_token: Secret }),
  Schema.TaggedStruct("RefreshAccessToken", { ...refreshed, access_token: Secret }),
);
export type Command = typeof Command.Type;

/** There is nothing to refresh before somebody has signed in. */
export class NotAuthenticated extends Schema.TaggedError<NotAuthenticated>()(
  "NotAuthenticated",
  {},
) {
  override get message() {
    return "No tokens are stored yet; sign in before refreshing them.";
  }
}
/** Tokens are stored, so the stream is not fresh and nothing is migrated into it. */
export class AlreadyAuthenticated extends Schema.TaggedError<AlreadyAuthenticated>()(
  "AlreadyAuthenticated",
  {},
) {
  override get message() {
    return "Tokens are stored already; only a fresh stream can be migrated into.";
  }
}
/** Why a command about the tokens may not happen. */
export type Refusal = NotAuthenticated | AlreadyAuthenticated;

const decide = (
  state: State,
  command: Command,
): Effect.Effect<ReadonlyArray<Event>, Refusal, TokenCipher> =>
  Effect.gen(function* () {
    switch (command._tag) {
      case "Migrate":
        if (state._tag === "Authenticated") return yield* new AlreadyAuthenticated();
        return [{ ...command, _tag: "TokensStored" }];
      case "StoreTokens": {
        const cipher = yield* TokenCipher;
        const access_token = yield* cipher.encrypt(command.access_token);
        const refresh_token = yield* cipher.encrypt(command.refresh_token);
        return [{ ...command, _tag: "TokensStored", access_token, refresh_token }];
      }
      case "RefreshAccessToken": {
        if (state._tag === "NotAuthenticated") return yield* new NotAuthenticated();
        const cipher = yield* TokenCipher;
        const access_token = yield* cipher.encrypt(command.access_token);
        return [{ ...command, _tag: "AccessTokenRefreshed", access_token }];
      }
    }
  });

// View: the state, which is all a reader wants.

/** The state, which is all a reader wants. */
export const view = View.make<State, Event, typeof State.Encoded>({
  table: "schwab_auth_view",
  schema: State,
  initial,
  evolve: (model, event) => evolve(model, event),
});

/** The conductor's OAuth tokens at the broker Schwab. `decide` asks for a `TokenCipher`. */
export const aggregate = Aggregate.make({
  type: "SchwabAuth",
  codec,
  state: State,
  stateVersion: 1,
  initial,
  evolve,
  decide,
  view,
});
