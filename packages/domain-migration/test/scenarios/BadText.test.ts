import { describe, expect, it } from "@effect/vitest";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import { Effect } from "effect";
import {
  badLines,
  column,
  damagedFile,
  execute,
  legacyFile,
  migrate,
  right,
} from "../support/Files.ts";
import { verify } from "../verification/Harness.ts";

/** What a text can hide, and how it stands in a report: on one line, with nothing hidden. */
const hidden = [
  ["NUL", "BUY\0", "BUY\\u0000"],
  ["an ANSI escape", "\x1b[31mBUY\x1b[0m", "\\u001b[31mBUY\\u001b[0m"],
  ["an 8-bit control", "\x9b31mBUY", "\\u009b31mBUY"],
  ["a bell", "BUY\x07", "BUY\\u0007"],
  ["line breaks", "BUY\r\nonchain_trades is fine", "BUY\\u000d\\u000aonchain_trades is fine"],
  ["Unicode's line breaks", "BUY\u2028\u2029\u0085", "BUY\\u2028\\u2029\\u0085"],
  ["bidi controls", "\u202eYUB\u2066\u200f", "\\u202eYUB\\u2066\\u200f"],
  ["invisible characters", "B\u200bU\ufeffY\u00ad\u3164", "B\\u200bU\\ufeffY\\u00ad\\u3164"],
  ["a combining mark", "BUY\u0338", "BUY\\u0338"],
  ["other spaces", "BUY\t\u00a0\u3000", "BUY\\u0009\\u00a0\\u3000"],
  ["quotes", 'BUY"\\', 'BUY\\"\\\\'],
  ["another plane", "BUY\u{e0041}", "BUY\\ue0041"],
] as const;

describe("text in a report", () => {
  for (const [what, text, shown] of hidden) {
    it.effect(`shows ${what} in a value and in a key`, () =>
      Effect.gen(function* () {
        const path = damagedFile((db) => {
          LegacyDatabase.insertTrade(db, { direction: text });
          LegacyDatabase.insertPosition(db, { symbol: text, accumulated_long: -1 });
        });
        expect(badLines(yield* migrate(path))).toEqual([
          `onchain_trades id 1 direction is TEXT "${shown}": must be BUY or SELL`,
          `trade_accumulators symbol "${shown}" accumulated_long is REAL -1: must be INTEGER or REAL, at least 0, whose whole part fits in 96 bits`,
        ]);
      }),
    );
  }

  it.effect("is cut after 120 characters, and bytes after 60", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        LegacyDatabase.insertTrade(db, { direction: "B".repeat(121) });
        LegacyDatabase.insertTrade(db, { direction: Buffer.alloc(61) });
      });
      expect(badLines(yield* migrate(path))).toEqual([
        `onchain_trades id 1 direction is TEXT "${"B".repeat(120)}"… (121 characters): must be BUY or SELL`,
        `onchain_trades id 2 direction is BLOB x'${"00".repeat(60)}'… (61 bytes): must be BUY or SELL`,
      ]);
    }),
  );
});

