import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as Docstring from "../src/Docstring.ts";
import * as Page from "../src/Page.ts";
import * as Shown from "../src/Shown.ts";

const page = (text: string) => Page.parse("a.md", text);

describe("a page", () => {
  it("is taken apart into its blocks", () => {
    const { blocks } = page(
      'A\n\n```ts\n// file: apps/a/b.ts\nconst a = 1;\n```\n\n1. B\n   ```sh norun="it is slow"\n   ls\n   ```\n',
    );
    expect(blocks).toEqual([
      {
        line: 4,
        language: "ts",
        norun: undefined,
        file: "apps/a/b.ts",
        of: undefined,
        lines: ["// file: apps/a/b.ts", "const a = 1;"],
      },
      {
        line: 10,
        language: "sh",
        norun: "it is slow",
        file: undefined,
        of: undefined,
        lines: ["ls"],
      },
    ]);
  });

  it("shows files of the checkout in parts", () => {
    const shown = page(
      '```ts of="a.ts"\na\n\nb\n```\n```ts of="b.ts"\nc\n```\n```ts of="a.ts"\nd\n```',
    );
    expect([...Page.parts(shown)]).toEqual([
      ["a.ts", ["a", "b", "d"]],
      ["b.ts", ["c"]],
    ]);
    expect(shown.blocks.filter((block) => Page.isIdle(block, undefined))).toEqual([]);
  });

  it("is refused with a block that does not end, or an info string that nobody knows", () => {
    expect(() => page("```ts\na")).toThrow("a.md:1: the block has no end");
    expect(() => page("```ts norun\na\n```")).toThrow("a.md:1: ```ts norun is no info");
  });

  it.each([
    ["```\na\n```", 1],
    ["```sql\nselect 1\n```", 1],
    ["```text\na\n```", 1],
    ["```ts\na\n```\n```text\na\n```", 0],
    ['```text norun="a formula"\na\n```', 0],
    ["```sql\n-- file: a.sql\nselect 1\n```", 0],
    ['```json file="a.json"\n{}\n```', 0],
  ])("is told where a block does nothing: %j", (text, count) => {
    const { blocks } = page(text);
    expect(blocks.filter((block, at) => Page.isIdle(block, blocks[at - 1]))).toHaveLength(count);
  });

  it("has files, which later blocks change", () => {
    const first = "```ts\n// file: a.ts\nconst a = 1;\n\nconst b = 2;\nconst c = 3;\n```\n";
    const change = (lines: string) => `\`\`\`diff file="a.ts"\n${lines}\n\`\`\`\n`;
    const read = (lines: string) => Page.files(page(first + change(lines))).get("a.ts");
    expect(
      read("-const a = 1;\n+const a = 7;\n \n const b = 2;\n@@\n const c = 3;\n+const d = 4;"),
    ).toBe("// file: a.ts\nconst a = 7;\n\nconst b = 2;\nconst c = 3;\nconst d = 4;\n");
    expect(() => read("-const a = 2;")).toThrow("line 9: it is 0 times in a.ts: const a = 2;");
    expect(() => read(" const")).toThrow("line 9: it is 0 times in a.ts: const\n");
    expect(Page.files(page(`${first}\`\`\`ts\n// file: a.ts\n\`\`\``)).get("a.ts")).toBe(
      "// file: a.ts\n",
    );
  });

  it("has links, of which those to elsewhere are nobody's business here", () => {
    expect(Page.links(page("[a](b.md#c) [d](https://e.f) [g](#h)\n[i](../j)"))).toEqual([
      "b.md",
      "../j",
    ]);
  });
});

describe("docstrings", () => {
  const folder = mkdtempSync(join(tmpdir(), "docstrings-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(join(folder, "A.ts"), text);
    return Docstring.read(folder, "A.ts").map(({ name, text }) => [name, text]);
  };

  it("stand right above what is exported, whatever the linter is told between", () => {
    expect(
      read(
        "/** A. */\n// biome-ignore lint/a: b\nexport const a = 1;\n\n/** Not of b. */\n\nexport class b {}\n",
      ),
    ).toEqual([
      ["a", "A."],
      ["b", ""],
    ]);
  });

  it("are those of where a name is declared, where it is handed on", () => {
    writeFileSync(join(folder, "B.ts"), "/** C. */\nexport type C = 1;\nexport type D = 1;\n");
    expect(read('export { type C, e as f } from "./B.ts";\n')).toEqual([["C", "C."]]);
    expect(read('export * from "./B.ts";\n')).toEqual([
      ["C", "C."],
      ["D", ""],
    ]);
  });

  it("have examples, with what each prints", () => {
    const text =
      "/**\n * A.\n *\n * @example Of a\n * ```ts\n * a();\n * ```\n * ```text\n * 1\n * ```\n */";
    writeFileSync(join(folder, "A.ts"), `${text}\nexport const a = 1;\n`);
    const [a] = Docstring.read(folder, "A.ts");
    expect(a && Docstring.examples(a)).toEqual([{ lines: ["a();"], prints: ["1"] }]);
  });

  it("are refused with exports of a form that would be missed", () => {
    expect(() => read("export default 1;\n")).toThrow("A.ts:1: export default 1; is no export");
    expect(() => read("const a = 1;\nexport { a };\n")).toThrow("export a name where it is");
  });

  it("of a module stand behind its imports, alone", () => {
    const isIntroduced = (text: string) => {
      writeFileSync(join(folder, "A.ts"), text);
      return Docstring.isIntroduced(folder, "A.ts");
    };
    expect(isIntroduced('import "a";\n\n/** A. */\n\nexport const a = 1;\n')).toBe(true);
    expect(isIntroduced('import "a";\n\n/** Of a. */\nexport const a = 1;\n')).toBe(false);
  });
});

describe("what a page shows", () => {
  it("is commands, what they print and how they end", () => {
    expect(Shown.commands(["$ a", "b", "$ c # ends with 3"])).toEqual([
      { typed: "a", code: 0, shown: ["b"] },
      { typed: "c # ends with 3", code: 3, shown: [] },
    ]);
    expect(() => Shown.commands(["b"])).toThrow("There is no command before b");
  });

  it.each([
    [["a"], ["a", ""], true],
    [["a"], ["b"], false],
    [["a"], ["a", "b"], false],
    [[], ["a"], false],
    [["a … c"], ["a b c"], true],
    [["a … c"], ["a b", " c"], false],
    [["a", "…", "d"], ["a", "b", "c", "d"], true],
    [["a", "…", "d"], ["a", "d"], true],
    [["a", "…", "d"], ["a", "b"], false],
    [["a.c"], ["abc"], false],
  ])("%j is %j: %s", (shown, printed, is) => {
    expect(Shown.isShown(shown, printed)).toBe(is);
  });
});
