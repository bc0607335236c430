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

  it("keeps the colours of our own on a terminal alone", () => {
    const text = "\u001b[1mname\u001b[0m\n\u001b[31mred\u001b[39m";
    expect(Shown.styled(text, true)).toBe(text);
    expect(Shown.styled(text, false)).toBe("name\nred");
  });
});
