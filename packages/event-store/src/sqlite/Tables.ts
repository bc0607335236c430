import { Effect } from "effect";
import type { Service } from "../Tables.ts";
import type * as Database from "./Database.ts";
import * as Query from "./Query.ts";

export const make = ({ run, execute }: Database.Service): Service => ({
  run: (build) =>
    Effect.map(
      run("a query of tables of one's own", () => execute(build(Query.builder()))),
      (rows) => rows.map(plainly),
    ),
});

const plainly = <Row>(row: Row): Row =>
  Object.fromEntries(
    Object.entries(row as object).map(([column, value]) => [
      column,
      typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value,
    ]),
  ) as Row;
