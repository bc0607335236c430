import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Plan } from "@ledgerfold/declaration/Plan";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { type Service, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { Effect } from "effect";
import { sql } from "kysely";
import * as Kinds from "./Kinds.ts";
import { columnsOf, kindOf } from "./LegacyTables.ts";
import { stands } from "./Ranges.ts";

/** A column that has something in some rows, which the operator is to confirm before a run. */
export interface ToConfirm {
  readonly table: string;
  readonly column: string;
  readonly rows: number;
  /** What the definition says of it. */
  readonly words: string;
}

type Stated = Pick<Plan, "types" | "migrations">;

export const isStated = (plan: Stated): boolean => statedIn(plan).length > 0;

/** In the order of the migration; columns that say nothing in any row are left out. */
export const read = (
  plan: Stated,
): Effect.Effect<ReadonlyArray<ToConfirm>, StoreError, SqliteDatabase> =>
  Effect.flatMap(SqliteDatabase, (database) =>
    Effect.forEach(statedIn(plan), (one) =>
      database.run(`counting rows of ${one.table.names[0]}`, () => count(database, one)),
    ),
  ).pipe(Effect.map((found) => found.flat()));

const statedIn = ({ types, migrations }: Stated) =>
  types.flatMap((type) => {
    const { table, definition } = migrations[type] ?? {};
    if (table === undefined) return [];
    return Object.entries(definition?.confirm ?? {}).map(([column, words]) => ({
      table,
      column,
      words,
    }));
  });

const count = (
  database: Service,
  { table: { names, columns, where }, column, words }: ReturnType<typeof statedIn>[number],
): ReadonlyArray<ToConfirm> => {
  const table = names.find((one) => kindOf(database, one)?.startsWith("table"));
  if (table === undefined || !columnsOf(database, table).has(folded(column))) return [];
  const nothing = [null, ...(columns[column]?.kind?.none ?? [])];
  const [found] = database.execute(
    SqliteQuery.raw(sql<{ rows: bigint }>`
      select count(*) as rows from ${sql.id(table)}
      where ${Kinds.rows(where)} and ${stands(column, { none: nothing })}`),
  );
  const rows = Number(found?.rows ?? 0n);
  return rows === 0 ? [] : [{ table, column, rows, words }];
};
