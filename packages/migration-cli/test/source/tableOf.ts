import { carried } from "@ledgerfold/declaration/Fate";
import { anyText, dayOrTime, inZone } from "@ledgerfold/declaration/Kind";
import type { Table } from "@ledgerfold/declaration/internal/Table";

/** A table of two columns, `id` and `value`, whose cells are copied whatever they are. */
export const tableOf = (name: string, zone?: string): Table => {
  const kind = zone === undefined ? anyText() : inZone(zone, dayOrTime());
  return {
    type: "Thing",
    names: [name],
    key: ["id"],
    columns: { id: carried("id", anyText()), value: carried("value", kind) },
    where: {},
    leftRows: [],
    order: [],
    rows: {},
    beside: {},
    added: {},
    isSecret: false,
    by: "nobody",
  };
};
