import { quote } from "@ledgerfold/migration/internal/Cell";
import * as TemporaryFile from "@ledgerfold/event-store/internal/sqlite/TemporaryFile";
import { Effect, Option, type Scope } from "effect";
import * as DatabaseUrl from "./DatabaseUrl.ts";
import * as OtherNames from "./OtherNames.ts";
import { UsageError } from "./UsageError.ts";

/** Where the legacy rows are. */
export interface Rows {
  /** The SQLite file that they are read from. */
  readonly path: string;
  /** What may be done with it. */
  readonly mode: DatabaseUrl.Mode;
  /** What sentences call the place. */
  readonly called: string;
  /** Whether that is the legacy file itself, which can have a log too, and no copy of its rows. */
  readonly canHaveLog: boolean;
  /** The URL of the server that they are copied from into the file, which is empty until then. */
  readonly source: string | undefined;
}

interface Asked {
  readonly databaseUrl: Option.Option<string>;
  readonly legacyUrl?: Option.Option<string>;
  readonly eventStoreUrl?: Option.Option<string>;
  readonly otherNames: boolean;
}

/** The place that `--database-url` or `--legacy-url` names, or the variable for it. */
export const of = (
  asked: Asked,
): Effect.Effect<Rows, UsageError | TemporaryFile.TemporaryFileFailed, Scope.Scope> => {
  const { databaseUrl, legacyUrl = Option.none(), otherNames } = asked;
  if (Option.isSome(legacyUrl)) return inServer(legacyUrl.value, asked);
  return Effect.gen(function* () {
    const url = yield* Effect.mapError(
      databaseUrl,
      () =>
        new UsageError({ message: "Name the database: --database-url PATH, or set DATABASE_URL." }),
    );
    // What a rehearsal has left that was killed.
    yield* TemporaryFile.tidy(purpose);
    const { path, mode } = yield* DatabaseUrl.named(url, DatabaseUrl.base());
    yield* DatabaseUrl.existing(path);
    yield* OtherNames.refuse(path, otherNames);
    return { path, mode, called: quote(path), canHaveLog: true, source: undefined };
  });
};

const inServer = (url: string, { databaseUrl, eventStoreUrl }: Asked) =>
  Effect.gen(function* () {
    if (Option.isSome(databaseUrl)) {
      return yield* new UsageError({
        message:
          "--database-url and --legacy-url each say where the rows are: give one of them, and set one of DATABASE_URL and LEGACY_URL.",
      });
    }
    // Not shown: it may hold a password.
    if (!DatabaseUrl.isServer(url)) {
      return yield* new UsageError({
        message: "--legacy-url must begin with postgresql:// or postgres://.",
      });
    }
    if (eventStoreUrl !== undefined && Option.isNone(eventStoreUrl)) {
      return yield* new UsageError({
        message:
          "With --legacy-url say where the log is: --event-store-url postgresql://…, or sqlite:FILE, which is made if it is not there.",
      });
    }
    const path = yield* TemporaryFile.make(purpose);
    return { path, mode: "ro" as const, called: "the source", canHaveLog: false, source: url };
  });

/** Of the temporary files that the command makes, so that each run tidies up after all others. */
export const purpose = "copy";

/** No rows, of a command that asks for none. */
export const none: Effect.Effect<Rows, TemporaryFile.TemporaryFileFailed, Scope.Scope> = Effect.map(
  TemporaryFile.make(purpose),
  (path) => ({ path, mode: "ro", called: "", canHaveLog: false, source: undefined }),
);
