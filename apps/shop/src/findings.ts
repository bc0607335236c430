import type * as Cell from "@ledgerfold/verifier/Cell";
import * as Findings from "@ledgerfold/verifier/Findings";

/** The lines of an order, less their discounts, add up to its total. */
export const linesAddUp = Findings.fold({
  kinds: { "lines-differ": "the lines of an order do not add up to its total" },
  start: () => new Map<Cell.Cell | undefined, bigint>(),
  read: [
    {
      tables: ["order_lines"],
      columns: ["order_id", "quantity", "price_cents", "discount_cents"],
      add: (sums, { order_id, quantity, price_cents, discount_cents }) => {
        const discount = discount_cents ?? 0n;
        if (typeof quantity !== "bigint" || typeof price_cents !== "bigint") return undefined;
        if (typeof discount !== "bigint") return undefined;
        sums.set(order_id, (sums.get(order_id) ?? 0n) + quantity * price_cents - discount);
        return undefined;
      },
    },
    {
      tables: ["orders"],
      columns: ["id", "total_cents"],
      add: (sums, { id, total_cents }) => {
        const sum = sums.get(id) ?? 0n;
        if (typeof total_cents !== "bigint" || sum === total_cents) return undefined;
        const text = `order ${id} is of ${total_cents} cents, and its lines of ${sum}`;
        return [{ kind: "lines-differ", text }];
      },
    },
  ],
  end: () => [],
});
