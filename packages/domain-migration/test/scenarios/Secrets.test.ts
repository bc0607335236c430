import { inspect } from "node:util";
import { describe, expect, it } from "@effect/vitest";
import * as EventLogSchema from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  damagedFile,
  execute,
  left,
  legacyFile,
  messages,
  migrate,
  right,
} from "../support/Files.ts";
import { badLines, untypedFile } from "../support/Files.ts";

/** Tokens as they may stand in a file: encrypted, in plain text, and as a number. */
const secrets = {
  hex: "5ec2e7".repeat(20),
  base64: "I0.b2F1dGgyLmJkYy5zY2h3YWIuY29t.5ec2e7_-=@",
  "with digits only": "50230847509238475092834750298347",
  "with few digits": "5023084750",
  "like a moment": "2025-5e:c2:e7T9d.1-04",
  broken: "\u202e5ec2e7\0\n",
} as const;

/** Everything that a caller, a log or a terminal could get to see of a failed run. */
const everythingSaid = (failed: Effect.Effect.Success<ReturnType<typeof migrate>>): string => {
  const error = left(failed);
  return [
    inspect(failed.entries, { depth: 20, maxStringLength: null }),
    inspect(error, { depth: 20, showHidden: true, maxStringLength: null }),
    JSON.stringify(error),
    JSON.stringify(failed.entries),
    error.message,
    error.stack,
    String(error),
  ].join("\n");
};

/** Any eight characters of the secret in a row would be too many. */
const expectHidden = (said: string, secret: string) => {
  const parts = Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8));
  expect(parts.length).toBeGreaterThan(0);
  expect(parts.filter((part) => said.includes(part))).toEqual([]);
};

const columns = [
  "id",
  "access_token",
  "access_token_fetched_at",
  "refresh_token",
  "refresh_token_fetched_at",
  "encryption_version",
] as const;

const row = (over: Readonly<Record<string, string>>) => {
  const cells = {
    id: "1",
    access_token: `'${"a1".repeat(60)}'`,
    access_token_fetched_at: "'2025-08-01 12:00:00'",
    refresh_token: `'${"b2".repeat(60)}'`,
    refresh_token_fetched_at: "'2025-08-01 12:00:00'",
    encryption_version: "2",
    ...over,
  };
  return `insert into schwab_auth (${Object.keys(cells)}) values (${Object.values(cells)})`;
};

describe.each(Object.entries(secrets))("a token in %s", (_, secret) => {
  const text = `'${secret.replace("\0", "'||char(0)||'")}'`;
  const blob = `x'${Buffer.from(secret).toString("hex")}'`;
  const notText = `cast(x'${Buffer.from(secret).toString("hex")}ff' as text)`;

  for (const column of columns) {
    it.effect(`appears nowhere when it stands in ${column}`, () =>
      Effect.gen(function* () {
        const rows = [text, blob, notText].map((cell) => row({ [column]: cell }));
        const failed = yield* migrate(untypedFile(rows));
        expect(left(failed)._tag).toBe("BadLegacyData");
        expectHidden(everythingSaid(failed), secret);
        expectHidden(everythingSaid(failed), blob);
      }),
    );
  }

  it.effect("appears nowhere when it stands in each column, and twice", () =>
    Effect.gen(function* () {
      const all = Object.fromEntries(columns.map((column) => [column, text]));
      const failed = yield* migrate(untypedFile([row(all), row(all)]));
      expect(badLines(failed).length).toBeGreaterThanOrEqual(8);
      expectHidden(everythingSaid(failed), secret);
    }),
  );
});

describe("a token that a column's type turned into a number", () => {
  it.effect("appears nowhere either", () =>
    Effect.gen(function* () {
      for (const digits of [
        secrets["with digits only"],
        secrets["with few digits"],
        "12345678.5",
      ]) {
        const path = damagedFile((db) =>
          LegacyDatabase.insertAuth(db, {
            access_token_fetched_at: digits,
            encryption_version: digits,
          }),
        );
        const failed = yield* migrate(path);
        expect(badLines(failed)).toHaveLength(2);
        expectHidden(everythingSaid(failed), digits);
        expectHidden(everythingSaid(failed), String(Number(digits)).replace(".", ""));
      }
    }),
  );
});

describe("tokens that were migrated", () => {
  it.effect("appear in no entry and no error, whatever differs from them", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertAuth(db, { access_token: secrets.hex }));
      const done = yield* migrate(path);
      right(done);
      expectHidden(inspect(done, { depth: 20 }), secrets.hex);
      expectHidden(inspect(done, { depth: 20 }), "b2".repeat(60));

      execute(path, `update schwab_auth set access_token = '${"c3".repeat(60)}'`);
      const failed = yield* migrate(path);
      expect(left(failed)).toMatchObject({
        _tag: "ExistingEventsDiffer",
        first: { aggregate: "SchwabAuth", id: "schwab" },
      });
      expectHidden(everythingSaid(failed), secrets.hex);
      expectHidden(everythingSaid(failed), "c3".repeat(60));
    }),
  );

  it.effect("appear in no error when the store refuses them", () =>
    Effect.gen(function* () {
      const path = legacyFile((db) => LegacyDatabase.insertAuth(db, { access_token: secrets.hex }));
      execute(path, EventLogSchema.ddl);
      execute(
        path,
        `create trigger refuse before insert on schwab_auth_view
         begin select raise(abort, 'refused'); end`,
      );
      const failed = yield* migrate(path);
      expect(left(failed)).toMatchObject({ _tag: "DatabaseError", operation: "appending" });
      expect(left(failed).message).toContain("refused");
      expectHidden(everythingSaid(failed), secrets.hex);
      expect(messages("Result", failed)).toEqual([]);
    }),
  );
});
