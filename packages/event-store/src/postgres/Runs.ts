import { Effect } from "effect";
import { sql } from "kysely";
import type { RunRows } from "../internal/Engine.ts";
import type { Service } from "./Database.ts";
import * as Failures from "./Failures.ts";
import type { FoundTables } from "./FoundTables.ts";
import * as Lock from "./Lock.ts";
import { builder } from "./LogTables.ts";
import * as Query from "./Query.ts";
import type { Removal } from "./Removal.ts";
import { makeRuns, runsTable } from "./Schema.ts";
import { inUtc } from "./Statements.ts";
import { escapeNul, unescapeNul } from "./Text.ts";

const table = runsTable;

/** The run that an event is of, without the escapes that PostgreSQL keeps and cannot read. */
const runOf = (event: string) => {
  const metadata = sql.ref(`${event}.metadata`);
  return sql`case when ${metadata}::text ~ ${sql.lit(unreadable)}
    then regexp_replace(${metadata}::text, ${sql.lit(unescaped)}, '\\1', 'g')::json
    else ${metadata} end ->> 'run_id'`;
};

/** U+0000 and halves of surrogate pairs. */
const unreadable = String.raw`\\u(?:0000|[dD][89a-fA-F]..)`;
/** The same, but for a backslash that is one itself. */
const unescaped = String.raw`(?<!\\)((?:\\\\)*)${unreadable}`;

export const make = (
  { schema, database, use }: Service,
  { exists, find }: FoundTables,
  { remove, keepPosition }: Removal,
): RunRows => {
  const { query } = builder(schema);
  const events = sql.id(schema, "events");
  return {
    runs: find(table, [], (session) =>
      Effect.map(
        session.execute(
          "reading runs",
          query
            .selectFrom(table)
            .select(["run_id", "version", "options", "counts", "roots", "outcome"])
            .select([inUtc("moment").as("moment"), inUtc("outcome_at").as("outcome_at")]),
        ),
        (rows) =>
          rows.map(({ run_id: id, moment: at, outcome_at: outcomeAt, version, ...row }) => {
            return { ...row, id: unescapeNul(id), version: unescapeNul(version), at, outcomeAt };
          }),
      ),
    ),
    putRun: ({ id, at, outcomeAt, version, ...row }) =>
      use((session) =>
        Effect.gen(function* () {
          yield* session.execute("keeping a run", Lock.forSetup);
          yield* makeRuns(session, schema);
          const values = {
            ...row,
            run_id: escapeNul(id),
            moment: at,
            version: escapeNul(version),
            outcome_at: outcomeAt,
          };
          const kept = yield* session.execute(
            "keeping a run",
            query
              .insertInto(table)
              .values(values)
              .onConflict((conflict) => conflict.column("run_id").doUpdateSet(values))
              .returning("run_id"),
          );
          yield* Failures.insistWritten(database, "keeping a run", table)(kept);
        }),
      ),
    runEvents: find("events", [], (session) =>
      Effect.map(
        session.execute(
          "looking for runs",
          Query.raw(sql<EventsRow>`
            select f.run, f.aggregate_type as type, count(*) as events,
              max(f.position) as "lastPosition", min(${inUtc("f.recorded_at")}) as first_at
            from (select ${runOf("e")} as run, e.* from ${events} e) f
            where f.run <> '' group by f.run, f.aggregate_type`),
        ),
        (rows) =>
          rows.map(({ type, first_at: firstAt, ...row }) => {
            return { ...row, type: unescapeNul(type), firstAt };
          }),
      ),
    ),
    sharedStreams: (id, types) =>
      find("events", [], (session) =>
        Effect.map(
          session.execute(
            "looking at the streams of a run",
            Query.raw(sql<{ type: string; id: string }>`
              select distinct e.aggregate_type as type, e.aggregate_id as id from ${events} e
              where e.aggregate_type = any (${types.map(escapeNul)}::text[])
                and ${runOf("e")} is distinct from ${id}
                and exists (select 1 from ${events} own
                  where own.aggregate_type = e.aggregate_type
                    and own.aggregate_id = e.aggregate_id and ${runOf("own")} = ${id})
              order by 1, 2`),
          ),
          (rows) => rows.map(({ type, id }) => ({ type: unescapeNul(type), id: unescapeNul(id) })),
        ),
      ),
    eraseRun: (id, aggregates) =>
      find("events", 0, (session) =>
        Effect.gen(function* () {
          const erase = (name: string, where: ReturnType<typeof sql>) =>
            remove(
              session,
              "rolling a run back",
              name,
              Query.removal(sql`${sql.id(schema, name)} ${where}`),
            );
          yield* keepPosition(session, "rolling a run back");
          let erased = 0;
          for (const { type, table: view } of aggregates) {
            const own = sql`e where e.aggregate_type = ${escapeNul(type)} and ${runOf("e")} = ${id}`;
            const streams = sql`select e.aggregate_id from ${events} ${own}`;
            if (yield* exists(session, view)) {
              yield* erase(view, sql`where view_id in (${streams})`);
            }
            yield* erase(
              "snapshots",
              sql`where aggregate_type = ${escapeNul(type)} and aggregate_id in (${streams})`,
            );
            erased += yield* erase("events", own);
          }
          return erased;
        }),
      ),
  };
};

interface EventsRow {
  readonly run: string;
  readonly type: string;
  readonly events: number;
  readonly lastPosition: number;
  readonly first_at: string | null;
}
