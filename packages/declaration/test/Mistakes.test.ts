import { describe, expect, it } from "vitest";
import { carried, derived, leftOut } from "../src/Fate.ts";
import { decimal, flag, integer, none, nullable, own, text, words } from "../src/Kind.ts";
import * as Migration from "../src/Migration.ts";
import { Mistaken } from "../src/Mistaken.ts";
import * as Plan from "../src/Plan.ts";
import { aggregate } from "./Loan.ts";
import * as Order from "./Order.ts";

/** What ends a program as its module loads, where the types did not see it. */

const loosely = (from: unknown) => from as (definition: object) => Migration.Migration;
const loan = loosely(Migration.of(aggregate, "Lent").from);
const order = loosely(Migration.of(Order.aggregate, "Placed").from);

const columns = {
  id: carried("aggregate_id", integer()),
  title: carried("title", text()),
  fee: carried("fee", nullable(decimal())),
  returned: carried("is_returned", flag()),
};
const { id: _, ...keyless } = columns;
const loans = {
  ...{ table: "loans", key: "id", columns, id: () => "", event: () => ({}), view: "Known" },
};

const lines = {
  id: derived(integer(), "tells lines apart"),
  order_id: derived(integer(), "whose line it is"),
  sku: carried("sku", text()),
  count: carried("count", integer()),
};
const line = { name: "lines", of: "order_id", key: "id", where: {}, leftRows: [] };
const child = { ...line, columns: lines };
const placed = {
  id: carried("aggregate_id", integer()),
  size_id: derived(integer(), "names the size"),
  city: carried("address.city", text()),
};
const size = { id: derived(integer(), "is named"), name: carried("size", text()) };
const sizes = { columns: size, rest: "unused", on: { by: "size_id", key: "id" } };
const orders = {
  ...{ table: "orders", key: "id", columns: placed, rows: { lines: child }, beside: { sizes } },
  ...{ id: () => "", event: () => ({}), view: "Known" },
};

it("takes definitions without one", () => {
  expect(loan(loans).type).toBe("Loan");
  expect(order(orders).type).toBe("Order");
});

const rule = 'give title a rule of its own under "rules"';
const spelled = own("must be a title", (cell: string) => cell);

describe.each<readonly [string, object, string]>([
  [
    "a column twice",
    { columns: { ...columns, Title: leftOut("again") } },
    "The column loans.Title is there twice, as SQLite takes names that differ only in case for one: name it once",
  ],
  [
    "a key that is no column",
    { key: "number" },
    "loans: key names number, which is no column of loans: name one of id, title, fee, returned",
  ],
  [
    "a key of which nothing is read",
    { columns: { ...columns, id: leftOut("a number") } },
    "loans.id is a key and is left out: carry it to aggregate_id, or derive something from it",
  ],
  [
    "a loss of no field",
    { losses: { shelf: { weight: "who" } } },
    "loans: losses of shelf, which is no field of the event: name one of title, fee, is_returned",
  ],
  [
    "a weight that there is not",
    { losses: { fee: { weight: "heavy" } } },
    "loans: losses of fee weigh heavy: say one of row, who, decimal, dropped, moment, text, added, metadata, view",
  ],
  [
    "a loss that means more than a line holds",
    { losses: { fee: { means: "so much ".repeat(20) } } },
    "loans: losses of fee mean 160 characters: say it in 1 to 88",
  ],
  [
    "a loss of which nothing is said",
    { losses: { fee: {} } },
    "loans: losses of fee say nothing: say a weight, or what it means",
  ],
  [
    "a question about no column",
    { confirm: { lent: "mind the date" } },
    "loans: confirm names lent, which is no column of loans: name one of id, title, fee, returned",
  ],
  [
    "a question about a column that is not read",
    { columns: { ...columns, shelf: leftOut("unread") }, confirm: { shelf: "mind the place" } },
    "loans: confirm names shelf, which is left out unread: derive something from it",
  ],
  [
    "a question that says nothing",
    { confirm: { fee: " " } },
    "loans: confirm says nothing of fee: say what to know",
  ],
  [
    "an order that is no column",
    { order: ["lent"] },
    "loans: order names lent, which is no column of loans: name one of id, title, fee, returned",
  ],
  [
    "a moment of writing that is no column",
    { writtenAt: ["lent"] },
    "loans: writtenAt names lent, which is no column of loans: name one of id, title, fee, returned",
  ],
  [
    "numbers of no column that go to no field",
    { grows: { column: "nr", field: "number" } },
    "loans: grows names nr, which is no column of loans: name one of id, title, fee, returned\nloans: grows names number, which is no field of the event: name one of title, fee, is_returned",
  ],
  [
    "a name that the table has twice",
    { formerly: ["LOANS"] },
    "The table LOANS is named twice: once is enough",
  ],
  [
    "a field that nobody fills",
    { columns: { ...keyless, id: columns.id, title: leftOut("unread") } },
    'loans: nothing fills title of Loan\'s event Lent: carry a column to it, fill it from "rows" or "beside", give it a rule under "rules", or add it under "added"',
  ],
  [
    "a field that the event has not",
    { columns: { ...columns, shelf: carried("shelf", text()) } },
    "loans fills shelf, which Loan's event Lent has not: name one of title, fee, is_returned",
  ],
  [
    "a column that goes into no field",
    { columns: { ...columns, id: derived(integer(), "is the number", "number") } },
    "loans.id goes into number, which is no field of the event: name one of title, fee, is_returned",
  ],
  [
    "two columns on one field",
    { columns: { ...columns, subtitle: carried("title", text()) } },
    `loans.title and loans.subtitle are both carried to title: ${rule}, or carry one elsewhere`,
  ],
  [
    "a kind of its own without a rule",
    { columns: { ...columns, title: carried("title", spelled) } },
    `loans.title has a kind of its own, which only its own rule can check: ${rule}`,
  ],
  [
    "a pattern that remembers",
    { columns: { ...columns, title: carried("title", text(undefined, { matching: /a/g })) } },
    "loans.title is matched with /a/g, which remembers where it stopped: leave out the flag g or y",
  ],
  [
    "a word twice",
    {
      columns: {
        ...columns,
        returned: carried(
          "is_returned",
          words([
            ["a", true],
            ["b", false],
            ["a", false],
          ]),
        ),
      },
    },
    'loans.returned has "a" twice among what its cells stand for: say once what it stands for',
  ],
  [
    "a word that stands for nothing too",
    { columns: { ...columns, fee: carried("fee", none("-", words({ "-": "0", "1": "1" }))) } },
    'loans.fee has "-" twice among what its cells stand for: say once what it stands for',
  ],
  [
    "a view that there is not",
    { view: "Closed" },
    "loans: Loan has no view Closed: name one that it has",
  ],
  [
    "a view that takes a field from nowhere",
    { view: { tag: "Known", fields: { title: "name" } } },
    "loans: the view Known takes title from name, which is no field of the event: name one of title, fee, is_returned",
  ],
  [
    "an unknown field of a view",
    { view: { tag: "Known", fields: { title: "title", colour: "fee" } } },
    "loans: the view Known has no field colour: name one of title",
  ],
  [
    "a field of a view of which nothing is said",
    { view: { tag: "Known", fields: {} } },
    "loans: the view Known has title, of which nothing is said: name a field of the event",
  ],
])("%s", (_, change, message) => {
  it("is refused", () => {
    expect(() => loan({ ...loans, ...change })).toThrow(new Mistaken([message]));
  });
});

