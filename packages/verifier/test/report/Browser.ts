import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";

/** A real browser, without which there is no telling what a page does. */
const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

const advice = `no browser at ${executable}: apt-get install chromium, or set CHROMIUM to one`;

/** On a developer's bare machine the suite is skipped by name; where `CI` is set it fails. */
export const inBrowser = (name: string, suite: (open: Open) => void): void => {
  const isMissing = !existsSync(executable);
  const isOptional = process.env.CHROMIUM === undefined && !process.env.CI;
  const said = isMissing ? `${name} (${advice})` : name;
  describe.skipIf(isMissing && isOptional)(said, { timeout: 60_000 }, () => {
    const directory = mkdtempSync(join(tmpdir(), "report-"));
    let browser: Browser | undefined;
    let count = 0;
    beforeAll(async () => {
      if (isMissing) throw new Error(advice);
      browser = await chromium.launch({ executablePath: executable });
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      rmSync(directory, { recursive: true, force: true });
    });
    suite(async (source, options = {}) => {
      if (browser === undefined) throw new Error("The browser is not up yet");
      const path = join(directory, `${++count}.html`);
      writeFileSync(path, source);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      const requests: Array<string> = [];
      const problems: Array<string> = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => problems.push(message.text()));
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("dialog", (dialog) => {
        problems.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      const url = pathToFileURL(path).href;
      await page.goto(url);
      return {
        page,
        url,
        requests,
        problems,
        [Symbol.asyncDispose]: () => context.close(),
      };
    });
  });
};

/** Opens a page from a file, as a person would. */
export type Open = (source: string, options?: BrowserContextOptions) => Promise<Opened>;

interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly url: string;
  /** The addresses that were asked for, the page's own first. */
  readonly requests: ReadonlyArray<string>;
  /** What the console said, errors of scripts and dialogs. */
  readonly problems: ReadonlyArray<string>;
}
