import { rmSync } from "node:fs";
import { build } from "vitepress";
import * as Api from "./Api.ts";
import { dist, pages, site } from "./Checkout.ts";
import * as Pages from "./Pages.ts";

/** `node src/build.ts`: writes the site to `dist`. */
rmSync(pages, { recursive: true, force: true });
Pages.write();
await Api.write();
await build(site, { outDir: dist });