describe("bytes that are not text", () => {
  const invalid = ["ff", "41ff42", "c080", "eda080", "f4908080", "efbfbdff", "e282"];

  it.effect("are refused wherever text may stand", () =>
    Effect.gen(function* () {
      const path = damagedFile((db) => {
        for (const _ of invalid) LegacyDatabase.insertTrade(db);
        LegacyDatabase.insertPosition(db);
        LegacyDatabase.insertOrder(db);
      });
      invalid.forEach((bytes, index) => {
        execute(
          path,
          `update onchain_trades set symbol = cast(x'${bytes}' as text) where id = ${index + 1}`,
        );
      });
      execute(path, "update trade_accumulators set symbol = cast(x'ff' as text)");
      execute(path, "update offchain_trades set order_id = cast(x'ff' as text)");
      const rule = "must be TEXT that is not empty";
      expect(badLines(yield* migrate(path))).toEqual([
        ...invalid.map(
          (bytes, index) =>
            `onchain_trades id ${index + 1} symbol is TEXT of bytes x'${bytes}', which are not valid text: ${rule}`,
        ),
        `trade_accumulators rowid 1 symbol is TEXT of bytes x'ff', which are not valid text: ${rule}`,
        `offchain_trades id 1 order_id is TEXT of bytes x'ff', which are not valid text: ${rule}, or NULL`,
      ]);
    }),
  );

  it.effect("are not confused with a replacement character that was meant", () =>
    Effect.gen(function* () {
      const symbols = ["\ufffd", "A\ufffdB", "\ufeffAAPL", "é", "股票", "📈"];
      const path = legacyFile((db) => {
        for (const symbol of symbols) LegacyDatabase.insertTrade(db, { symbol });
      });
      right(yield* migrate(path));
      expect(
        column(
          path,
          "select json_extract(payload, '$.Migrated.symbol') from events order by rowid",
        ),
      ).toEqual(symbols);
    }),
  );
});

describe.each([
  ["UTF-16le", "00d8", "00dc4100", "fdff"],
  ["UTF-16be", "d800", "dc000041", "fffd"],
])("a file in %s", (encoding, highSurrogate, lowSurrogate, replacement) => {
  const file = () => {
    const path = damagedFile(() => undefined);
    const tables = column(
      path,
      "select sql from sqlite_schema where type = 'table' and name in ('onchain_trades', 'trade_accumulators')",
    );
    const other = `${path}-16`;
    execute(other, `pragma encoding = '${encoding}'; ${tables.join(";")}`);
    return other;
  };
  const insert = (path: string, symbol: string, id: number) =>
    execute(
      path,
      `insert into onchain_trades (id, tx_hash, log_index, symbol, amount, direction, price_usdc)
       values (${id}, '0x${"0".repeat(63)}${id}', 0, ${symbol}, 0.3, 'BUY', 1)`,
    );

  it.effect("is read like any other", () =>
    Effect.gen(function* () {
      const path = file();
      insert(path, "'tAAPL'", 1);
      insert(path, "'é股📈'", 2);
      insert(path, `cast(x'${replacement}' as text)`, 3);
      execute(
        path,
        "insert into trade_accumulators (symbol, accumulated_long, accumulated_short) values ('é', 0.3, 0.1)",
      );
      right(yield* migrate(path));
      expect(
        column(
          path,
          "select json_extract(payload, '$.Migrated.symbol') from events order by rowid",
        ),
      ).toEqual(["tAAPL", "é股📈", "\ufffd", "é"]);
      expect((yield* Effect.promise(() => verify(path))).lines).toEqual([]);
    }),
  );

  it.effect("that was damaged since is told from the text that SQLite makes of it", () =>
    Effect.gen(function* () {
      const path = file();
      insert(path, `cast(x'${replacement}' as text)`, 1);
      right(yield* migrate(path));
      execute(path, `update onchain_trades set symbol = cast(x'${highSurrogate}' as text)`);
      const { lines } = yield* Effect.promise(() => verify(path));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`TEXT of bytes x'${highSurrogate}'`);
    }),
  );

  it.effect("is refused where its text is broken, which SQLite hides", () =>
    Effect.gen(function* () {
      const path = file();
      insert(path, `cast(x'${highSurrogate}' as text)`, 1);
      insert(path, `cast(x'${lowSurrogate}' as text)`, 2);
      expect(badLines(yield* migrate(path))).toEqual([
        `onchain_trades id 1 symbol is TEXT of bytes x'${highSurrogate}', which are not valid text: must be TEXT that is not empty`,
        `onchain_trades id 2 symbol is TEXT of bytes x'${lowSurrogate}', which are not valid text: must be TEXT that is not empty`,
      ]);
    }),
  );
});
