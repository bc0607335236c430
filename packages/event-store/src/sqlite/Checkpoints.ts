import { Effect } from "effect";
import { sql } from "kysely";
import type { CheckpointRows } from "../internal/Engine.ts";
import type { BulkLoad } from "./BulkLoad.ts";
import type { Service } from "./Database.ts";
import { remove } from "./Removal.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import * as Failures from "./Failures.ts";

const table = "ledgerfold_checkpoints";

export const make = (
  database: Service,
  statements: Statements,
  { run }: BulkLoad,
): CheckpointRows => ({
  checkpoints: (name) =>
    run("reading checkpoints", () =>
      statements.exists(table)
        ? statements
            .checkpoints(name !== undefined)
            .all(...(name === undefined ? [] : [name]))
            .map(Row.checkpoint)
        : [],
    ),
  // Whoever is in a transaction is the only writer.
  lockCheckpoint: () => Effect.void,
  putCheckpoint: ({ name, at, updatedAt }) =>
    run("keeping a checkpoint", () => {
      const place = [at?.position ?? 0, at?.stream.type, at?.stream.id, at?.sequence, at?.digest];
      const values = place.map((value) => value ?? null);
      Failures.insistWritten(
        statements.putCheckpoint().run(name, ...values, updatedAt).changes,
        table,
      );
    }),
  dropCheckpoint: (name) =>
    run(
      "forgetting a checkpoint",
      () =>
        statements.exists(table) &&
        remove(database, table, sql`${sql.table(table)} where name = ${name}`) > 0,
    ),
});
