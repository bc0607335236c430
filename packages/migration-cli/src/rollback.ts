import type { Found } from "@ledgerfold/event-store/Run";
import * as SqliteDatabase from "@ledgerfold/event-store/sqlite/Database";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import { quote } from "@ledgerfold/migration/internal/Cell";
import { rollBack } from "@ledgerfold/migration/RollBack";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { Effect, Option } from "effect";
import * as CommitState from "./CommitState.ts";
import { backingUp, backupOf, backupPath, committing, looking, planOf } from "./commands.ts";
import { confirmRollback, orRefuse } from "./Confirm.ts";
import * as ConsoleReport from "./ConsoleReport.ts";
import type { Definition } from "./Definition.ts";
import * as History from "./History.ts";
import * as Next from "./Next.ts";
import type { Settings } from "./OptionTable.ts";
import * as OwnTables from "./OwnTables.ts";
import * as Patience from "./Patience.ts";
import * as Places from "./Places.ts";
import { number, series } from "./Prose.ts";
import { UsageError } from "./UsageError.ts";

interface Asked extends Settings<"rollback"> {
  readonly run: Option.Option<string>;
}

/** Takes back what a run wrote, and nothing else. */
export const rollback = (definition: Definition, settings: Asked) =>
  Effect.gen(function* () {
    CommitState.begin("status");
    const places = yield* Places.ofLog(settings, definition.name);
    const to = yield* backupPath(settings);
    if (!settings.force) yield* orRefuse;
    const report = yield* ConsoleReport.make;
    const plan = yield* planOf(definition);
    const runs = yield* Effect.flatMap(SqliteDatabase.SqliteDatabase, (file) =>
      OwnTables.refuse(places.log, file),
    ).pipe(
      Effect.zipRight(OwnTables.insistOnFit(plan)),
      Effect.zipRight(Effect.flatMap(EventStore, ({ runs }) => runs.all)),
      Effect.provide(looking(places)),
      Patience.patiently,
    );
    const { id, events } = yield* chosen(runs, settings.run, plan);
    const confirmed = [...events.values()].reduce((sum, count) => sum + count, 0);
    const isFile = places.log.file !== undefined;
    if (!settings.force) {
      const backup = backupOf(places.log, settings, to);
      yield* confirmRollback(History.plain(id), confirmed, backup, isFile);
    }
    const took = yield* Next.clock;
    const backup = settings.noBackup
      ? Effect.succeed({})
      : backingUp({ ...to, tables: plan.tables });
    const erased = yield* Effect.flatMap(backup, (options) =>
      rollBack(plan, id, {
        ...{ ...options, confirmed, onCommitted: CommitState.tell },
        ...committing(places.log),
      }),
    ).pipe(
      Effect.provide(ConsoleReport.layerLog(report, false)),
      Effect.provide(Places.writing(places)),
      Patience.patiently,
      Effect.tapErrorTag("StreamsMovedOn", ({ streams }) =>
        Effect.forEach(
          streams,
          (stream) =>
            report.listLine(
              `Moved on: ${stream.type} ${quote(stream.id)}`,
              report.note,
              report.live,
            ),
          { discard: true },
        ),
      ),
    );
    yield* report.result(
      `Rolled back the run ${History.plain(id)}: ${number(erased, "event")} deleted`,
    );
    const next = Next.typed({ definition, from: "rollback", settings }, "status");
    yield* report.note(yield* took(`Next, to see what there is: ${next}`));
  }).pipe(Effect.scoped);

/** The run that was asked for or, by default, the one that wrote last; it must have events. */
const chosen = (
  runs: ReadonlyArray<Found>,
  asked: Option.Option<string>,
  { types }: Plan,
): Effect.Effect<Found, UsageError> => {
  const written = runs.filter(({ events }) => events.size > 0);
  const last = written.toSorted((a, b) => a.lastPosition - b.lastPosition).at(-1);
  const found = Option.match(asked, {
    onNone: () => last,
    onSome: (id) => written.find((run) => run.id === id),
  });
  if (found === undefined) {
    return new UsageError({
      message: Option.match(asked, {
        onNone: () => "No run has events in this log, so there is nothing to roll back.",
        onSome: (id) =>
          `No run ${quote(id)} has events in this log: status prints those that have. Nothing was changed.`,
      }),
    });
  }
  const others = [...found.events.keys()].filter((type) => !types.includes(type));
  return others.length === 0
    ? Effect.succeed(found)
    : new UsageError({
        message: `The run ${History.plain(found.id)} wrote ${series(others.map(History.plain), "and")}, of which this command knows nothing: roll it back with the command whose run it was. Nothing was changed.`,
      });
};
