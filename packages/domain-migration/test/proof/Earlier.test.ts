import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { paths } from "../verification/Harness.ts";
import * as Sample from "../verification/Sample.ts";
import { compare, write } from "./support.ts";

const next = paths();
const database = next();
const proof = `${database}.json`;
let text = "";

beforeAll(async () => {
  Sample.write(database, "2026-01-26");
  await write(database, proof);
  text = readFileSync(proof, "utf8");
});

const refusal = async (changed: string): Promise<string> => {
  const path = `${next()}.json`;
  writeFileSync(path, changed);
  const found = await compare(database, path).then(
    ({ lines }) => `no refusal, but ${lines.length} lines`,
    (error: Error) => error.message,
  );
  return found.replace(JSON.stringify(path), "the file");
};

const wrongLine = /^the file cannot be compared with: its line \d+ is not as verify-only --report/;

describe("what is no report to compare with is refused", () => {
  it.each([
    ["an empty file", () => "", /it ends too early/],
    ["another text", () => "<!doctype html>\n", /it is no report of verify-only --report/],
    ["other JSON", () => '{"a":1}\n', /it is no report of verify-only --report/],
    ["another version", () => text.replace('"version":1', '"version":3'), /it has version 3, and/],
    ["two versions", () => text.replace('"version":1', '"version":2'), /summary does not fit/],
    [
      "a key of columns in version 1",
      () => text.replace('"key":"rowid"', '"key":["id"]'),
      wrongLine,
    ],
    ["a truncated one", () => text.slice(0, text.length / 2), /it ends too early/],
    ["one without its last byte", () => text.slice(0, -1), /it ends too early/],
    ["one with more behind it", () => `${text}{}\n`, wrongLine],
    ["one that was laid out anew", () => JSON.stringify(JSON.parse(text), null, 2), /no report/],
    [
      "one of an unknown table",
      () => text.replace('"table":"schwab_auth",', '"table":"sqlite_schema",'),
      /it is of a table sqlite_schema, which is not known/,
    ],
    ["a block that is no block", () => text.replace('"leaves":"', '"leaves":"?'), wrongLine],
    [
      "leaves that do not fit",
      () => text.replace('"leaves":"', '"leaves":"AAAAAAAAAAA='),
      /fit|line/,
    ],
    [
      "rows that are not as many",
      () => text.replace(/\["(\d+)",(\d+)\]/, '["$1",$2],["999999",1]'),
      wrongLine,
    ],
    [
      "another count",
      () => text.replace(/"rows":\d+,"root"/, '"rows":999,"root"'),
      /summary does not/,
    ],
    ["a root that is none", () => text.replace(/"root":"..../, '"root":"zzzz'), /summary does not/],
    ["a summary that lacks something", () => text.replace('"isSame":true,', ""), wrongLine],
  ])("%s", async (_, changed, message) => {
    expect(changed()).not.toBe(text);
    expect(await refusal(changed())).toMatch(message);
  });

  it("but the report itself is none of these", async () => {
    expect(await refusal(text)).toBe("no refusal, but 0 lines");
  });

  it("no file", async () => {
    await expect(compare(database, next())).rejects.toThrow(/cannot be compared with: ENOENT/);
  });
});
