import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { sql } from "kysely";
import type { AggregateSpec } from "./AggregateSpec.ts";
import { taken } from "./Kinds.ts";
import { columnOf, legacyTable, log, query } from "./Query.ts";

/**
 * Whether a file's rows go on with the log, so that each must say what its stream comes to. Where only
 * the log goes on, as after a migration, rows stay what their first events say.
 *
 * They do where an event names the change of a row that it is of, or where a row's stream was begun by
 * no migration: somebody wrote that row and the event of it.
 */
export const areRows = (database: Service, specs: ReadonlyArray<AggregateSpec>): boolean => {
  const folded = specs.filter(({ folding }) => folding !== undefined);
  const columns = log(database)?.columns;
  if (folded.length === 0 || columns === undefined) return false;
  if (!asked.every((name) => columns.has(name))) return false;
  const [later] = database.execute(query(sql`select 1 from events where sequence > 1 limit 1`));
  if (later === undefined) return false;
  const [change] = database.execute(
    query(sql`
      select 1 from events
      where iif(typeof(metadata) = 'text' and json_valid(metadata),
        json_extract(metadata, '$.change') is not null
          and json_extract(metadata, '$.legacy_table') is not null, false) limit 1`),
  );
  return change !== undefined || folded.some((spec) => hasBegunOtherwise(database, spec));
};

const asked = ["aggregate_type", "aggregate_id", "sequence", "event_type", "metadata"];

const hasBegunOtherwise = (database: Service, spec: AggregateSpec): boolean => {
  const { aggregate, prefix, tag, tables } = spec;
  const legacy = tables.map((name) => legacyTable(database, name)).find((one) => one !== undefined);
  const needed = [...Object.keys(spec.where)];
  if (
    legacy?.hasRowids !== true ||
    !needed.every((name) => legacy.columns.has(name.toLowerCase()))
  ) {
    return false;
  }
  const began = sql`aggregate_type = ${sql.lit(aggregate)} and sequence = 1
    and event_type <> ${sql.lit(prefix + tag)}`;
  const [some] = database.execute(query(sql`select 1 from events where ${began} limit 1`));
  if (some === undefined) return false;
  const [found] = database.execute(
    query(sql`
      select 1 from events where ${began} and aggregate_id in (
        select ${spec.id(columnOf(legacy))} from ${legacy.source} as legacy
        where ${taken(spec.where, "legacy")}) limit 1`),
  );
  return found !== undefined;
};
