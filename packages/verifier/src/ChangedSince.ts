import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { sql } from "kysely";
import type { StreamCase, Judged } from "./StreamCase.ts";
import type * as Cell from "./Cell.ts";
import type { Row } from "./Cell.ts";
import { type Difference, labelled } from "./Difference.ts";
import * as Moment from "./Moment.ts";
import { log, query } from "./Query.ts";
import { differs } from "./Rule.ts";
import type { AggregateSpec } from "./AggregateSpec.ts";

/**
 * Tells which differences come of an application that went on writing after the migration. The
 * row's own times prove it where they are later than the migration. An id above all that were
 * migrated, or a row that has gone on since its event, is a sign of it and no proof. Where a row
 * shows neither, its differences are left as they are.
 */
export interface ChangedSince {
  /** When the last migration began, in nanoseconds; undefined where none can be told. */
  readonly migratedAt: () => bigint | undefined;
  /** The highest id that was migrated to this aggregate. */
  readonly highestId: (spec: AggregateSpec) => bigint | undefined;
}

/** Asks the log each question once, and only when there is a difference. */
export const make = (database: Service, specs: ReadonlyArray<AggregateSpec>): ChangedSince => {
  const hasLog = () => {
    const columns = log(database)?.columns;
    return columns !== undefined && asked.every((name) => columns.has(name));
  };
  let moment: { readonly found: bigint | undefined } | undefined;
  const ids = new Map<string, bigint | undefined>();
  return {
    migratedAt: () => {
      moment ??= { found: hasLog() ? lastMoment(database, specs) : undefined };
      return moment.found;
    },
    highestId: (spec) => {
      if (!ids.has(spec.aggregate)) {
        ids.set(spec.aggregate, hasLog() ? highestId(database, spec) : undefined);
      }
      return ids.get(spec.aggregate);
    },
  };
};

const asked = ["aggregate_type", "aggregate_id", "sequence", "event_type", "payload"];

/** SQL for a field of an event's payload; NULL where the payload is not JSON. */
const field = ({ tag, tagged }: Pick<AggregateSpec, "tag" | "tagged">, name: string) =>
  sql`iif(typeof(payload) = 'text' and json_valid(payload),
    json_extract(payload, ${sql.lit(tagged === "around" ? `$.${tag}.${name}` : `$.${name}`)}), null)`;

/** Read one by one: each event of another program's may have its own, and SQLite would sort them all. */
const lastMoment = (database: Service, specs: ReadonlyArray<AggregateSpec>): bigint | undefined => {
  let last: { readonly text: string; readonly moment: bigint } | undefined;
  // Events of every type are asked, as a wrong type may be the very fault of one.
  for (const spec of new Map(specs.map((one) => [`${one.tagged} ${one.tag}`, one])).values()) {
    const moments = database.prepare(
      query(sql<{ moment: Cell.Cell }>`
        select ${field(spec, "migrated_at")} as moment from events where sequence = 1`),
    );
    for (const { moment: text } of moments.iterate()) {
      if (typeof text !== "string" || text === last?.text) continue;
      const moment = Moment.parseStored(text);
      if (moment === undefined || (last !== undefined && moment <= last.moment)) continue;
      last = { text, moment };
    }
  }
  return last?.moment;
};

const highestId = (database: Service, spec: AggregateSpec): bigint | undefined => {
  const { aggregate, grows, prefix, tag } = spec;
  if (grows === undefined) return undefined;
  const id = grows.field === null ? sql`cast(aggregate_id as integer)` : field(spec, grows.field);
  const [found] = database.execute(
    query(sql<{ highest: Cell.Cell }>`
      select max(${id}) as highest from events
      where aggregate_type = ${aggregate} and sequence = 1 and event_type = ${prefix + tag}`),
  );
  return typeof found?.highest === "bigint" ? found.highest : undefined;
};

/** The stream's differences; those that a write after the migration would explain say so. */
export const label = (
  changedSince: ChangedSince,
  spec: AggregateSpec,
  { legacy }: StreamCase,
  { differences, first }: Judged,
): ReadonlyArray<Difference> => {
  const { found } = differences;
  if (legacy === undefined || !found.some(isExplicable)) return found;
  const event = first?.content?.fields;
  const goneOn = event === undefined ? undefined : spec.hasGoneOn?.(legacy.row, event);
  const sign =
    proof(changedSince, spec, legacy.row, event?.migrated_at) ??
    (first === undefined
      ? newer(changedSince, spec, legacy.row)
      : goneOn === undefined
        ? undefined
        : `${goneOn} has gone on since: ${spec.writer} may still write`);
  if (sign === undefined) return found;
  return found.map((one) => (isExplicable(one) ? labelled(one, sign) : one));
};

const isExplicable = ({ kind, side, reason }: Difference): boolean =>
  side === "event" && (kind === "missing" || (kind === "different" && reason === differs));

const proof = (
  changedSince: ChangedSince,
  spec: AggregateSpec,
  row: Row,
  migrated: unknown,
): string | undefined => {
  const own = typeof migrated === "string" ? Moment.parseStored(migrated) : undefined;
  const moment = own ?? changedSince.migratedAt();
  if (moment === undefined) return undefined;
  const written = Object.entries(spec.writtenAt).find(([name, read]) => {
    const at = read(row[name]);
    return typeof at === "bigint" && at > moment;
  });
  return written === undefined
    ? undefined
    : `the row's ${written[0]} is after the migration: ${spec.writer} still writes`;
};

const newer = (changedSince: ChangedSince, spec: AggregateSpec, row: Row): string | undefined => {
  const id = spec.grows === undefined ? undefined : row[spec.grows.column];
  const highest = changedSince.highestId(spec);
  return typeof id === "bigint" && highest !== undefined && id > highest
    ? `the row's id is above all that were migrated: ${spec.writer} may still write`
    : undefined;
};
