import { expect, it } from "vitest";
import { carried } from "../src/Fate.ts";
import { decimalText, integer, json, moment, none, nullable, text, words } from "../src/Kind.ts";
import type { Table } from "../src/Table.ts";
import { sentences } from "../src/Unkept.ts";

const table: Table = {
  type: "Note",
  names: ["notes", "old_notes"],
  key: ["id"],
  columns: {
    id: carried("aggregate_id", integer()),
    code: carried("code", text(undefined, { lower: true })),
    parent: carried("parent", nullable(none(-1n, integer()))),
    state: carried("state", words({ open: "Open", shut: "Closed", closed: "Closed" })),
    made: carried("made", moment(undefined, "seconds"), { into: ["changed"] }),
    changed: carried("changed", nullable(moment(undefined, "seconds"))),
    price: carried("price", decimalText(undefined, { numbers: true })),
    more: carried("more", nullable(json())),
  },
  order: [],
  where: {},
  leftRows: [],
  rows: {
    parts: {
      name: "parts",
      of: "note",
      key: "id",
      where: {},
      leftRows: [],
      columns: { at: carried("at", moment()) },
    },
  },
  beside: {},
  added: {},
  isSecret: false,
  by: "a test",
};

it("says of each column and kind what the events cannot give back", () => {
  expect(sentences([table])).toEqual([
    "notes.code: only its lower case is kept",
    "notes.parent: -1 and NULL become null alike",
    'notes.state: "shut" and "closed" become "Closed" alike',
    'notes.more: NULL and "null" become null alike',
    "notes.made and changed: all are in changed, which alone may not tell them apart",
    "moments: how they were written, with a space or T, in which zone, with which zeros at the end",
    "decimals that are text: zeros at the end, and the sign of a zero",
    "decimals that are text or numbers: which of these they were",
    "JSON: white space, the order of keys, and how numbers and characters were written",
  ]);
});

it("says nothing where every cell comes back", () => {
  const plain = { ...table, columns: { id: carried("id", integer()) }, rows: {} };
  expect(sentences([plain])).toEqual([]);
});
