import Sqlite from "better-sqlite3";

/**
 * What a team may write in an afternoon in place of a definition: each table read, each event put
 * together, everything in one transaction. It runs without a complaint and makes five mistakes, which
 * `verify-only` names: see docs/running-a-migration.md. `node src/byHand.ts shop.db`
 */

type Cells = Readonly<Record<string, string | number | Buffer | null>>;

const [path = ""] = process.argv.slice(2);
const db = new Sqlite(path, { fileMustExist: true });
const rows = (sql: string, ...values: ReadonlyArray<unknown>) =>
  db.prepare<Array<unknown>, Cells>(sql).all(...values);

db.exec(`create table if not exists events (
  aggregate_type text not null, aggregate_id text not null, sequence integer not null,
  event_type text not null, event_version text not null, payload text not null,
  metadata text not null, primary key (aggregate_type, aggregate_id, sequence))`);
const insert = db.prepare("insert into events values (?, ?, 1, ? || '::Migrated', '1.0', ?, '{}')");
const migrated_at = new Date().toISOString();
const append = (type: string, id: unknown, payload: object) =>
  insert.run(type, String(id), type, JSON.stringify(payload));

const lower = (cell: Cells[string] | undefined) => String(cell).toLowerCase();
const euros = (cents: Cells[string] | undefined) => String(Number(cents) / 100);
const kilos = (weight: Cells[string] | undefined) => Math.round(Number(weight) * 100) / 100;
const orNull = <A>(cell: Cells[string] | undefined, value: A) =>
  cell === null || cell === "" ? null : value;
const plain = (moment: Date) => moment.toISOString().replace(".000Z", "Z");
const moment = (cell: Cells[string] | undefined) =>
  cell === "" ? null : plain(new Date(String(cell)));
const day = (cell: Cells[string] | undefined) =>
  String(cell).replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3");

const statuses: Readonly<Record<string, string>> = {
  new: "New",
  packed: "Packed",
  shipped: "Shipped",
};
const payments: Readonly<Record<string, string>> = {
  open: "Open",
  paid: "Paid",
  refunded: "Refunded",
};

db.transaction(() => {
  for (const row of rows("select * from customers order by created_at")) {
    append("Customer", lower(row.id), {
      _tag: "Migrated",
      name: row.name,
      email: row.email,
      invited_by: orNull(row.invited_by, lower(row.invited_by)),
      is_company: row.is_company === 1,
      consent: {
        newsletter: row.newsletter === 1,
        given_at:
          row.newsletter_since === null ? null : new Date(Number(row.newsletter_since) * 1000),
      },
      created_at: new Date(Number(row.created_at) * 1000),
      deleted_at: row.deleted_at === "" ? null : new Date(`${row.deleted_at}Z`),
      migrated_at,
    });
  }
  for (const row of rows("select * from categories")) {
    append("Category", row.id, {
      _tag: "Migrated",
      name: row.name,
      parent: row.parent_id,
      place: row.place,
      is_hidden: row.hidden === 1,
      migrated_at,
    });
  }
  for (const row of rows("select * from products")) {
    append("Product", `${row.supplier}:${row.sku}`, {
      _tag: "Migrated",
      supplier: row.supplier,
      sku: row.sku,
      category: row.category_id,
      name: row.name,
      price: euros(row.price_cents),
      weight: orNull(row.weight_kg, String(kilos(row.weight_kg))),
      details: orNull(row.details, JSON.parse(String(row.details))),
      image: Buffer.isBuffer(row.image) ? row.image.toString("base64") : null,
      is_active: row.tombstone === 1,
      revised_at: plain(new Date(Number(row.revised_ms))),
      migrated_at,
    });
  }
  const joined = `select orders.*, code from orders
    join order_statuses on order_statuses.id = status_id order by placed_at`;
  for (const row of rows(joined)) {
    const lines = rows("select * from order_lines where order_id = ? order by position", row.id);
    append("Order", row.id, {
      Migrated: {
        customer: lower(row.customer_id),
        status: statuses[String(row.code)] ?? "Shipped",
        payment: payments[String(row.payment)],
        total: euros(row.total_cents),
        is_gift: row.is_gift === 1,
        note: row.note,
        coupon: orNull(row.coupon, row.coupon),
        deliver_on: orNull(row.deliver_on, day(row.deliver_on)),
        placed_at: moment(row.placed_at),
        deleted_at: moment(row.deleted_at),
        lines: lines.map(({ position, supplier, sku, quantity, price_cents }) => ({
          position,
          supplier,
          sku,
          quantity,
          price: euros(price_cents),
          discount: null,
        })),
        migrated_at,
      },
    });
  }
})();
db.close();
