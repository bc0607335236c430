import { addressOf, packages, pagesIn, read } from "./Checkout.ts";

interface Item {
  readonly text: string;
  readonly link?: string;
  readonly items?: Array<Item>;
  readonly collapsed?: boolean;
}

/** Every page, in the order of reading. */
export const sidebar = (): Array<Item> => [
  group("Start", ["tutorial", "architecture", "comparison", "bank-account"]),
  group("How to", [
    "concurrency",
    "testing",
    "changing-an-event",
    "subscriptions",
    "event-store",
    "operations",
    "scaling",
  ]),
  group("Coming from", ["coming-from-emmett", "coming-from-castore"]),
  group("Migrating a database", [
    "your-own-tables",
    "your-own-tables-in-postgresql",
    "running-a-migration",
    "MIGRATION",
    "verification",
    "proof-format",
  ]),
  group("What it costs, and how it fares", ["performance", "reliability"]),
  {
    text: "Reference",
    link: "/api/",
    items: packages().map(({ name, modules }) => ({
      text: name,
      link: `/api/${name}/`,
      collapsed: true,
      items: modules.map((module) => ({
        text: module.name.replace(`@ledgerfold/${name}/`, ""),
        link: addressOf(module.name),
      })),
    })),
  },
  {
    text: "Decisions",
    link: "/adr/",
    collapsed: true,
    items: pagesIn("docs/adr").flatMap((path) => {
      const name = path.replace(/^docs\/|\.md$/g, "");
      return name === "adr/README" ? [] : [{ text: titleOf(path), link: `/${name}` }];
    }),
  },
];

const group = (text: string, names: ReadonlyArray<string>): Item => ({
  text,
  items: names.map((name) => ({ text: titleOf(`docs/${name}.md`), link: `/${name}` })),
});

const titleOf = (path: string): string =>
  /^# (.+)$/m.exec(read(path))?.[1]?.replaceAll("`", "") ?? path;
