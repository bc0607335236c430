import * as Cell from "@ledgerfold/verifier/Cell";
import * as Decimal from "@ledgerfold/verifier/Decimal";
import * as Findings from "@ledgerfold/verifier/Findings";

/** The fees of an invoice add up to its total. */
export const feesAddUp = Findings.fold({
  kinds: { "fees-differ": "the fees of an invoice do not add up to its total" },
  start: () => new Map<Cell.Cell | undefined, Decimal.Sum>(),
  read: [
    {
      tables: ["billing.fees"],
      columns: ["invoice_id", "amount"],
      add: (sums, { invoice_id, amount }) => {
        const read = Cell.decimalText(amount);
        const sum = sums.get(invoice_id) ?? new Decimal.Sum();
        if (typeof read === "string") sum.add(read);
        sums.set(invoice_id, sum);
        return undefined;
      },
    },
    {
      tables: ["billing.invoices"],
      columns: ["id", "number", "total"],
      add: (sums, { id, number, total }) => {
        const read = Cell.decimalText(total);
        const sum = (sums.get(id) ?? new Decimal.Sum()).value;
        if (typeof read !== "string" || sum === read) return undefined;
        const text = `invoice ${Cell.show(number)} is of ${Decimal.show(read)}, and its fees of ${Decimal.show(sum)}`;
        return [{ kind: "fees-differ", text }];
      },
    },
  ],
  end: () => [],
});
