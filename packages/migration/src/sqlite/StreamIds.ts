import type { FoundTable } from "@ledgerfold/declaration/Writing";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { type RawBuilder, sql } from "kysely";
import { keyOf, type RawRow } from "../BadData.ts";
import type { LegacyRows } from "../LegacySource.ts";

/**
 * The streams that the rows of a table make, in a temporary table: SQLite compares their ids as the
 * log does, and no number of them fills the memory.
 */
export const claim = (database: Service, table: FoundTable): LegacyRows["claim"] => {
  let isMade = false;
  const make = () => {
    for (const statement of [
      sql`drop table if exists ${claimed}`,
      sql`create table ${claimed} (id text primary key, legacy_row integer) without rowid`,
    ]) {
      database.execute(SqliteQuery.raw(statement));
    }
    isMade = true;
  };
  const nameOf = (rowid: bigint) => {
    const [cells] = database.execute(
      SqliteQuery.raw(sql<RawRow>`select ${sql.join(table.key.map((column) => sql.id(column)))}
        from ${sql.id(table.name)} where rowid = ${rowid}`),
    );
    return keyOf(table, cells ?? {}, rowid);
  };
  return (claims) =>
    database.run(`looking for rows of ${table.name} that make one stream`, () => {
      if (!isMade) make();
      const [take, taken] = [database.prepare(taking), database.prepare(takenBy)];
      return claims.map(({ id, rowid }) => {
        if (take.run(id, rowid).changes > 0) return undefined;
        const by = taken.get(id)?.legacy_row ?? rowid;
        // Outside of a transaction the work may be done again.
        return by === rowid ? undefined : nameOf(by);
      });
    });
};

const claimed: RawBuilder<unknown> = sql.id("temp", "ledgerfold_claimed_streams");
const taking = SqliteQuery.once(sql`insert into ${claimed} values (${""}, ${0n})
  on conflict do nothing`);
const takenBy = SqliteQuery.once(sql<{ legacy_row: bigint }>`
  select legacy_row from ${claimed} where id = ${""}`);
