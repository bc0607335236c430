import { hash } from "node:crypto";
import Sqlite from "better-sqlite3";

/** A shop's database as its application would have left it; the same numbers give the same file. */

export const schema = `
  create table customers (
    id text primary key, name text not null, email text, invited_by text references customers,
    is_company boolean not null, newsletter boolean not null, newsletter_since integer,
    created_at integer not null, deleted_at text not null default '', password_hash text not null);
  create table categories (
    id integer primary key, parent_id integer references categories, name text not null,
    place integer not null, hidden boolean not null);
  create table products (
    supplier text not null, sku text not null, category_id integer references categories,
    name text not null, price_cents integer not null, weight_kg real, details text, image blob,
    tombstone integer not null, revised_ms integer not null, primary key (supplier, sku));
  create table order_statuses (id integer primary key, code text not null, label text not null);
  create table orders (
    id integer primary key, customer_id text not null references customers,
    status_id integer not null references order_statuses, payment text not null,
    total_cents integer not null, is_gift boolean not null, note text,
    coupon text not null default '', deliver_on integer, placed_at text not null,
    deleted_at text not null default '', updated_at text, channel integer);
  create table order_lines (
    order_id integer not null references orders, position integer not null,
    supplier text not null, sku text not null, quantity integer not null,
    price_cents integer not null, discount_cents integer, primary key (order_id, position));
  create table sessions (token text primary key, customer_id text);
  create table cart_items (id integer primary key, customer_id text, sku text);
  create table schema_migrations (version integer primary key);
  insert into order_statuses values
    (1, 'new', 'Neu'), (2, 'packed', 'Gepackt'), (3, 'shipped', 'Versandt'),
    (4, 'returned', 'Zurückgekommen');
  insert into schema_migrations values (1), (2), (7);`;

export interface Size {
  readonly orders: number;
  /** How many lines an order has; between 0 and 5, by chance, without it. */
  readonly lines?: number;
}

export interface Sample {
  readonly customers: number;
  readonly categories: number;
  readonly products: number;
  readonly orders: number;
  readonly lines: number;
}

const categories = 40;
const products = 200;

export const write = (path: string, { orders, lines }: Size): Sample => {
  const db = new Sqlite(path);
  // A power cut may take this file: it is made again.
  db.pragma("synchronous = off");
  db.exec(schema);
  const insert = (table: string, columns: number) => {
    const statement = db.prepare(
      `insert into ${table} values (${Array(columns).fill("?").join()})`,
    );
    return (...cells: ReadonlyArray<unknown>) => statement.run(...cells);
  };
  const customers = Math.max(10, Math.ceil(orders / 10));
  let written = 0;
  db.transaction(() => {
    const customer = insert("customers", 10);
    for (let n = 0; n < customers; n += 1) customer(...customerRow(n));
    const category = insert("categories", 5);
    for (let n = 0; n < categories; n += 1) category(...categoryRow(n));
    const product = insert("products", 10);
    for (let n = 0; n < products; n += 1) product(...productRow(n));
    const order = insert("orders", 13);
    const line = insert("order_lines", 7);
    for (let n = 0; n < orders; n += 1) {
      const count = lines ?? chance(`lines ${n}`, 6);
      const own = Array.from({ length: count }, (_, at) => lineRow(n, at));
      order(
        ...orderRow(
          n,
          customers,
          own.reduce((sum, { total }) => sum + total, 0n),
        ),
      );
      for (const { cells } of own) line(...cells);
      written += count;
    }
  })();
  db.close();
  return { customers, categories, products, orders, lines: written };
};

/** A whole number below `limit`, always the same for the same `seed`. */
const chance = (seed: string, limit: number): number =>
  Number.parseInt(hash("sha256", seed).slice(0, 12), 16) % limit;

const isOne = (seed: string, of: number): boolean => chance(seed, of) === 0;
const flag = (is: boolean): bigint => (is ? 1n : 0n);
const two = (n: number) => String(n).padStart(2, "0");

