import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect, Either } from "effect";
import { afterAll, describe, expect, it } from "vitest";
import { baseFolder, existing, toPath } from "../src/DatabaseUrl.ts";

/** A new folder, which goes when the tests of the file are done. */
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "migration-cli-"));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

const path = (url: string) => Either.getOrThrow(toPath(url, "/base"));

describe("toPath", () => {
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
    ["sqlite:a%20b%3F.db?mode=rwc&cache=shared", "/base/a b?.db"],
    ["sqlite://localhost.db", "/base/localhost.db"],
    ["file:a.db", "/base/a.db"],
    ["file:a%20%C3%BC.db", "/base/a ü.db"],
    ["file:/x/a.db", "/x/a.db"],
    ["file:///x/a.db?mode=ro", "/x/a.db"],
    ["file://localhost/x/a.db", "/x/a.db"],
    ["FILE:///x/a.db", "/x/a.db"],
  ])("%s is %s", (url, expected) => {
    expect(path(url)).toBe(expected);
  });

  it.each([
    ["", "--database-url must name a file that exists."],
    [":memory:", "--database-url must name a file that exists."],
    ["sqlite::memory:", "--database-url must name a file that exists."],
    ["sqlite://:memory:", "--database-url must name a file that exists."],
    ["file::memory:?cache=shared", "--database-url must name a file that exists."],
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
    expect(Either.flip(toPath(url, "/base"))).toMatchObject({ right: { message } });
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
    const inner = join(place, "folder");
    expect(message(inner)).toMatchObject(refused(`"${inner}" is not a file.`));
    for (const other of [file("c", "SQLite format 4\0"), file("d", "S")]) {
      expect(message(other)).toMatchObject(refused(`"${other}" is not a SQLite database.`));
    }
  });
});
