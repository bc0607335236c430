import type { Plan } from "@ledgerfold/declaration/Plan";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import { StreamsMovedOn } from "@ledgerfold/event-store/Run";
import { Effect } from "effect";
import type { BackupError } from "./Backup.ts";
import { LogChanged } from "./Migrate.ts";
import type { MigrationLog } from "./MigrationLog.ts";

/** Taking back what one run of a migration wrote. */

/** What somebody agreed to, and what is done before and after. */
export interface Options {
  /** How many events somebody agreed to lose. */
  readonly confirmed: number;
  /** Run inside the transaction, right before the first write. */
  readonly backup?: Effect.Effect<void, BackupError, MigrationLog>;
  readonly onCommitted?: (isKnown: boolean) => void;
  /** As in the options of a migration. */
  readonly onCommitting?: () => void;
}

/**
 * Takes back what a run wrote of the plan's aggregates, in one transaction: all of it or nothing.
 * Refused, before the backup, where a stream has moved on. Gives how many events that were.
 */
export const rollBack = Effect.fn("Migration.rollBack")(function* (
  { aggregates }: Plan,
  run: string,
  { confirmed, backup, onCommitted, onCommitting }: Options,
) {
  const store = yield* EventStore;
  const work = Effect.gen(function* () {
    if (onCommitted !== undefined) yield* store.afterCommit(onCommitted);
    const found = (yield* store.runs.all).find(({ id }) => id === run);
    const actual = [...(found?.events.values() ?? [])].reduce((sum, count) => sum + count, 0);
    if (actual !== confirmed) return yield* new LogChanged({ confirmed, actual });
    const streams = yield* store.runs.shared(run, aggregates);
    if (streams.length > 0) return yield* new StreamsMovedOn({ run, streams });
    if (backup !== undefined) yield* backup;
    const erased = yield* store.runs.rollBack(run, aggregates);
    onCommitting?.();
    return erased;
  });
  return yield* store.transaction(work);
});