/** The first version of the shop wrote capitals. */
const uuid = (n: number): string => {
  const h = hash("sha256", `customer ${n}`);
  const id = `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
  return n % 3 === 0 ? id.toUpperCase() : id;
};

/** A second of the years 2019 to 2025. */
const second = (seed: string): number => 1_546_300_800 + chance(seed, 220_924_800);
const moment = (seed: string): string =>
  new Date(second(seed) * 1000).toISOString().replace("T", " ").replace(".000Z", "");

const first = ["Ada", "Björn", "Chloé", "Dmitri", "Eun-ji", "Fatima", "Grace", "Hugo"];
const last = ["Almeida", "Brandt", "Čapek", "Diaz", "Ewing", "Fischer", "O'Neill", "Yıldız"];
const name = (n: number) =>
  `${first[chance(`first ${n}`, first.length)]} ${last[chance(`last ${n}`, last.length)]}`;

const customerRow = (n: number) => {
  const seed = `customer ${n}`;
  const newsletter = isOne(`${seed} newsletter`, 2);
  return [
    ...[uuid(n), name(n), isOne(`${seed} email`, 9) ? null : `customer${n}@example.com`],
    ...[n > 0 && isOne(`${seed} invited`, 4) ? uuid(chance(seed, n)) : null],
    ...[flag(isOne(`${seed} company`, 5)), flag(newsletter)],
    ...[newsletter ? BigInt(second(`${seed} since`)) : null, BigInt(second(`${seed} created`))],
    ...[isOne(`${seed} deleted`, 12) ? moment(`${seed} gone`) : "", `hash-${hash("sha256", seed)}`],
  ];
};

const categoryRow = (n: number) => [
  ...[BigInt(n + 1), n < 5 ? null : BigInt(1 + chance(`category ${n}`, n))],
  ...[`Category ${n + 1}`, BigInt(n % 7), flag(isOne(`hidden ${n}`, 8))],
];

const article = (n: number) => ({
  supplier: ["nordwerk", "tessuto", "kiln"][n % 3] ?? "",
  sku: `A-${100 + Math.floor(n / 3)}`,
  cents: BigInt(99 + chance(`price ${n}`, 20_000)),
});

const productRow = (n: number) => {
  const { supplier, sku, cents } = article(n);
  return [
    ...[supplier, sku, n % 9 === 0 ? null : BigInt(1 + chance(`of ${n}`, categories))],
    ...[`Product ${n}`, cents, n % 4 === 0 ? null : (1 + chance(`weight ${n}`, 9_000)) / 1_000],
    ...[n % 5 === 0 ? null : `{"size": "${["S", "M", "L"][n % 3]}"}`],
    ...[n % 6 === 0 ? Buffer.from(hash("sha256", `image ${n}`), "hex") : null],
    ...[flag(n % 10 === 0), BigInt(second(`revised ${n}`)) * 1000n + BigInt(n)],
  ];
};

const lineRow = (order: number, at: number) => {
  const seed = `line ${order} ${at}`;
  const { supplier, sku, cents } = article(chance(seed, products));
  const quantity = BigInt(1 + chance(`${seed} quantity`, 4));
  const discount = isOne(`${seed} discount`, 5) ? cents / 10n : null;
  return {
    cells: [BigInt(order + 1), BigInt(at + 1), supplier, sku, quantity, cents, discount],
    total: quantity * cents - (discount ?? 0n),
  };
};

const orderRow = (n: number, customers: number, total: bigint) => {
  const seed = `order ${n}`;
  const placed = moment(`${seed} placed`);
  return [
    ...[BigInt(n + 1), uuid(chance(`${seed} customer`, customers)), BigInt(1 + chance(seed, 4))],
    ...[["open", "paid", "refunded"][chance(`${seed} payment`, 3)], total],
    ...[
      flag(isOne(`${seed} gift`, 6)),
      isOne(`${seed} note`, 3) ? `„leave it by the door“ ${n}` : null,
    ],
    ...[isOne(`${seed} coupon`, 7) ? `SPRING${n % 20}` : ""],
    ...[isOne(`${seed} day`, 4) ? BigInt(`2026${two(1 + (n % 12))}${two(1 + (n % 28))}`) : null],
    ...[placed, isOne(`${seed} deleted`, 30) ? moment(`${seed} gone`) : ""],
    ...[n % 2 === 0 ? null : placed, n % 3 === 0 ? 1n : null],
  ];
};