it("takes two columns on one field that has a rule", () => {
  const twice = { ...columns, subtitle: carried("title", spelled) };
  expect(loan({ ...loans, columns: twice, rules: { title: {} } }).type).toBe("Loan");
});

const { id: ownKey, ...unkeyed } = lines;

describe.each<readonly [string, object, string]>([
  [
    "a part without its parent's key",
    { rows: { lines: { ...child, of: "orders" } } },
    "lines: of names orders, which is no column of lines: name one of id, order_id, sku, count",
  ],
  [
    "a part without a key of its own",
    { rows: { lines: { ...child, columns: unkeyed } } },
    "lines: key names id, which is no column of lines: name one of order_id, sku, count",
  ],
  [
    "parts of a table whose key is of two columns",
    { key: ["id", "city"] },
    "lines lists rows of orders, whose key is id, city: only a table of one key column can have such rows, so make one of them the key or leave lines to a migration of its own",
  ],
  [
    "a field of a part that nobody fills",
    { rows: { lines: { ...child, columns: { ...unkeyed, id: ownKey, sku: leftOut("unread") } } } },
    'lines: nothing fills lines[].sku: carry a column to it, or give lines a rule of its own under "rules"',
  ],
  [
    "a column of a part twice",
    { rows: { lines: { ...child, columns: { ...lines, SKU: leftOut("again") } } } },
    "The column lines.SKU is there twice, as SQLite takes names that differ only in case for one: name it once",
  ],
  [
    "a lookup by what is no column",
    { beside: { sizes: { ...sizes, on: { by: "size", key: "id" } } } },
    "orders: by of sizes names size, which is no column of orders: name one of id, size_id, city",
  ],
  [
    "a lookup that goes into no field",
    {
      beside: { sizes: { ...sizes, columns: { ...size, id: derived(integer(), "it", "sizes") } } },
    },
    "sizes.id goes into sizes, which is no field of the event: name one of size, address, lines, note",
  ],
  [
    "a lookup whose key is no column",
    { beside: { sizes: { ...sizes, on: { by: "size_id", key: "nr" } } } },
    "sizes: key names nr, which is no column of sizes: name one of id, name",
  ],
  [
    "a field within a field that nobody fills",
    { columns: { ...placed, city: carried("address.street", text()) } },
    'orders.city fills address.street, which the event has not: name one of city\norders: nothing fills address.city: carry a column to it, or give address a rule of its own under "rules"',
  ],
])("%s", (_, change, message) => {
  it("is refused", () => {
    expect(() => order({ ...orders, ...change })).toThrow(new Mistaken([message]));
  });
});

describe("a plan", () => {
  const plan = (migrations: Readonly<Record<string, Migration.Migration>>, leaveAlone = {}) => {
    const words = { command: "lend", writer: "the library" };
    return Plan.make({ words, migrations, leaveAlone });
  };

  it("refuses a table that two definitions claim", () => {
    const both = { Loan: loan(loans), Order: order({ ...orders, table: "LOANS" }) };
    expect(() => plan(both)).toThrow(
      "LOANS is declared twice, as the table of Loan and as the table of Order: say once what becomes of its rows",
    );
    const part = { Order: order(orders), Loan: loan({ ...loans, table: "lines" }) };
    expect(() => plan(part)).toThrow(
      "lines is declared twice, under lines of Order and as the table of Loan: say once what becomes of its rows",
    );
  });

  it("refuses a migration under another name than its aggregate's", () => {
    expect(() => plan({ Loan: loan(loans), Orders: order(orders) })).toThrow(
      new Mistaken([
        "orders: its migration is of Order and stands under Orders: name each as its aggregate's type, once",
      ]),
    );
  });

  it("refuses a table that is left alone and declared too", () => {
    expect(() => plan({ Loan: loan(loans) }, { Loans: "old" })).toThrow(
      'Loans is declared twice, as the table of Loan and left alone as "old": say once what becomes of its rows',
    );
  });
});
