import type { Service } from "../Tables.ts";
import type * as Database from "./Database.ts";
import * as Query from "./Query.ts";

export const make = ({ use, schema }: Database.Service): Service => ({
  run: (build) =>
    use(({ execute }) => execute("a query of tables of one's own", build(Query.builder(schema)))),
});
