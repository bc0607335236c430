import { FastCheck } from "effect";
import * as Files from "./Files.ts";
import { type Arbitrary, type Damage, type FileName, type Input, secret } from "./Input.ts";
import { word } from "./Texts.ts";
import * as Urls from "./Urls.ts";
import * as Words from "./Words.ts";

/** Every kind of bad input that the command may meet. */

type Made = Pick<Input, "words"> & Partial<Omit<Input, "kind">>;

const input = (kind: string, made: FastCheck.Arbitrary<Made>): Arbitrary =>
  made.map((made) => ({ kind, env: {}, file: "legacy", damages: [], ...made }));

const damaged = (
  name: FileName | "report",
  damage: FastCheck.Arbitrary<Damage>,
): FastCheck.Arbitrary<Input["damages"]> =>
  FastCheck.array(
    damage.map((damage) => [name, damage] as const),
    { minLength: 1, maxLength: 4 },
  );

const withFile = (
  kind: string,
  files: readonly [FileName, ...ReadonlyArray<FileName>],
  damage: FastCheck.Arbitrary<Damage>,
): Arbitrary =>
  input(
    kind,
    FastCheck.constantFrom(...files).chain((file) =>
      FastCheck.record({
        file: FastCheck.constant(file),
        words: Words.on("{legacy}"),
        damages: damaged(file, damage),
      }),
    ),
  );

const variable = FastCheck.oneof(
  FastCheck.tuple(
    FastCheck.constantFrom("DATABASE_URL", "LEGACY_URL", "EVENT_STORE_URL"),
    FastCheck.oneof(Urls.any, FastCheck.constant("{legacy}")),
  ),
  FastCheck.tuple(
    FastCheck.constantFrom("TMPDIR", "SQLITE_TMPDIR", "HOME", "INIT_CWD", "npm_package_json"),
    FastCheck.constantFrom("", "/nowhere", "/dev/null", "/proc", "{folder}", "{legacy}", "."),
  ),
  FastCheck.tuple(
    FastCheck.constantFrom("PGHOST", "PGPORT", "PGUSER", "PGSSLMODE", "PGOPTIONS", "PGDATABASE"),
    FastCheck.oneof(word, FastCheck.constantFrom("/nowhere", "x", "require")),
  ),
  FastCheck.tuple(
    FastCheck.constantFrom("TZ", "TERM", "NO_COLOR", "COLUMNS", "DEBUG", "PATH"),
    word,
  ),
  // Node itself dies of what is no locale's name.
  FastCheck.tuple(
    FastCheck.constantFrom("LANG", "LC_ALL"),
    FastCheck.constantFrom("", "C", "POSIX", "tr_TR.UTF-8", "ar_EG", "xx_XX", "C.UTF-8"),
  ),
  FastCheck.constant(["PGPASSWORD", secret] as [string, string]),
);

/** `legacy` and `log` are the columns of the bot's tables, and of the log's. */
export const make = (columns: {
  readonly legacy: ReadonlyArray<Files.Columns>;
  readonly log: ReadonlyArray<Files.Columns>;
}): Arbitrary =>
  FastCheck.oneof(
    input("command line", FastCheck.record({ words: Words.any })),
    input("URL", FastCheck.record({ words: Urls.words })),
    withFile("legacy file's bytes", ["legacy", "old", "wal"], Files.ofBytes),
    withFile("legacy file's cells", ["legacy", "old", "wal"], Files.ofCells(columns.legacy)),
    withFile("legacy file's schema", ["legacy", "old", "wal"], Files.ofSchema(columns.legacy)),
    withFile("migrated file's bytes", ["migrated"], Files.ofBytes),
    withFile("log's cells", ["migrated"], Files.ofCells(columns.log)),
    withFile("log's schema", ["migrated"], Files.ofSchema(columns.log)),
    input(
      "log in another file",
      FastCheck.record({
        words: Words.on("{legacy}", { log: true }),
        damages: damaged(
          "log",
          FastCheck.oneof(Files.ofBytes, Files.ofCells(columns.log), Files.ofSchema(columns.log)),
        ),
      }),
    ),
    input(
      "report",
      FastCheck.record({
        file: FastCheck.constant("migrated" as const),
        words: FastCheck.constantFrom([], ["--report", "{folder}/r.json"]).map((more) => [
          ...["verify-only", "--database-url", "{legacy}", "--against", "{report}"],
          ...more,
        ]),
        damages: damaged("report", Files.ofReports),
      }),
    ),
    input(
      "environment",
      FastCheck.record({
        words: Words.on("{legacy}").chain((words) =>
          FastCheck.constantFrom(
            words,
            words.slice(0, 1),
            words.filter((word) => word !== "0"),
          ),
        ),
        env: FastCheck.array(variable, { minLength: 1, maxLength: 3 }).map((pairs) =>
          Object.fromEntries(pairs),
        ),
      }),
    ),
  );
