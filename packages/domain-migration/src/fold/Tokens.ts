import type { Event, State } from "@ledgerfold/domain/SchwabAuth";
import * as Fold from "@ledgerfold/declaration/Fold";
import * as Tokens from "../rules/Tokens.ts";

/** What events do to the tokens. */

type First = Extract<Event, { readonly _tag: "TokensStored" }>;
type Model = Extract<State, { readonly _tag: "Authenticated" }>;

const access_token = Fold.own(Tokens.read("access_token"));

export const fold: Fold.Of<Event, First, Model> = {
  events: {
    TokensStored: {
      _tag: Fold.constant("Authenticated"),
      access_token,
      access_token_fetched_at: Fold.set("access_token_fetched_at"),
      refresh_token: Fold.own(Tokens.read("refresh_token")),
      refresh_token_fetched_at: Fold.set("refresh_token_fetched_at"),
    },
    // Before any are stored no state has these fields, and they are forgotten at once.
    AccessTokenRefreshed: {
      access_token,
      access_token_fetched_at: Fold.set("refreshed_at"),
    },
  },
  row: {
    access_token: "access_token",
    access_token_fetched_at: "access_token_fetched_at",
    refresh_token: "refresh_token",
    refresh_token_fetched_at: "refresh_token_fetched_at",
  },
};
