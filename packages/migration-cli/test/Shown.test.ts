import { describe, expect, it } from "vitest";
import * as Shown from "../src/Shown.ts";

const unfit = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{DI}]/u;
const every = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join("");

describe("what is shown", () => {
  it("has nothing that a terminal acts on, whatever it was made of", () => {
    const hostile = `${every}\u001b[2J\u001b]0;t\u0007\u001b[8mhidden\ud800\u{e0001}\ufeff`;
    expect(Shown.line(hostile)).not.toMatch(/\n/);
    for (const coloured of [true, false]) {
      expect(Shown.styled(hostile, coloured)).not.toMatch(unfit);
    }
    expect(Shown.line("a\nFORGED é")).toBe("a\\u{a}FORGED é");
  });

  it.each([
    ["postgresql://me:secret@host:5432/db", "postgresql://me:…@host:5432/db"],
    ['"/tmp/postgres:/me:sec@r/et@host/a.json"', '"/tmp/postgres:/me:…@host/a.json"'],
    [
      "postgresql://me@host/db?a=b&password=secret&c=d",
      "postgresql://me@host/db?a=b&password=…&c=d",
    ],
    ["postgresql://host:5432/db of me@example.com", "postgresql://host:5432/db of me@example.com"],
    ['"postgresql://me:secret\\"… (162 characters', '"postgresql://me:…"… (162 characters'],
    [
      "postgresql://[::1]:5432, postgres://a:1,b:2/c",
      "postgresql://[::1]:5432, postgres://a:1,b:2/c",
    ],
    ["postgresql://…, or sqlite:FILE", "postgresql://…, or sqlite:FILE"],
  ])("has no password of a URL: %s", (text, shown) => {
    expect(Shown.line(text)).toBe(shown);
  });

  it("keeps the colours of our own on a terminal alone", () => {
    const text = "\u001b[1mname\u001b[0m\n\u001b[31mred\u001b[39m";
    expect(Shown.styled(text, true)).toBe(text);
    expect(Shown.styled(text, false)).toBe("name\nred");
  });
});
