import { expect, it } from "vitest";
import { pagesIn } from "../src/Checkout.ts";
import { shown } from "../src/Pages.ts";
import { sidebar } from "../src/Sidebar.ts";

/** Pages as VitePress reads them. */

const resolve = (link: string) => (link.startsWith("there") ? `/${link}` : undefined);

it.each([
  ["[a](there.md#b) and [`c`](gone.ts)", "[a](/there.md#b) and `c`"],
  ["![a](there.svg)", "![a](/there.svg)"],
  ["[a](there.py)", '[a](/there.py){target="_self"}'],
  ["[a](https://b.c)", "[a](https://b.c)"],
  ["```ts\n[a](gone.ts)\n```", "```ts\n[a](gone.ts)\n```"],
  ['```sh norun="b"\nc\n```', "```sh\nc\n```"],
  [
    "1. A\n   ```ts\n   // file: a.ts\n   b\n   ```\nc",
    "1. A\n   ::: code-group\n   ```ts [a.ts]\n   b\n   ```\n   :::\nc",
  ],
  ["```console\n$ a\n$ b\n```", "```sh\n$ a\n$ b\n```"],
  ["```console\n$ a\nb\n```", "```console\n$ a\nb\n```"],
  ['```json file="a.json"\n{}\n```', "::: code-group\n```json [a.json]\n{}\n```\n:::"],
])("%j is %j", (text, expected) => {
  expect(shown(text, resolve)).toBe(expected);
});

it("are all in the contents", () => {
  const links = sidebar().flatMap(({ items = [] }) => items.map(({ link }) => link));
  const pages = [...pagesIn("docs"), ...pagesIn("docs/adr")]
    .filter((path) => path !== "docs/adr/README.md")
    .map((path) => path.replace(/^docs|\.md$/g, ""));
  expect(pages.filter((page) => !links.includes(page))).toEqual([]);
});
