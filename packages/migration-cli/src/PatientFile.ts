import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { Effect, Layer } from "effect";
import * as Patience from "./Patience.ts";

/** A SQLite file that is waited for as long as the patience says. */
export const layer = (options: SqliteDatabase.Options) =>
  Layer.unwrapEffect(Effect.map(waits, (more) => SqliteDatabase.layer({ ...options, ...more })));

/** The options of whoever opens one. */
export const waits = Effect.map(Patience.Patience, (patience) => ({
  patience,
  again: Patience.pauses(patience),
}));
