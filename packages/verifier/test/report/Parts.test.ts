import { describe, expect, it } from "vitest";
import type * as Document from "../../src/Document.ts";
import { differences } from "../../src/report/html/Differences.ts";
import { bar, widths } from "../../src/report/html/Bar.ts";
import { contrast } from "../../src/report/html/Contrast.ts";
import { counted, html, Markup } from "../../src/report/html/Markup.ts";
import { mood, title } from "../../src/report/html/Verdict.ts";
import { hostile, seen } from "./Hostile.ts";
import * as Sample from "./Sample.ts";

describe("a template", () => {
  it("leaves nothing of a value that HTML would act on", () => {
    for (const text of hostile) {
      const { source } = html`${text}`;
      expect(source).toMatch(/^[^<>"'`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
      expect(source.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(
        seen(text),
      );
    }
  });

  it("takes markup as it is, one or many", () => {
    const cells = ["a", "<b>"].map((text) => html`<td>${text}</td>`);
    expect(html`<tr>${cells}${new Markup("<td>")}</tr>`.source).toBe(
      "<tr><td>a</td><td>&#60;b&#62;</td><td></tr>",
    );
  });

  it("counts with separators", () => {
    expect(counted(1, "row", "rows")).toBe("1 row");
    expect(counted(1_234_567, "row", "rows")).toBe("1,234,567 rows");
  });
});

describe("a bar", () => {
  it("fills its width and gives one in a million enough to be seen", () => {
    const [same, different, missing] = widths([999_999, 0, 1]);
    expect(different).toBe(0);
    expect(missing).toBeGreaterThanOrEqual(16);
    expect((same ?? 0) + (missing ?? 0)).toBeCloseTo(1000);
    expect(widths([1, 1])).toEqual([500, 500]);
    expect(widths([5])).toEqual([1000]);
    expect(widths([0, 0])).toEqual([0, 0]);
  });

  it("says in words what it shows", () => {
    const { source } = bar(Sample.tally({ same: 999_999, missing: 1, movedOn: 12 }));
    expect(source).toContain('aria-label="999,999 same, 1 missing; 12 moved on"');
    expect(source).not.toContain("unreadable");
    expect(bar(Sample.tally({})).source).toContain('aria-label="none"');
  });
});

it("shows a cell that cannot be read as what the row has, and any other as what is expected", () => {
  const [one] = Sample.differences(1);
  const show = (kind: Document.Difference["kind"], side: Document.Difference["side"]) =>
    differences(one === undefined ? [] : [{ ...one, kind, side, legacy: "INTEGER 7" }], 1).source;
  expect(show("unreadable", "legacy")).toContain("<dt>the row has</dt>");
  expect(show("unreadable", "event")).toContain("<dt>expected</dt>");
  expect(show("different", "event")).toContain("<dt>expected</dt>");
});

describe("two values", () => {
  const show = (expected: string | null, stored: string | null) =>
    contrast(expected, stored).map((side) => side?.source.replaceAll("&#34;", '"') ?? null);

  it("are marked where they part", () => {
    expect(show("REAL 231.57", '"231.56"')).toEqual([
      "REAL 231.5<mark>7</mark>",
      '"231.5<mark>6</mark>"',
    ]);
    expect(show("INTEGER 12", "INTEGER 112")).toEqual(["INTEGER 12", "INTEGER 1<mark>1</mark>2"]);
    expect(show("\u{1f600}a", "\u{1f601}a")).toEqual([
      "<mark>\u{1f600}</mark>a",
      "<mark>\u{1f601}</mark>a",
    ]);
  });

  it("are left alone where nothing is in common, or all", () => {
    expect(show('TEXT "BUY"', '"SELL"')).toEqual(['TEXT "BUY"', '"SELL"']);
    expect(show("REAL 1", '"1"')).toEqual(["REAL 1", '"1"']);
    expect(show(null, '"1"')).toEqual([null, '"1"']);
    expect(show("NULL", null)).toEqual(["NULL", null]);
  });
});

describe("the verdict", () => {
  it.each([
    [Sample.summary(), "Everything is the same", "good"],
    [
      Sample.summary({ counts: { differences: 0, since: 0, findings: 2 } }),
      "Everything is the same, with 2 findings",
      "noted",
    ],
    [Sample.differing(1203), "1,203 differences, 2 findings", "bad"],
    [Sample.summary({ isSame: false }), "Not the same", "bad"],
    [Sample.summary({ counts: { differences: 1, since: 0, findings: 0 } }), "1 difference", "bad"],
    [Sample.summary({ tallies: {} }), "Nothing to compare", "noted"],
  ])("never says more than is so: %#", (summary, words, expected) => {
    expect(title(summary)).toBe(words);
    expect(mood(summary)).toBe(expected);
  });
});
