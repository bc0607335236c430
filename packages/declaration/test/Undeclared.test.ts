import { describe, expect, it } from "vitest";
import { carried, leftOut, sometimes } from "../src/Fate.ts";
import { integer, text } from "../src/Kind.ts";
import * as Migration from "../src/Migration.ts";
import * as Plan from "../src/Plan.ts";
import { aggregate } from "./Loan.ts";

/** What a file has that nobody has declared, beside what is declared and not there. */

const { ledger } = Plan.make({
  words: { command: "lend", writer: "the library" },
  migrations: {
    Loan: Migration.of(aggregate, "Lent").from({
      table: "loans",
      formerly: ["lendings"],
      key: "id",
      columns: {
        id: carried("aggregate_id", integer()),
        title: carried("title", text()),
        fee: sometimes(carried("fee", text())),
        shelf: leftOut("where the book stands"),
      },
      added: { is_returned: { words: "not yet", matches: () => true } as never },
      id: ({ row }) => String(row.id),
      event: () => ({ title: "", fee: null, is_returned: false }),
      view: "Known",
    }),
  },
  leaveAlone: { settings: "how it looks" },
});

const own = ["id", "title", "fee", "shelf"];
const said = (
  tables: Readonly<Record<string, ReadonlyArray<string>>>,
  leaveOut = [""].slice(1),
) => {
  const schema = Object.entries(tables).map(([name, columns]) => ({ name, columns }));
  return ledger.refusal(ledger.judge(schema, leaveOut))?.message;
};

const made = "This database has what no known version of the library made:";
const lost = "Nothing was written, as it would be lost without a word.";
const look = (option: string) =>
  `Look at it, and declare it in a definition: with leftOut or, a whole table, under leaveAlone where it says nothing. To go on without it for once add ${option}.`;
const absent = (names: string) =>
  `Declared and not there: ${names}; where that is only another name for it, correct the definition.`;

describe("a table", () => {
  it("that is undeclared is to be declared, left alone or left out", () => {
    expect(said({ loans: own, notes: ["a"] })).toBe(
      `${made} notes. ${lost} ${look("--leave-out notes")}`,
    );
  });

  it("that is declared and not there is named beside it", () => {
    expect(said({ loan: own })).toBe(
      `${made} loan. ${absent("loans, lendings")} ${lost} ${look("--leave-out loan")}`,
    );
    expect(said({ settings: ["name"] })).toBeUndefined();
  });

  it("whose older name is there is there", () => {
    expect(said({ lendings: own, loan: own })).toBe(
      `${made} loan. ${lost} ${look("--leave-out loan")}`,
    );
  });

  it("that may be the declared one is not left out by the operator", () => {
    expect(said({ loan: own }, ["loan"])).toBe(
      `${made} loan. ${absent("loans, lendings")} ${lost} Such a name is not left out by --leave-out: correct the definition, or say in it that loan is left out: a table under leaveAlone, a column with leftOut.`,
    );
    expect(said({ Loans: own, loan: own }, ["loan"])).toBeUndefined();
    expect(said({ notes: ["a"] }, ["notes"])).toBeUndefined();
  });
});

describe("a column", () => {
  const title = ["id", "titel", "shelf"];

  it("that is declared and not there is named beside one that is undeclared", () => {
    expect(said({ loans: title })).toBe(
      `${made} loans.titel. ${absent("loans.title")} ${lost} ${look("--leave-out loans.titel")}`,
    );
    expect(said({ loans: title }, ["loans.titel"])).toContain(
      "say in it that loans.titel is left out",
    );
  });

  it("that files may lack is named where it is probably meant", () => {
    expect(said({ loans: ["id", "title", "remarks"] })).not.toContain("not there");
    expect(said({ loans: ["id", "title", "shelfs"] })).toContain("not there: loans.shelf;");
  });
});
