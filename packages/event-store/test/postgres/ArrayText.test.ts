import { expect, it } from "@effect/vitest";
import { Effect, FastCheck as fc } from "effect";
import * as ArrayText from "../../src/postgres/ArrayText.ts";
import * as Server from "./Server.ts";

/** What PostgreSQL can hold: no U+0000, and no half of a pair. */
const text = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...'\t\n\r\x1f"\\{}, NULbu0é😀') }),
    fc.json(),
  )
  .filter((text) => !text.includes("\0") && text.isWellFormed());

it.scopedLive("the server reads what was written", () =>
  Effect.gen(function* () {
    const client = yield* Server.outside;
    const read = async (elements: ReadonlyArray<ArrayText.Element>, type: "text" | "bigint") => {
      const { rows } = await client.query(`select array_to_json($1::${type}[])::text as json`, [
        ArrayText.make(elements),
      ]);
      return JSON.parse(rows[0].json);
    };
    const numbers = fc.array(fc.option(fc.maxSafeInteger()));
    yield* Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.option(text)), numbers, async (texts, numbers) => {
          expect(await read(texts, "text")).toEqual(texts);
          expect(await read(numbers, "bigint")).toEqual(numbers);
        }),
        { numRuns: 500 },
      ),
    );
  }),
);
