import * as Compiled from "@ledgerfold/aggregate/Compiled";
import { aggregate } from "@ledgerfold/domain/SchwabAuth";
import { Either } from "effect";
import * as AuthRow from "./AuthRow.ts";
import * as Migrate from "./Migrate.ts";

const decode = Compiled.decoder(AuthRow.AuthRow);

export const migration = Migrate.define(aggregate, "auth", (run, rows) => ({
  name: "SchwabAuth",
  key: "id",
  decode,
  id: AuthRow.aggregateId,
  plan: (row: AuthRow.AuthRow) =>
    Either.right({
      event: AuthRow.toEvent(row),
      metadata: { run_id: run.id, legacy_table: rows.table },
    }),
  onWritten: () => [],
  summary: ({ written, alreadyThere }) => {
    if (written > 0) return [{ _tag: "Result", message: "SchwabAuth migrated" }];
    return alreadyThere > 0
      ? [{ _tag: "Result", message: "No SchwabAuth to migrate (already there)" }]
      : [{ _tag: "Result", message: "No SchwabAuth to migrate (table empty)" }];
  },
}));

/** The OAuth tokens, still encrypted, where there are any. */
export const migrateSchwabAuth = Migrate.alone(migration);
