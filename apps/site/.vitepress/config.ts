import { defineConfig } from "vitepress";
import { sidebar } from "../src/Sidebar.ts";

/** As GitHub does, which shows the same pages. */
const slugify = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 2h10v3H6v9H3z' fill='%233451b2'/%3E%3C/svg%3E";

/** Who searches with the words of a task wants the page about it; the reference has each word often. */
const boostDocument = (id: string) => (/^\/(?:api|adr)\//.test(id) ? 0.2 : 1);

export default defineConfig({
  title: "Ledgerfold",
  description: "Event sourcing for TypeScript on Effect",
  head: [["link", { rel: "icon", href: icon }]],
  srcDir: ".pages",
  outDir: "dist",
  markdown: { anchor: { slugify } },
  themeConfig: {
    nav: [
      { text: "Tutorial", link: "/tutorial" },
      { text: "Reference", link: "/api/" },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: "local", options: { miniSearch: { searchOptions: { boostDocument } } } },
  },
});
