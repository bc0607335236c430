import Sqlite from "better-sqlite3";

/**
 * The log of a shop's file, which our command made, as another program might have: of each order of
 * three lines thirty things are not what its rows say, each such that the event can be read, and no
 * view is there.
 */
export const write = (path: string): void => {
  const db = new Sqlite(path);
  const read = db.prepare<[number], { readonly at: number; readonly payload: string }>(
    `select rowid as at, payload from events where aggregate_type = 'Order' and rowid > ?
     order by rowid limit 1000`,
  );
  const change = db.prepare("update events set payload = ?, metadata = '{}' where rowid = ?");
  db.transaction(() => {
    db.exec("delete from order_view");
    for (let all = read.all(0); all.length > 0; all = read.all(all.at(-1)?.at ?? 0)) {
      for (const { at, payload } of all) change.run(otherwise(payload), at);
    }
  })();
  db.close();
};

interface Line {
  readonly position: number;
  readonly supplier: string;
  readonly sku: string;
  readonly quantity: number;
  readonly price: string;
  readonly discount: string | null;
}

const otherwise = (payload: string): string => {
  const { Migrated: order } = JSON.parse(payload);
  const lines: ReadonlyArray<Line> = order.lines;
  return JSON.stringify({
    Migrated: {
      ...order,
      customer: order.customer.replace(/.$/, (last: string) => (last === "0" ? "1" : "0")),
      status: order.status === "Shipped" ? "New" : "Shipped",
      payment: order.payment === "Paid" ? "Open" : "Paid",
      is_gift: !order.is_gift,
      note: order.note === null ? "-" : order.note.slice(1),
      coupon: order.coupon === null ? "-" : null,
      deliver_on: order.deliver_on === null ? "2026-01-01" : null,
      placed_at: order.placed_at.replace(/^..../, "2024"),
      deleted_at: order.deleted_at === null ? order.placed_at : null,
      lines: lines.map(({ position, supplier, sku, quantity, price, discount }) => ({
        position: position + 1,
        supplier: supplier.slice(1),
        sku: `${sku}0`,
        quantity: quantity + 1,
        price: `1${price}`,
        discount: discount === null ? "1" : null,
      })),
    },
  });
};
