import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect, Either } from "effect";
import { afterAll, describe, expect, it } from "vitest";
import { baseFolder, existing, named, writable } from "../src/DatabaseUrl.ts";

/** A new folder, which goes when the tests of the file are done. */
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "migration-cli-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const file = (url: string) => Either.getOrThrow(named(url, "/base"));

describe("named", () => {
  it.each([
    ["a.db", "/base/a.db"],
    ["./b/../a.db", "/base/a.db"],
    ["/x/a.db", "/x/a.db"],
    ["a b/ü.db", "/base/a b/ü.db"],
    ["what?.db", "/base/what?.db"],
    ["100%.db", "/base/100%.db"],
    ["a%20b.db?mode=ro", "/base/a%20b.db?mode=ro"],
    ["sqlite.db", "/base/sqlite.db"],
    ["c:a.db", "/base/c:a.db"],
    ["sqlite:a.db", "/base/a.db"],
    ["sqlite:/x/a.db", "/x/a.db"],
    ["sqlite://a.db", "/base/a.db"],
    ["sqlite://b/a.db", "/base/b/a.db"],
    ["sqlite://./a.db", "/base/a.db"],
    ["sqlite:///x/a.db", "/x/a.db"],
    ["sqlite://a.db?mode=rwc", "/base/a.db"],
    ["sqlite:a%20b%3F.db?mode=rwc&cache=private", "/base/a b?.db"],
    ["sqlite://localhost.db", "/base/localhost.db"],
    ["file:a.db", "/base/a.db"],
    ["file:a%20%C3%BC.db", "/base/a ü.db"],
    ["file:/x/a.db", "/x/a.db"],
    ["file:///x/a.db?mode=ro", "/x/a.db"],
    ["file://localhost/x/a.db", "/x/a.db"],
    ["FILE:///x/a.db", "/x/a.db"],
  ])("%s is %s", (url, expected) => {
    expect(file(url).path).toBe(expected);
  });

  it.each([
    ["a.db?mode=ro", "rwc"],
    ["sqlite:a.db", "rwc"],
    ["sqlite:a.db?", "rwc"],
    ["sqlite://a.db?mode=ro", "ro"],
    ["file:a.db?cache=private&mode=rw&immutable=0&psow=1&nolock=off", "rw"],
    ["FILE:///x/a.db?m%6Fde=r%6F", "ro"],
    ["sqlite:a.db?mode=rwc", "rwc"],
  ])("%s may be used as %s", (url, mode) => {
    expect(file(url).mode).toBe(mode);
  });

  it.each([
    ["mode=memory", "a mode is ro, rw or rwc here"],
    ["mode=RO", "a mode is ro, rw or rwc here"],
    ["mode", "a mode is ro, rw or rwc here"],
    ["mode=ro&mode=rw", '"mode" stands there before: say it once'],
    ["immutable=1", "this command can only do otherwise: leave it out"],
    ["immutable=true", "this command can only do otherwise: leave it out"],
    ["immutable", "this command can only do otherwise: leave it out"],
    ["nolock=1", "this command can only do otherwise: leave it out"],
    ["cache=shared", "this command can only do otherwise: leave it out"],
    ["vfs=unix-none", "this command can only do otherwise: leave it out"],
    ["MODE=ro", "this command knows no such parameter: leave it out"],
    ["mode=ro&toString=1", "this command knows no such parameter: leave it out"],
  ])("refuses what it cannot do: %s", (query, why) => {
    for (const url of [`sqlite://a.db?${query}`, `file:a.db?${query}`]) {
      const { message } = Either.getOrThrow(Either.flip(named(url, "/base")));
      expect(message.startsWith("--database-url has ")).toBe(true);
      expect(message.endsWith(`, and ${why}.`)).toBe(true);
    }
  });

  it("has a URL of the same file to write to", () => {
    expect(
      ["sqlite:a.db?mode=ro", "file:a?cache=private&mode=ro", "a?mode=ro", "sqlite:mode=ro"].map(
        writable,
      ),
    ).toEqual([
      ...["sqlite:a.db?mode=rw", "file:a?cache=private&mode=rw", "a?mode=ro", "sqlite:mode=ro"],
    ]);
  });

  it.each([
    ["", "--database-url must name a file that exists."],
    [":memory:", "--database-url must name a file that exists."],
    ["sqlite::memory:", "--database-url must name a file that exists."],
    ["sqlite://:memory:", "--database-url must name a file that exists."],
    ["file::memory:?cache=private", "--database-url must name a file that exists."],
    ["sqlite:", "--database-url must name a file that exists."],
    ["sqlite://?mode=rwc", "--database-url must name a file that exists."],
    ["file:50%.db", '"50%.db" has a % that is no escape.'],
    ["postgres://me@host/db", "--database-url must name a SQLite file, and postgres:// does not."],
    [
      "sqlite:mysql://me:7390/x@host/db",
      "--database-url must name a SQLite file, and mysql:// does not.",
    ],
    ["mysql://host/db", "--database-url must name a SQLite file, and mysql:// does not."],
  ])("refuses %j", (url, message) => {
    expect(Either.flip(named(url, "/base"))).toMatchObject({ right: { message } });
  });
});

