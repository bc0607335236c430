import { Effect } from "effect";
import type { CheckpointRows } from "../internal/Engine.ts";
import type { Service } from "./Database.ts";
import * as Failures from "./Failures.ts";
import type { FoundTables } from "./FoundTables.ts";
import * as Lock from "./Lock.ts";
import type { Removal } from "./Removal.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import { escapeNul } from "./Text.ts";

const table = "ledgerfold_checkpoints";

export const make = (
  { database, schema, use }: Service,
  statements: Statements,
  { find }: FoundTables,
  { remove }: Removal,
): CheckpointRows => ({
  checkpoints: (name) =>
    find(table, [], (session) =>
      Effect.map(
        session.execute(
          "reading checkpoints",
          statements.checkpoints(name !== undefined),
          name === undefined ? [] : [escapeNul(name)],
        ),
        (rows) => rows.map(Row.checkpoint),
      ),
    ),
  lockCheckpoint: (name) =>
    use((session) =>
      Effect.asVoid(
        session.execute("waiting for a checkpoint", Lock.ofCheckpoint, [
          `${schema} ${escapeNul(name)}`,
        ]),
      ),
    ),
  putCheckpoint: ({ name, at, updatedAt }) =>
    use((session) =>
      Effect.flatMap(
        session.execute("keeping a checkpoint", statements.putCheckpoint(), [
          escapeNul(name),
          ...(at === null
            ? [0, null, null, null, null]
            : [
                at.position,
                escapeNul(at.stream.type),
                escapeNul(at.stream.id),
                at.sequence,
                at.digest,
              ]),
          updatedAt,
        ]),
        Failures.insistWritten(database, "keeping a checkpoint", table),
      ),
    ),
  dropCheckpoint: (name) =>
    find(table, false, (session) =>
      Effect.map(
        remove(session, "forgetting a checkpoint", table, statements.dropCheckpoint(), [
          escapeNul(name),
          escapeNul(name),
        ]),
        (gone) => gone > 0,
      ),
    ),
});
