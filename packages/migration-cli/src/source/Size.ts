import type { Session } from "@ledgerfold/event-store/postgres/Database";
import * as Query from "@ledgerfold/event-store/postgres/Query";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import type { Relation } from "./Catalog.ts";
import type { CopiedColumn, TableCopy } from "./TableCopy.ts";

/** How many bytes a copy is about to take: rather too many than too few. */
export const of = (session: Session, copies: ReadonlyArray<TableCopy>) =>
  Effect.map(
    Effect.forEach(copies, (copy) => sizeOf(session, copy)),
    (sizes) => Math.ceil(margin * sizes.reduce((sum, size) => sum + size, 0)),
  );

const margin = 1.25;

const sizeOf = (session: Session, copy: TableCopy) =>
  Effect.gen(function* () {
    const { relation } = copy.wanted;
    if (relation.kind === "view" || relation.kind === "foreign") {
      return yield* planned(session, copy);
    }
    const { pages, isSampled } = yield* stored(session, relation);
    return yield* isSampled
      ? sampled(session, copy, Math.min(100, (100 * sample) / pages))
      : planned(session, copy);
  });

/** Pages of a table, of which so many are looked at. */
const sample = 500;

/** With all whose rows a query of it gives; samples are taken of tables that are stored as usual. */
const stored = (session: Session, { oid }: Relation) =>
  Effect.map(
    session.execute(
      "measuring the source",
      Query.raw(sql<{ pages: string; others: string }>`
        with recursive tree (oid) as (
          select ${sql.lit(oid)}::oid
          union select i.inhrelid from pg_catalog.pg_inherits i join tree on tree.oid = i.inhparent
        )
        select sum(pg_relation_size(c.oid) / current_setting('block_size')::int)::text as pages,
          (count(*) filter (where am.amname <> 'heap'))::text as others
        from tree join pg_catalog.pg_class c on c.oid = tree.oid
          left join pg_catalog.pg_am am on am.oid = c.relam`),
    ),
    ([{ pages, others } = { pages: "0", others: "0" }]) => {
      return { pages: Number(pages), isSampled: others === "0" };
    },
  );

/** What a server keeps compressed is counted as it is when it is read. */
const sampled = (session: Session, { wanted, columns }: TableCopy, percent: number) => {
  const { schema, name } = wanted.relation;
  const bytes = columns.map((one) => times(wanted.sought, one));
  return Effect.map(
    session.execute(
      "measuring the source",
      Query.raw(sql<{ bytes: string }>`
        select coalesce(sum(${sql.join([sql.lit(bytesPerRow + columns.length), ...bytes], sql` + `)}), 0)::text as bytes
        from ${sql.id(schema, name)} tablesample system (${sql.lit(percent)})`),
    ),
    ([row]) => (Number(row?.bytes ?? 0) * 100 * (percent < 100 ? luck : 1)) / percent,
  );
};

/** How many pages are looked at is left to chance: four standard deviations of that. */
const luck = 1 + 4 / Math.sqrt(sample);

/** A column that rows are found by is in an index too, which is sorted in a file before it is made. */
const times = (sought: ReadonlyArray<string>, { column, select, bytes }: CopiedColumn) => {
  const name = sql.id(column.name);
  const one = sql`coalesce(${bytes?.(name) ?? sql`octet_length(${select(name)})`}, 0)`;
  return sought.includes(column.name) ? sql`3 * (${one} + ${sql.lit(bytesPerEntry)})` : one;
};

const bytesPerRow = 12;
const bytesPerEntry = 12;

const planned = (session: Session, { query, columns }: TableCopy) =>
  Effect.map(session.execute("measuring the source", Query.raw(explained(query))), ([row]) => {
    const [{ Plan }] = JSON.parse(row?.["QUERY PLAN"] ?? "[]");
    return Plan["Plan Rows"] * (Plan["Plan Width"] + bytesPerRow + columns.length);
  });

const explained = (query: RawBuilder<unknown>) =>
  sql<{ "QUERY PLAN": string }>`explain (format json) ${query}`;
