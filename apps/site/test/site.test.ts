import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dist, packages, pagesIn, reference, site, within } from "../src/Checkout.ts";
import { serve } from "./Host.ts";

/** The site as a static host serves it, and as a browser shows it. */

beforeAll(() => promisify(execFile)(process.execPath, ["src/build.ts"], { cwd: site }), 300_000);

const files = () =>
  readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));

it("has every page of docs, and a reference", () => {
  const pages = pagesIn("docs").map((path) => path.replace(/^docs\/|\.md$/g, ""));
  for (const page of pages) expect(files()).toContain(`${page}.html`);
  for (const module of ["aggregate/Aggregate", "event-store/sqlite/layer", "scalars/Decimal"]) {
    expect(files()).toContain(`api/${module}.html`);
  }
});

it.each(packages().flatMap(({ modules }) => modules))(
  "shows how $name is imported",
  async ({ name, source }) => {
    const page = [`${within(name)}.md`, join(within(name), "index.md")]
      .map((path) => join(reference, path))
      .find(existsSync);
    const text = readFileSync(page ?? "", "utf8");
    const shown = /^import (?:\* as \w+|\{ (?<one>\w+) \}) from "(?<from>.+)";$/m.exec(
      text,
    )?.groups;
    expect(shown?.from).toBe(name);
    if (shown?.one !== undefined) expect(await import(source)).toHaveProperty(shown.one);
  },
);

it("leads nowhere that is not there", () => {
  const texts = new Map(files().map((file) => [file, readFileSync(join(dist, file), "utf8")]));
  const lost: Array<string> = [];
  for (const [file, text] of texts) {
    for (const [, found = ""] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (/^(?:[a-z]+:|\/\/)/.test(found)) continue;
      const [path = "", anchor] = found.replaceAll("&amp;", "&").split("#");
      const absolute =
        path === "" ? file : posix.join(path.startsWith("/") ? "." : dirname(file), path);
      const target = ["", "index.html", ".html"]
        .map((end) => (end === "" ? absolute : `${absolute}${end}`).replace(/^\//, ""))
        .find((one) => existsSync(join(dist, one)) && !one.endsWith("/"));
      const isThere =
        target !== undefined &&
        (anchor === undefined ||
          anchor === "" ||
          texts.get(target)?.includes(`id="${decodeURIComponent(anchor)}"`));
      if (!isThere) lost.push(`${file}: ${found}`);
    }
  }
  expect(texts.size).toBeGreaterThan(80);
  expect([...new Set(lost)]).toEqual([]);
});

const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";
const isMissing = !existsSync(executable);
const isOptional = process.env.CHROMIUM === undefined && !process.env.CI;

describe.skipIf(isMissing && isOptional)("in a browser", { timeout: 60_000 }, () => {
  let browser: Browser;
  let host: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    host = await serve(dist);
    browser = await chromium.launch({ executablePath: executable });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await host.close();
  });

  /** Opens a page, and gives what went wrong while it was looked at. */
  const look = async (
    path: string,
    at: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    const problems: Array<string> = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(host.url)) problems.push(`asked for ${request.url()}`);
    });
    page.on("response", (response) => {
      if (!response.ok()) problems.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${host.url}${path}`, { waitUntil: "networkidle" });
    await at(page);
    await context.close();
    expect(problems).toEqual([]);
  };

  it.each([
    ["/", "Ledgerfold"],
    ["/tutorial.html", "Tutorial"],
    ["/architecture.html", "Architecture"],
    ["/adr/", "Decisions"],
    ["/api/", "Reference"],
    ["/api/event-store/Tables.html", "event-store/Tables"],
  ])("%s is shown, and all it asks for is there", (path, title) =>
    look(path, async (page) => {
      expect(await page.locator("h1").first().textContent()).toContain(title);
      const pictures = await page
        .locator("main img")
        .evaluateAll((images) =>
          images.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        );
      expect(pictures.filter((width) => width === 0)).toEqual([]);
    }),
  );

  it("finds what is searched for, on a page and in the reference", () =>
    look("/", async (page) => {
      const find = async (words: string, result: string) => {
        await page.getByRole("button", { name: "Search" }).first().click();
        await page.locator("input[type=search]").fill(words);
        await page.locator(`#localsearch-list a[href*="${result}"]`).first().click();
        await page.waitForURL(`**${result}**`);
      };
      await find("snapshot", "/tutorial.html");
      await find("catchUp", "/api/event-store/Subscription.html");
    }));

  it.each([
    ["metadata", "/event-store.html"],
    ["idempotent", "/concurrency.html"],
    ["optimistic locking", "/concurrency.html"],
    ["saga", "/subscriptions.html"],
  ])("a search for %s leads to the page about it first", (words, result) =>
    look("/", async (page) => {
      await page.getByRole("button", { name: "Search" }).first().click();
      await page.locator("input[type=search]").fill(words);
      const first = page.locator("#localsearch-list a").first();
      await first.waitFor();
      expect(await first.getAttribute("href")).toContain(result);
    }),
  );

  const widthOf = (page: Page) =>
    page.evaluate(() => Reflect.get(globalThis, "document").documentElement.scrollWidth);

  it.each([
    "/tutorial.html",
    "/architecture.html",
    "/comparison.html",
    "/api/event-store/EventStore.html",
  ])("%s fits a narrow window", (path) =>
    look(path, async (page) => expect(await widthOf(page)).toBeLessThanOrEqual(390), {
      viewport: { width: 390, height: 800 },
    }),
  );

  it.each(["light", "dark"] as const)("is readable where it is %s", (colorScheme) =>
    look(
      "/tutorial.html",
      async (page) => {
        const contrasts = await page.evaluate(contrastsOf, [
          "main p",
          "main code",
          "main h2",
          ".VPSidebar p",
        ]);
        expect(Math.min(...contrasts)).toBeGreaterThan(4.5);
      },
      { colorScheme },
    ),
  );
});

/** Of the text in the first of each of these, against what is behind it; in the browser. */
const contrastsOf = (selectors: Array<string>): Array<number> => {
  // biome-ignore lint/suspicious/noExplicitAny: the project knows no types of a browser
  const { document, getComputedStyle } = globalThis as any;
  const rgba = (text: string) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const light = (color: ReadonlyArray<number>) => {
    const [r = 0, g = 0, b = 0] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return selectors.map((selector) => {
    let element = document.querySelector(selector);
    const text = light(rgba(getComputedStyle(element).color));
    let behind = [255, 255, 255];
    for (; element; element = element.parentElement) {
      const [r = 0, g = 0, b = 0, alpha = 1] = rgba(getComputedStyle(element).backgroundColor);
      if (alpha < 0.9) continue;
      behind = [r, g, b];
      break;
    }
    const back = light(behind);
    return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
  });
};
