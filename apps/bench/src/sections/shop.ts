import { hash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as Sample from "@ledgerfold/shop/Sample";
import Sqlite from "better-sqlite3";
import * as CopiedFile from "../CopiedFile.ts";
import * as Measurement from "../Measurement.ts";
import { median, share, shareColumns } from "../Numbers.ts";
import type { Options, Row, Section } from "../Section.ts";

/** A team's own tables, rows of children among them, beside what SQLite itself needs for them. */

const kinds = ["floor", "command", "command, verify-only"] as const;
type Kind = (typeof kinds)[number];
interface Taken {
  readonly seconds: number;
  readonly megabytes: number;
  readonly fileMegabytes: number;
}
type Samples = Readonly<Record<Kind, Array<Taken>>>;

export const command = fileURLToPath(new URL("../../../shop/src/main.ts", import.meta.url));
/** As docs/your-own-tables.md has it for large files. */
export const flags = ["--max-semi-space-size=8"];
export const lines = 3;

export const shop = ({ folder, rows, rounds, onProgress }: Options): Section => {
  const original = join(folder, "shop.db");
  const copy = (name: string) => CopiedFile.make(original, join(folder, `shop-${name}.db`));
  const measured = rows.map((orders) => {
    onProgress(`shop: writing a file of ${orders} orders`);
    const sample = Sample.write(original, { orders, lines });
    const samples: Samples = { floor: [], command: [], "command, verify-only": [] };
    for (let round = 0; round < rounds; round += 1) {
      onProgress(`shop: ${orders} orders, round ${round + 1} of ${rounds}`);
      const [bare, file] = [copy("floor"), copy("command")];
      const take = (
        kind: Kind,
        path: string,
        { seconds, megabytes }: Omit<Taken, "fileMegabytes">,
      ) => samples[kind].push({ seconds, megabytes, fileMegabytes: statSync(path).size / 1e6 });
      const run = (...words: ReadonlyArray<string>) =>
        Measurement.takeCommand(command, ["--database-url", file, ...words], flags);
      take("floor", bare, Measurement.take("shopFloor", bare));
      take("command", file, run("--force", "--no-backup"));
      take("command, verify-only", file, run("verify-only"));
      if (round === 0) Measurement.insistSame("the events of both", contents(bare), contents(file));
      for (const path of [bare, file]) CopiedFile.remove(path);
    }
    CopiedFile.remove(original);
    const all = Object.values(sample).reduce((sum, count) => sum + count, 0);
    return { orders, all, samples };
  });
  return {
    name: "shop",
    about: [
      `A shop's orders of ${lines} lines each, a tenth as many customers, 200 products and 40 categories, from rows to one event and one view row for each but the lines, which are in their order's. A row is any of them, a line too.`,
      "The floor is SQLite alone: INSERT..SELECT json_object into the same tables and indexes on a connection with the same pragmas.",
      `The command is apps/shop as it stands, run from its sources by \`node ${flags.join(" ")}\`: every value goes by its schema. Memory is the peak of the whole process.`,
      "Both files were compared: as many events and views, and the same payloads, of 500 of each, but for the moment of the run and the products' pictures, which SQLite alone cannot write.",
    ],
    settings: {},
    columns: [
      { key: "orders", title: "orders" },
      { key: "kind", title: "what" },
      { key: "seconds", title: "seconds", digits: 2 },
      ...shareColumns("of the floor's rate"),
      { key: "microsecondsARow", title: "µs a row", digits: 1 },
      { key: "megabytes", title: "peak MB", digits: 0 },
      { key: "fileMegabytes", title: "file MB", digits: 1 },
    ],
    rows: measured.flatMap(({ orders, all, samples }) =>
      kinds.map((kind) => row(orders, all, kind, samples)),
    ),
  };
};

const row = (orders: number, all: number, kind: Kind, samples: Samples): Row => {
  const of = (key: keyof Taken, one: Kind = kind) => samples[one].map((sample) => sample[key]);
  const [seconds, megabytes] = [of("seconds"), of("megabytes")];
  return {
    orders,
    kind,
    seconds: median(seconds),
    ...share(seconds, of("seconds", "floor")),
    microsecondsARow: (median(seconds) * 1e6) / all,
    megabytes: median(megabytes),
    fileMegabytes: median(of("fileMegabytes")),
    rounds: { seconds, megabytes },
  };
};

/** How many events and views there are, and a hash of what some hundreds of each say. */
const contents = (path: string) => {
  const db = new Sqlite(path, { readonly: true });
  const all = (sql: string) => db.prepare(sql).raw().all();
  const said = "json_remove(payload, '$.migrated_at', '$.image', '$.Migrated.migrated_at')";
  const tables = ["customer_view", "category_view", "product_view", "order_view"];
  const shown = tables.map((table) =>
    all(`select view_id, version, payload from ${table} order by view_id limit 500`),
  );
  const told = ["Customer", "Category", "Product", "Order"].map((type) =>
    all(`select aggregate_id, ${said} from events where aggregate_type = '${type}'
      order by aggregate_id limit 500`),
  );
  const counts = all("select aggregate_type, event_type, count(*) from events group by 1, 2");
  const views = tables.map((table) => all(`select count(*) from ${table}`));
  db.close();
  const hashes = [...shown, ...told].map((rows) => hash("sha256", JSON.stringify(rows)));
  return { counts, views, hashes };
};
