import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { StoredEvent } from "@ledgerfold/aggregate/EventCodec";
import { Cause, Effect, Exit } from "effect";
import { DatabaseBusy, DatabaseError } from "../DatabaseError.ts";
import type { Append, AppendError, Appended, RecordedEvent, StreamId } from "../EventStore.ts";
import * as Clients from "./Pool.ts";
import type { StoredView } from "../internal/Engine.ts";
import type { Service, Session } from "./Database.ts";
import * as Call from "./AppendStatement.ts";
import * as Combiner from "../remote/Combiner.ts";
import * as Lock from "./Lock.ts";
import * as Plan from "../remote/AppendPlan.ts";
import * as Recent from "../remote/RecentViews.ts";
import * as Row from "./Row.ts";
import type { Statements } from "./Statements.ts";
import { read, written } from "./Tables.ts";

/**
 * Appends on a server: reads what all of a call's groups need to know at once, plans them, and hands
 * the whole plan to the appending function. Groups that the log has overtaken meanwhile go again.
 */

type Answer = Exit.Exit<ReadonlyArray<Appended>, AppendError>;

export const make = (database: Service, statements: Statements) => {
  const history = (session: Session, { type, id }: StreamId) =>
    Effect.map(
      session.execute("reading a history", statements.history(), [written(type), written(id), 1]),
      (rows) => rows.map(stored),
    );

  const recent = Recent.make();

  /**
   * What has to be known of the streams, and the appends for which it was read. For those to fresh
   * streams, and to streams that this process was the last to write to as far as it knows, only after
   * a refusal.
   */
  const know = (session: Session, groups: ReadonlyArray<Plan.Group>, isAgain: boolean) =>
    Effect.gen(function* () {
      const streams = new Map<string, StreamId>();
      const firsts = new Map<string, StreamId>();
      const views = new Map<string, Set<string>>();
      const ids = new Set<string>();
      const known = {
        /** Of the views that are built on, null where none is. */
        generation: null as number | null,
        versions: new Map<string, number>(),
        firsts: new Map<string, StoredEvent>(),
        views: new Map<string, StoredView>(),
        byEventId: new Map<string, RecordedEvent>(),
        histories: new Map<string, ReadonlyArray<StoredEvent>>(),
      };
      const looked = new Set<Append<Aggregate.Any>>();
      const isGuessing = !isAgain && !session.isInTransaction;
      for (const append of groups.flatMap(({ appends }) => appends)) {
        const { aggregate, id, expected, events } = append;
        if (expected === "none" && !isAgain) continue;
        const stream = { type: aggregate.type, id };
        const name = Plan.key(stream.type, id);
        const { table } = aggregate.view;
        const last = isGuessing ? recent.find(append) : undefined;
        if (last !== undefined) {
          known.generation = common(known.generation, last.generation);
          known.versions.set(name, last.view.version);
          known.views.set(Plan.key(table, id), last.view);
          if (last.first !== undefined) known.firsts.set(name, last.first);
          continue;
        }
        looked.add(append);
        streams.set(name, stream);
        if (events.some(({ event }) => aggregate.view.needsFirst(event))) firsts.set(name, stream);
        views.set(table, (views.get(table) ?? new Set()).add(id));
        for (const event of events) if (event.id !== undefined) ids.add(event.id);
      }
      if (streams.size === 0) return { known, looked };
      const names = [...streams.keys()];
      const firstNames = [...firsts.keys()];
      // In one order, so that the same statement serves again.
      const tables = [...views.keys()].sort();
      const rowIds = tables.map((table) => [...(views.get(table) ?? [])]);
      const rows = yield* session.execute(
        "looking where streams stand",
        statements.standing(tables),
        [
          JSON.stringify([...streams.values()].map(Call.named)),
          JSON.stringify([...firsts.values()].map(Call.named)),
          JSON.stringify([...ids].map(Call.identified)),
          ...rowIds.map((ids) => JSON.stringify(ids.map(Call.identified))),
        ],
      );
      for (const row of rows) {
        if (row.kind === -1) {
          const event = Row.recorded(row);
          if (event.id !== null) known.byEventId.set(event.id, event);
        } else if (row.kind === -2) {
          known.generation = common(known.generation, row.version ?? 0);
        } else if (row.kind === 0) {
          known.versions.set(names[row.place - 1] ?? "", row.version ?? 0);
        } else if (row.kind === 1) {
          const { type, version, payload } = Row.recorded(row);
          known.firsts.set(firstNames[row.place - 1] ?? "", { type, version, payload });
        } else {
          const id = rowIds[row.kind - 2]?.[row.place - 1] ?? "";
          const view = { version: row.version ?? 0, payload: row.view_payload };
          known.views.set(Plan.key(tables[row.kind - 2] ?? "", id), view);
        }
      }
      return { known, looked };
    });

  /** The plan, and for it the histories of those views that have to be folded anew. */
  const plan = (session: Session, groups: ReadonlyArray<Plan.Group>, isAgain: boolean) =>
    Effect.gen(function* () {
      const { known, looked } = yield* know(session, groups, isAgain);
      for (;;) {
        const planned = tryToPlan(groups, known);
        if (!(planned instanceof Plan.Missing)) return { planned, known, looked };
        const { type, id } = planned.stream;
        known.histories.set(Plan.key(type, id), yield* history(session, planned.stream));
      }
    });

  /** The answers; nothing for a group that has to go again. */
  const attempt = (session: Session, groups: ReadonlyArray<Plan.Group>, isAgain: boolean) =>
    Effect.gen(function* () {
      const { planned, known, looked } = yield* plan(session, groups, isAgain);
      const isGuess = (append: Append<Aggregate.Any>) => !looked.has(append);
      /** What was refused where nobody looked may have been refused for that. */
      const guessed = new Set(
        planned.flatMap(({ exit }, place) =>
          Exit.isFailure(exit) && groups[place]?.appends.some(isGuess) === true ? [place] : [],
        ),
      );
      if (planned.every(({ events }) => events.length === 0)) return answers(planned, 0, guessed);
      const ats = groups.map(({ at }) => at);
      const { statement, parameters } = Call.make(statements, planned, ats);
      const [row] = yield* session.execute("appending", statement, [
        database.patience,
        known.generation,
        ...parameters,
      ]);
      const refused = new Set<number>(JSON.parse(row?.refused ?? "[]"));
      if (!session.isInTransaction && row !== undefined) {
        for (const [place, one] of planned.entries()) {
          if (!refused.has(place)) recent.put(groups[place], one, known, row.generation);
        }
      }
      return answers(planned, row?.base ?? 0, new Set([...guessed, ...refused]));
    });

  /** With the lock in hand before anything is read, nobody can come between. */
  const attemptLocked = (groups: ReadonlyArray<Plan.Group>) =>
    database.transaction(
      database.use((session) =>
        Effect.zipRight(
          session.execute("waiting for other writers", Lock.take(database.schema)),
          attempt(session, groups, true),
        ),
      ),
    );

  const run = (waiting: ReadonlyArray<Waiting>, tries = 0): Effect.Effect<void> =>
    Effect.gen(function* () {
      if (waiting.length === 0) return;
      const groups = waiting.map(({ item }) => item);
      const given = yield* Effect.exit(
        tries < triesWithoutLock
          ? database.use((session) => attempt(session, groups, tries > 0))
          : attemptLocked(groups),
      );
      if (Exit.isSuccess(given)) {
        const again = waiting.filter(({ answer }, at) => {
          const exit = given.value[at];
          if (exit !== undefined) answer(exit);
          return exit === undefined;
        });
        return yield* run(again, tries + 1);
      }
      const error = given.cause._tag === "Fail" ? given.cause.error : undefined;
      if (isOvertaken(error) && tries < triesAtMost) return yield* run(waiting, tries + 1);
      const isOfOne = error instanceof DatabaseError && !Clients.isLost(error);
      if (isOfOne && waiting.length > 1) {
        return yield* Effect.forEach(waiting, (one) => run([one]), { discard: true });
      }
      const failure = Exit.failCause(Cause.map(given.cause, asUncertain));
      for (const { answer } of waiting) answer(failure);
    });

  const combined = Combiner.make<Plan.Group & { readonly size: number }, Appendeds, AppendError>(
    (waiting) => run(waiting),
    { limit: eventsInACall },
  );

  /** On the transaction that is open: from the first call on it has the lock. */
  const inTransaction = (
    session: Session,
    group: Plan.Group,
    tries = 0,
  ): Effect.Effect<Appendeds, AppendError> =>
    Effect.flatMap(
      attempt(session, [group], tries > 0),
      ([exit]) => exit ?? inTransaction(session, group, tries + 1),
    );

  return (group: Plan.Group): Effect.Effect<Appendeds, AppendError> =>
    database.use((session) =>
      session.isInTransaction
        ? inTransaction(session, group)
        : combined({
            ...group,
            size: group.appends.reduce((sum, { events }) => sum + events.length, 0),
          }),
    );
};

