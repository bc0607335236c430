import Sqlite from "better-sqlite3";
import type { Measured } from "../Measurement.ts";
import * as pragmas from "./pragmas.ts";

/**
 * What SQLite itself needs for the events and views of a shop's file, as `floor` does for a bot's:
 * one transaction, the unique indexes made at the end, nothing checked.
 */
export const shopFloor = (path: string): Measured => {
  const start = performance.now();
  const db = new Sqlite(path);
  db.pragma("synchronous = extra");
  db.pragma("cache_size = -16384");
  db.exec("begin immediate");
  db.exec(`create table events (position integer primary key autoincrement, aggregate_type text not null,
    aggregate_id text not null, sequence bigint not null, event_type text not null,
    event_version text not null, payload json not null, metadata json not null, event_id text,
    recorded_at text)`);
  for (const { type, from, id, event, view } of streams) {
    const table = `${type.toLowerCase()}_view`;
    db.exec(`
      create table ${table} (view_id text not null, version bigint not null, payload json not null);
      insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
        metadata, recorded_at)
      select '${type}', ${id}, 1, '${type}::Migrated', '1.0', ${event},
        json_object('run_id', '00000000-0000-0000-0000-000000000000', 'legacy_table', '${from.split(" ")[0]}'),
        '2026-01-01T00:00:00.000Z'
      from ${from};
      insert into ${table} (view_id, version, payload) select ${id}, 1, ${view} from ${from}`);
  }
  for (const { type } of streams) {
    const table = `${type.toLowerCase()}_view`;
    db.exec(`create unique index ${table}_stream on ${table} (view_id)`);
  }
  db.exec(`create unique index events_stream on events (aggregate_type, aggregate_id, sequence);
    create unique index events_event_id on events (event_id) where event_id is not null`);
  db.exec("commit");
  const used = pragmas.read(db);
  db.close();
  return { seconds: (performance.now() - start) / 1000, count: 0, settings: used };
};

const moment = (text: string) => `replace(${text}, ' ', 'T') || 'Z'`;
const orEmpty = (text: string, milliseconds = "") =>
  `iif(${text} = '', null, replace(${text}, ' ', 'T') || '${milliseconds}Z')`;
const seconds = (number: string) =>
  `strftime('%Y-%m-%dT%H:%M:%S', ${number}, 'unixepoch') || '.000Z'`;
const cents = (number: string) =>
  `iif(${number} is null, null, rtrim(rtrim(printf('%d.%02d', ${number} / 100, ${number} % 100), '0'), '.'))`;
const flag = (column: string) => `json(iif(${column}, 'true', 'false'))`;
const migrated = "'migrated_at', '2026-01-01T00:00:00.000Z'";
const tagged = (fields: string, more = "") =>
  `json_object('_tag', 'Migrated', ${fields}${more}, ${migrated})`;
const known = (fields: string) => `json_object('_tag', 'Known', ${fields})`;

const [named, since] = [
  "'name', name, 'email', email, 'invited_by', lower(invited_by), 'is_company', " +
    flag("is_company"),
  `'created_at', ${seconds("created_at")}, 'deleted_at', ${orEmpty("deleted_at", ".000")}`,
];
const consent = `'consent', json_object('newsletter', ${flag("newsletter")}, 'given_at', ${seconds("newsletter_since")})`;
const category = `'name', name, 'parent', parent_id, 'place', place, 'is_hidden', ${flag("hidden")}`;
const product = `'supplier', supplier, 'sku', sku, 'category', category_id, 'name', name,
  'price', ${cents("price_cents")}, 'weight', rtrim(rtrim(cast(weight_kg as text), '0'), '.')`;
const active = `'is_active', ${flag("not tombstone")}`;
const order = `'customer', lower(customer_id), 'status',
  upper(substr(code, 1, 1)) || substr(code, 2), 'payment', upper(substr(payment, 1, 1)) || substr(payment, 2),
  'total', ${cents("total_cents")}, 'is_gift', ${flag("is_gift")}, 'note', note,
  'coupon', nullif(coupon, ''),
  'deliver_on', substr(deliver_on, 1, 4) || '-' || substr(deliver_on, 5, 2) || '-' || substr(deliver_on, 7, 2),
  'placed_at', ${moment("placed_at")}, 'deleted_at', ${orEmpty("deleted_at")},
  'lines', json((select json_group_array(json_object('position', position, 'supplier', supplier, 'sku', sku,
      'quantity', quantity, 'price', ${cents("price_cents")}, 'discount', ${cents("discount_cents")})
      order by position) from order_lines where order_id = orders.id))`;

const streams = [
  {
    type: "Customer",
    from: "customers order by created_at, id",
    id: "lower(id)",
    event: tagged(`${named}, ${consent}, ${since}`),
    view: known(`${named}, ${since}`),
  },
  {
    type: "Category",
    from: "categories order by id",
    id: "cast(id as text)",
    event: tagged(category),
    view: known(category),
  },
  {
    type: "Product",
    from: "products order by supplier, sku",
    id: "supplier || ':' || sku",
    // SQLite alone has no base64: none of the pictures is carried.
    event: tagged(
      `${product}, 'details', json(details), 'image', null, ${active}, 'revised_at',
      replace(strftime('%Y-%m-%dT%H:%M:%f', revised_ms / 1000.0, 'unixepoch'), '.000', '') || 'Z'`,
    ),
    view: known(`${product}, ${active}`),
  },
  {
    type: "Order",
    from: "orders join order_statuses on order_statuses.id = status_id order by placed_at, orders.id",
    id: "cast(orders.id as text)",
    event: `json_object('Migrated', json_object(${order}, ${migrated}))`,
    view: `json_object('Known', json_object(${order}))`,
  },
];
