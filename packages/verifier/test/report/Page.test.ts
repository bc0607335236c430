import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import type * as Document from "../../src/Document.ts";
import { render } from "../../src/report/Html.ts";
import { inBrowser } from "./Browser.ts";
import { hostile, seen } from "./Hostile.ts";
import * as Sample from "./Sample.ts";

const thousand = Sample.differences(1000);
const page = render(Sample.differing(1000), thousand, Sample.findings);

inBrowser("the page of a verification", (open) => {
  it("shows all of it, and asks for nothing but itself", async () => {
    await using opened = await open(page);
    const { page: shown, requests, problems, url } = opened;
    expect(await shown.title()).toContain("1,000 differences, 2 findings");
    expect(await shown.getByRole("heading", { level: 1 }).textContent()).toBe(
      "1,000 differences, 2 findings",
    );
    const header = await shown.locator("header").textContent();
    for (const fact of ["/srv/st0x/data/st0x.db", "648,404,992 bytes", "3.53.2", "in 14.5 s"]) {
      expect(header).toContain(fact);
    }
    const streams = shown.getByRole("table", { name: /^How the streams/ });
    const trades = streams.getByRole("row", { name: /^OnChainTrade/ });
    expect(await trades.getByRole("cell").allInnerTexts()).toEqual([
      "",
      "1,003,417",
      "1,002,655",
      "761",
      "1",
      "0",
      "0",
      "12,004",
    ]);
    expect(await streams.getByRole("row", { name: /^All/ }).textContent()).toContain("1,217,470");
    const picture = trades.getByRole("img", {
      name: "1,002,655 same, 761 different, 1 missing; 12,004 moved on",
    });
    expect(await picture.count()).toBe(1);
    const one = await picture.locator("rect.missing").boundingBox();
    expect(one?.width).toBeGreaterThan(3);
    expect(await shown.locator(".differences tbody tr").count()).toBe(1000);
    expect(await shown.getByRole("table", { name: /^About the file/ }).textContent()).toContain(
      "BUY trades of 14.25",
    );
    const judgement = shown.getByRole("table", { name: /^Gravest first/ });
    expect(await judgement.getByRole("row", { name: /block_timestamp/ }).textContent()).toContain(
      "1,004",
    );
    const ledger = shown.getByRole("table", { name: /^What becomes of/ });
    expect(await ledger.getByRole("row", { name: /pyth_publish_time/ }).count()).toBe(1);
    const proof = shown.getByRole("table", { name: /^The rows of each table/ });
    const [events] = Sample.summary().tables.filter(({ table }) => table === "events");
    expect(
      await proof
        .getByRole("row", { name: /^events/ })
        .getByRole("cell")
        .allInnerTexts(),
    ).toEqual(["event", "1,218,303", events?.root, events?.sha256]);
    expect(requests).toEqual([url]);
    expect(problems).toEqual([]);
  });

  it("filters by text, kind, side and aggregate", async () => {
    await using opened = await open(page);
    const { page: shown } = opened;
    const settles = async (fits: (difference: Document.Difference) => boolean) => {
      const count = thousand.filter(fits).length;
      await shown
        .getByText(`${count.toLocaleString("en")} of 1,000 shown`, { exact: true })
        .waitFor();
      expect(await shown.locator(".differences tbody tr:visible").count()).toBe(count);
    };
    const text = shown.getByLabel("Text");
    await settles(() => true);
    await text.fill("nvda");
    await settles(({ id }) => id === "NVDA");
    await text.fill("STILL writes price_usdc");
    await settles(({ since, field }) => since !== null && field === "price_usdc");
    await text.fill("expected");
    await settles(() => false);
    await text.fill("");
    await shown.getByLabel("Kind").selectOption("different");
    await settles(({ kind }) => kind === "different");
    await shown.getByLabel("Side", { exact: true }).selectOption("view");
    await settles(({ kind, side }) => kind === "different" && side === "view");
    await shown.getByLabel("Aggregate").selectOption("OnChainTrade");
    await settles(() => false);
    await shown.getByLabel("Side", { exact: true }).selectOption("");
    await settles(({ kind, aggregate }) => kind === "different" && aggregate === "OnChainTrade");
    await shown.getByRole("button", { name: "Reset" }).click();
    await settles(() => true);
    expect(opened.problems).toEqual([]);
  });

  it("is worked with the keyboard alone", async () => {
    await using opened = await open(page);
    const { page: shown, requests } = opened;
    await shown.getByRole("link", { name: "Differences" }).focus();
    await shown.keyboard.press("Enter");
    await shown.keyboard.press("Tab");
    await shown.keyboard.type("214001");
    await shown.keyboard.press("Enter");
    await shown.getByText("1 of 1,000 shown", { exact: true }).waitFor();
    for (const name of ["kind", "aggregate", "side", ""]) {
      await shown.keyboard.press("Tab");
      expect(await shown.evaluate("document.activeElement.name")).toBe(name);
    }
    await shown.keyboard.press("Space");
    await shown.getByText("1,000 of 1,000 shown", { exact: true }).waitFor();
    await shown.keyboard.press("Tab");
    await shown.keyboard.press("End");
    const scrolled = () => shown.evaluate<number>("document.querySelector('.pane').scrollTop");
    await expect.poll(scrolled).toBeGreaterThan(1000);
    expect(requests).toHaveLength(1);
  });

  it("filters ten thousand while one types", async () => {
    await using opened = await open(
      render(Sample.differing(10_000, 12_345), Sample.differences(10_000), []),
    );
    const { page: shown } = opened;
    const rest = "This page shows the first 10,000 of 12,345 differences; the JSON report has all.";
    expect(await shown.getByText(rest).count()).toBe(1);
    const times = await shown.evaluate<ReadonlyArray<number>>(`(async () => {
      const input = document.querySelector("[name=text]");
      const times = [];
      for (const text of ["n", "nv", "nvd", "nvda", "nvd", ""]) {
        const before = performance.now();
        input.value = text;
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        times.push(Math.round(performance.now() - before));
      }
      return times;
    })()`);
    // Far less is usual; laid out as one table, the rows take three seconds.
    expect(Math.max(...times)).toBeLessThan(1500);
  });

  it.each(["light", "dark"] as const)("can be read in a %s scheme", async (colorScheme) => {
    await using opened = await open(page, { colorScheme });
    const { page: shown } = opened;
    const background = await shown.evaluate(
      "getComputedStyle(document.documentElement).backgroundColor",
    );
    expect(background).toBe(colorScheme === "light" ? "rgb(252, 252, 250)" : "rgb(21, 22, 23)");
    expect(await shown.evaluate(tooFaint)).toEqual([]);
  });

  it("is whole without a script", async () => {
    await using opened = await open(page, { javaScriptEnabled: false });
    const { page: shown } = opened;
    expect(await shown.locator(".differences tbody tr:visible").count()).toBe(1000);
    expect(await shown.getByRole("search").count()).toBe(0);
    expect(await shown.getByRole("heading", { name: "Findings 2", exact: true }).isVisible()).toBe(
      true,
    );
  });

  it.each([320, 700, 1000])("fits a screen of %d pixels", async (width) => {
    const rows = hostile.map((id) => ({
      ...Sample.differences(1)[0],
      id,
    })) as Array<Document.Difference>;
    await using opened = await open(
      render(Sample.differing(rows.length), [...rows, ...Sample.differences(20)], Sample.findings),
      { viewport: { width, height: 700 } },
    );
    expect(await opened.page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const values = await opened.page.locator(".differences dd").first().boundingBox();
    expect(values?.width).toBeGreaterThan(150);
  });

  it("is printed whole, without the filter", async () => {
    const paper = { width: 718, height: 1047 };
    await using opened = await open(page, { viewport: paper });
    const { page: shown } = opened;
    await shown.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await shown.getByRole("search").count()).toBe(0);
    expect(await shown.evaluate("document.documentElement.scrollWidth")).toBe(paper.width);
    const bar = await shown.locator(".bar svg").first().boundingBox();
    expect(bar?.width).toBeGreaterThan(80);
    const pane = "document.querySelector('.pane')";
    expect(await shown.evaluate(`${pane}.scrollHeight - ${pane}.clientHeight`)).toBe(0);
    expect(await shown.evaluate("getComputedStyle(document.documentElement).color")).toBe(
      "rgb(0, 0, 0)",
    );
  });

  it("shows text and runs none of it", async () => {
    const everywhere = (text: string): Document.Difference => ({
      kind: "different",
      side: "view",
      aggregate: text,
      id: text,
      field: text,
      legacy: text,
      stored: `${text}!`,
      reason: text,
      since: text,
    });
    const base = Sample.differing(hostile.length);
    const all = hostile.join(" ");
    const summary: Document.Summary = {
      ...base,
      program: { version: all, sqlite: all },
      database: { path: all, bytes: 1 },
      startedAt: all,
      finishedAt: all,
      tallies: Object.fromEntries(hostile.map((text) => [text, Sample.tally({ same: 1 })])),
      judgement: Sample.judgement(hostile.map(everywhere)),
      leftOut: hostile,
      ledger: hostile.map((text) => ({ table: text, column: text, becomes: text })),
      tables: hostile.map((text) => ({
        side: "event",
        table: text,
        rows: 1,
        root: text,
        sha256: text,
      })),
    };
    await using opened = await open(
      render(
        summary,
        hostile.map(everywhere),
        hostile.map((text) => ({ kind: text, text })),
      ),
    );
    const { page: shown, requests, problems, url } = opened;
    expect(await shown.locator(".differences th bdi").allTextContents()).toEqual(hostile.map(seen));
    expect(await shown.locator(".findings td bdi").allTextContents()).toEqual(hostile.map(seen));
    expect(await shown.locator(".judgement th bdi").allTextContents()).toEqual(
      hostile.flatMap((text) => [seen(text), seen(text)]),
    );
    expect(await shown.title()).toContain(seen(hostile[0] ?? ""));
    await shown.getByLabel("Aggregate").selectOption(seen(hostile[4] ?? ""));
    await shown.getByText(`1 of ${hostile.length} shown`, { exact: true }).waitFor();
    expect(await shown.evaluate("typeof hacked")).toBe("undefined");
    expect(await shown.locator("img, script ~ script, [onfocus], b").count()).toBe(0);
    expect(requests).toEqual([url]);
    expect(problems).toEqual([]);
  });

  it("would neither run nor fetch what got in all the same", async () => {
    let hits = 0;
    const server = createServer((_, response) => {
      hits += 1;
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const away = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const injected = `<script>globalThis.hacked = true</script><script src="${away}s"></script>
<img src="${away}i" onerror="globalThis.hacked = true"><link rel="stylesheet" href="${away}c">
<style>@import "${away}m"; h1 { color: rgb(1, 2, 3); }</style><iframe src="${away}f"></iframe>
<svg><image href="${away}v"/></svg><object data="${away}o"></object><video src="${away}w"></video>
<p id="styled" style="color: rgb(1, 2, 3); background: url(${away}b)">here</p>`;
    await using opened = await open(page.replace("<main>", () => `<main>${injected}`));
    const { page: shown } = opened;
    expect(await shown.locator("#styled").count()).toBe(1);
    await shown.evaluate(`fetch("${away}x").catch(() => {})`);
    await shown.getByLabel("Text").fill("nvda");
    await shown.getByText(/^\d+ of 1,000 shown$/).waitFor();
    expect(await shown.evaluate("typeof hacked")).toBe("undefined");
    for (const selector of ["h1", "#styled"]) {
      const color = `getComputedStyle(document.querySelector("${selector}")).color`;
      expect(await shown.evaluate(color)).not.toBe("rgb(1, 2, 3)");
    }
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(hits).toBe(0);
  });

  it("of a file without differences is short, and has no filter", async () => {
    const none = render(Sample.summary(), [], []);
    await using opened = await open(none);
    const { page: shown, problems } = opened;
    expect(await shown.getByRole("heading", { level: 1 }).textContent()).toBe(
      "Everything is the same",
    );
    expect(await shown.locator("script, form, .differences").count()).toBe(0);
    expect(problems).toEqual([]);
    expect(Buffer.byteLength(none)).toBeLessThan(40_000);
  });
});

/** The text that stands out too little from what is behind it, by WCAG's AA. */
const tooFaint = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    const [, , , alpha = 1] = channels(color);
    return alpha === 0 && element.parentElement ? behind(element.parentElement) : color;
  };
  const texts = [...document.body.querySelectorAll("*:not(script, option)")].filter((element) =>
    element.matches("input, select, button") ||
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""));
  if (texts.length < 1000) return ["not looked at"];
  return [...new Set(texts.flatMap((element) => {
    const [a, b] = [getComputedStyle(element).color, behind(element)].map(luminance);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio >= 4.5 ? [] : [element.localName + "." + element.className + " " + ratio];
  }))];
})()`;
