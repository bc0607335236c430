import * as LogShape from "@ledgerfold/declaration/internal/LogShape";
import type { Plan } from "@ledgerfold/declaration/Plan";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as FileSchema from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import { Effect } from "effect";
import type { Log } from "./log/Log.ts";
import { UsageError } from "./UsageError.ts";

/** A team's own tables that are called as a log's are: where they stand, no log can. */
export const of = (
  rows: Service,
): Effect.Effect<ReadonlyArray<string>, DatabaseBusy | DatabaseError> =>
  rows.run("looking at the schema", () =>
    FileSchema.read(rows).flatMap(({ name, columns }) =>
      LogShape.isForeign(name, columns) ? [name] : [],
    ),
  );

/** Refuses tables under the names of the log's in which no log can be kept, whoever made them. */
export const insistOnFit = (plan: Plan) =>
  Effect.asVoid(Effect.flatMap(EventStore, (store) => store.isSetUp(plan.aggregates)));

/** Before anything is written, or asked of a log that cannot be there. */
export const refuse = (
  { elsewhere }: Log,
  rows: Service,
): Effect.Effect<void, UsageError | DatabaseBusy | DatabaseError> =>
  elsewhere !== undefined
    ? Effect.void
    : Effect.flatMap(of(rows), (names) =>
        names.length === 0
          ? Effect.void
          : new UsageError({
              message: `This file has a table ${names.join(" and ")} of its own, which is no event log, so the events cannot be kept in it: say with --event-store-url where they are to be, such as sqlite:FILE. Nothing was written.`,
            }),
      );
