import * as Cell from "@ledgerfold/verifier/Cell";
import * as Decimal from "@ledgerfold/verifier/Decimal";
import * as Findings from "@ledgerfold/verifier/Findings";

/** The amounts of a transaction's splits add up to its own. */
export const splitsAddUp = Findings.fold({
  kinds: { "splits-differ": "the splits of a transaction do not add up to its amount" },
  start: () => new Map<Cell.Cell | undefined, Decimal.Sum>(),
  read: [
    {
      tables: ["SPLITTRANSACTIONS_V1"],
      columns: ["TRANSID", "SPLITTRANSAMOUNT"],
      add: (sums, row) => {
        const amount = Cell.decimal(row.SPLITTRANSAMOUNT);
        const sum = sums.get(row.TRANSID) ?? new Decimal.Sum();
        if (typeof amount === "string") sum.add(amount);
        sums.set(row.TRANSID, sum);
        return undefined;
      },
    },
    {
      tables: ["CHECKINGACCOUNT_V1"],
      columns: ["TRANSID", "TRANSAMOUNT"],
      add: (sums, row) => {
        const amount = Cell.decimal(row.TRANSAMOUNT);
        const sum = sums.get(row.TRANSID)?.value;
        if (sum === undefined || sum === amount || typeof amount !== "string") return undefined;
        const text = `transaction ${row.TRANSID} is of ${Decimal.show(amount)}, and its splits of ${Decimal.show(sum)}`;
        return [{ kind: "splits-differ", text }];
      },
    },
  ],
  end: () => [],
});
