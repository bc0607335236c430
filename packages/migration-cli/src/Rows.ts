import { quote } from "@ledgerfold/migration/Cell";
import { Effect, type Option } from "effect";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import { UsageError } from "./UsageError.ts";

/** Where the legacy rows are. */
export interface Rows {
  /** The SQLite file that they are read from. */
  readonly path: string;
  /** What sentences call the place. */
  readonly called: string;
  /** Whether that is the legacy file itself, which can have a log too, and no copy of its rows. */
  readonly canHaveLog: boolean;
}

/** The place that `--database-url` or DATABASE_URL names. */
export const of = ({
  databaseUrl,
}: {
  readonly databaseUrl: Option.Option<string>;
}): Effect.Effect<Rows, UsageError> =>
  Effect.gen(function* () {
    const url = yield* Effect.mapError(
      databaseUrl,
      () =>
        new UsageError({ message: "Name the database: --database-url PATH, or set DATABASE_URL." }),
    );
    const path = yield* DatabaseUrl.existing(yield* DatabaseUrl.toPath(url, DatabaseUrl.base()));
    return { path, called: quote(path), canHaveLog: true };
  });