describe("baseFolder", () => {
  it("is where a script of the workspace was typed", () => {
    const env = { INIT_CWD: "/repo/docs", npm_package_json: "/repo/package.json" };
    expect(baseFolder(env, "/repo")).toBe("/repo/docs");
  });

  it("is the working directory for anything else", () => {
    const script = { INIT_CWD: "/repo/docs", npm_package_json: "/repo/package.json" };
    expect(baseFolder({}, "/here")).toBe("/here");
    expect(baseFolder(script, "/here")).toBe("/here");
    expect(baseFolder({ INIT_CWD: "/repo/docs" }, "/repo")).toBe("/repo");
    expect(baseFolder({ npm_package_json: "/repo/package.json" }, "/repo")).toBe("/repo");
  });
});

describe("existing", () => {
  const judge = (file: string) => Effect.runSync(Effect.either(existing(file)));
  const place = folder();
  const file = (name: string, content: string) => {
    writeFileSync(join(place, name), content);
    return join(place, name);
  };

  it("is a SQLite file, or an empty one", () => {
    for (const found of [file("a", "SQLite format 3\0..."), file("b", "")]) {
      expect(judge(found)).toEqual(Either.right(found));
    }
  });

  it("is nothing else", () => {
    mkdirSync(join(place, "folder"));
    const message = (found: string) => Either.flip(judge(found));
    const refused = (text: string) => ({ right: { _tag: "UsageError", message: text } });
    const none = join(place, "none");
    expect(message(none)).toMatchObject(refused(`There is no file "${none}".`));
    const mistyped = join(place, "postgresql:/ada:7390/topsecret@host/db");
    const cut = join(place, "postgresql:…@host/db");
    expect(message(mistyped)).toMatchObject(refused(`There is no file "${cut}".`));
    const asked = join(place, "db?user=ada&password=topsecret&x=1");
    expect(message(asked)).toMatchObject(
      refused(`There is no file "${join(place, "db?user=ada&password=…&x=1")}".`),
    );
    const long = `${join(place, "pg:/ada:topsecret@host")}${"a".repeat(5000)}`;
    expect(message(long)).toMatchObject({
      right: { message: expect.not.stringContaining("topsecret") },
    });
    expect(message(long)).toMatchObject({
      right: { message: expect.stringContaining("name too long") },
    });
    const inner = join(place, "folder");
    expect(message(inner)).toMatchObject(refused(`"${inner}" is not a file.`));
    for (const other of [file("c", "SQLite format 4\0"), file("d", "S")]) {
      expect(message(other)).toMatchObject(refused(`"${other}" is not a SQLite database.`));
    }
  });
});