type Appendeds = ReadonlyArray<Appended>;
type Waiting = Combiner.Waiting<Plan.Group, Appendeds, AppendError>;

const eventsInACall = 1_000;
const triesWithoutLock = 3;
const triesAtMost = 20;

/** Whether the whole call was undone because of others, so that it can be made again. */
const isOvertaken = (error: unknown): boolean =>
  error instanceof DatabaseBusy
    ? error.reason === "overtaken"
    : error instanceof DatabaseError && error.code === "23505";

/** The generation of all that a plan builds on; of several none that the log could have. */
const common = (generation: number | null, other: number): number =>
  generation === null || generation === other ? other : -1;

const asUncertain = <E>(error: E): E | DatabaseError =>
  Clients.isLost(error) && error.operation === "appending" ? Clients.uncertain(error) : error;

const tryToPlan = (groups: ReadonlyArray<Plan.Group>, known: Plan.Known) => {
  try {
    return Plan.make(groups, known);
  } catch (cause) {
    if (cause instanceof Plan.Missing) return cause;
    throw cause;
  }
};

const stored = ({ type, version, payload }: StoredEvent): StoredEvent => ({
  type: read(type),
  version: read(version),
  payload,
});

/** Events got the positions after `base`, in their order, but for those of refused groups. */
const answers = (
  planned: ReadonlyArray<Plan.Planned>,
  base: number,
  refused: ReadonlySet<number>,
): ReadonlyArray<Answer | undefined> => {
  const positions: Array<number> = [];
  let last = base;
  for (const [place, { events }] of planned.entries()) {
    for (const _ of events) positions.push(refused.has(place) ? 0 : ++last);
  }
  const placed = (appended: Appended): Appended =>
    appended.position < 0
      ? { ...appended, position: positions[-appended.position - 1] ?? 0 }
      : appended;
  return planned.map(({ exit, after }, place) => {
    const isBuiltOnRefused = [...after].some((group) => refused.has(group));
    if (refused.has(place) || isBuiltOnRefused) return undefined;
    return Exit.map(exit, (appendeds) => appendeds.map(placed));
  });
};
