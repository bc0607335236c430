import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import { cases } from "./StreamCases.ts";
import type { Cell, Row } from "./Cell.ts";
import type { Differences } from "./Difference.ts";
import * as Event from "./Event.ts";
import { parameter, query } from "./Query.ts";
import { checker } from "./Source.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/**
 * Judges the events after the first one of a stream, a page at a time, and gives the stream's last
 * sequence; undefined where it cannot be told. `number` is that of the stream's case.
 */
export const judge = (
  database: Service,
  spec: AggregateSpec,
  number: number,
  stream: { readonly start: unknown; readonly events: number },
  differences: Differences,
  onEvent: (type: Cell | undefined, content: Event.Tagged | undefined) => void,
): Effect.Effect<bigint | undefined, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    let last = stream.start;
    let seen = 1;
    while (typeof last === "bigint") {
      const after = last;
      const rows = yield* database.run("reading later events", () =>
        page(database, spec, number, after),
      );
      for (const row of rows) {
        const { sequence, content } = judgeEvent(spec, row, last, differences);
        last = sequence;
        onEvent(row.event_type, content);
      }
      if (differences.found.length > most) {
        differences.add("unreadable", "event", null, "has too many faults to read on");
        return undefined;
      }
      seen += rows.length;
      if (rows.length < pageSize) break;
      yield* breathe;
    }
    if (typeof last !== "bigint") return undefined;
    if (seen < stream.events) {
      differences.add("different", "event", "sequence", "is that of several events");
    }
    return last;
  });

const pageSize = 500;
/** So that a stream with nothing but faults does not fill the memory. */
const most = 1_000;

const page = (database: Service, spec: AggregateSpec, number: number, after: bigint) => {
  const rows = database.prepare(select(spec, (column) => column, sql`>`));
  const raw = database.prepare(select(spec, (column) => sql`cast(${column} as blob)`, sql`=`));
  const checked = checker(database);
  return rows.all(number, after).map((row) => checked(row, () => raw.get(number, row.sequence)));
};

const select = (
  spec: AggregateSpec,
  wrap: (column: RawBuilder<unknown>) => RawBuilder<unknown>,
  comparison: RawBuilder<unknown>,
) => {
  const list = ["event_type", "event_version", "payload", "metadata"].map(
    (name) => sql`${wrap(sql.id("event", name))} as ${sql.id(name)}`,
  );
  return query(sql<Row>`
    select event.sequence, ${sql.join(list)}
    from ${cases} as cases cross join events as event
      on event.aggregate_type = ${sql.lit(spec.aggregate)} and event.aggregate_id = cases.id
    where cases.number = ${parameter} and event.sequence ${comparison} ${parameter}
    order by event.sequence limit ${sql.lit(pageSize)}`);
};

/**
 * Judges one event, and gives its sequence, which the next event must follow, and what it says, where
 * nothing is wrong with it.
 */
const judgeEvent = (
  spec: AggregateSpec,
  row: Row,
  before: unknown,
  differences: Differences,
): { readonly sequence: unknown; readonly content: Event.Tagged | undefined } => {
  const { sequence } = row;
  const at = `#${typeof sequence === "bigint" ? sequence : "?"} `;
  if (typeof sequence !== "bigint") {
    const values = { stored: spec.show.cell(sequence) };
    differences.add("unreadable", "event", "sequence", "is not INTEGER", values);
  } else if (typeof before === "bigint" && sequence !== before + 1n) {
    const values = { legacy: String(before + 1n), stored: String(sequence) };
    differences.add("different", "event", "sequence", "does not follow the one before", values);
  }
  const known = differences.found.length;
  const { content, isMigrated } = Event.read(row, spec, differences, { at });
  if (isMigrated && spec.isOnlyFirst) {
    differences.add(
      "different",
      "event",
      `${at}event_type`,
      "only a first event may be a migration",
    );
  }
  if (differences.found.length === known) Event.insistReadable(row, spec, differences, at);
  return { sequence, content: differences.found.length === known ? content : undefined };
};
