import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { verify } from "@ledgerfold/domain-migration/Verification";
import { Effect } from "effect";
import type { Measured } from "../Measurement.ts";
import * as libraryPragmas from "./libraryPragmas.ts";

/** The verification of a migrated file as the command does it, opening and closing included. */
export const verification = async (path: string): Promise<Measured> => {
  const start = performance.now();
  const [{ tallies }, settings] = await Effect.runPromise(
    Effect.all([
      verify({ onDifferences: Effect.die, onProgress: () => Effect.void }),
      libraryPragmas.read,
    ]).pipe(Effect.provide(SqliteDatabase.layer({ path, mode: "read" }))),
  );
  const seconds = (performance.now() - start) / 1000;
  const count = Object.values(tallies).reduce((sum, { same }) => sum + same, 0);
  return { seconds, count, settings };
};
