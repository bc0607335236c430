import { DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import { Effect, Option } from "effect";
import { type Compilable, type RawBuilder, sql } from "kysely";
import { type BadCell, display, type RawRow } from "../BadData.ts";
import type { Cell } from "../Cell.ts";
import * as LegacyTimestamp from "../LegacyTimestamp.ts";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { FoundTable, RowOrder } from "@ledgerfold/declaration/Writing";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Form } from "@ledgerfold/declaration/Kind";
import * as Zone from "@ledgerfold/declaration/internal/Zone";
import type { Where } from "@ledgerfold/declaration/Where";
import * as Kinds from "./Kinds.ts";

/**
 * The order in which the rows of a table are migrated: their rowids, in 8 bytes a row. The rows are
 * read later, some at a time, because a statement left open would block the writes between.
 */

/** The order of a table that cannot be read. */
export const none: RowOrder = {
  rowids: new BigInt64Array(0),
  cells: () => nothing,
  problems: () => [],
};

const nothing: RawRow = {};

/** Orders by the declared columns, a moment by its value and not its text, then by the key. */
export const make = (database: Service, table: FoundTable): Effect.Effect<RowOrder, StoreError> =>
  Effect.gen(function* () {
    const operation = `ordering ${table.name}`;
    const found = new BigInt64Array(yield* countOf(database, table));
    const order = table.table.order.filter((name) => table.columns.has(folded(name)));
    const formOf = (name: string) => table.table.columns[name]?.kind?.form;
    const [moment] = order.filter((name) => isMoment(formOf(name)));
    const by = [...order.filter((name) => name !== moment), ...table.key];
    const query = SqliteQuery.raw(sql<{ rowid: bigint; moment: Cell }>`
      select rowid as rowid, ${moment === undefined ? sql`null` : sql.id(moment)} as moment
      from ${sql.id(table.name)} where ${Kinds.rows(table.table.where)}
      order by ${sql.join(by.map((name) => sql`${sql.id(name)} collate binary`))}, rowid`);
    const form = formOf(moment ?? "");
    const moments = isMoment(form) ? new Moments(found.length, form.zone) : undefined;
    yield* each(database, table, query, found.length, (row, place) => {
      found[place] = row.rowid;
      moments?.set(place, row.moment);
    });
    const rowids =
      moments === undefined
        ? found
        : BigInt64Array.from(
            new Uint32Array(found.length).map((_, place) => place).sort(moments.compare),
            (at) => found[at] ?? 0n,
          );
    const twice = yield* database.run(operation, () =>
      doubled(database, table, keyOnce(table.key, table.table.where)),
    );
    return {
      rowids,
      cells: () => nothing,
      problems: (place, key) => twice(rowids[place] ?? 0n, key),
    };
  });

const isMoment = (form: Form | undefined) => form !== undefined && Zone.mayLack(form);

/** The moments of rows by their places, exact to the nanosecond; what cannot be read comes last. */
export class Moments {
  readonly #milliseconds: Float64Array;
  // A million rows must fit in little memory, so the array that few files need is made on demand.
  readonly #nanoseconds: { readonly made: Int32Array | undefined; readonly make: () => Int32Array };

  readonly #zone: string | undefined;

  /** A text that says no zone is of this one, or UTC. */
  constructor(total: number, zone?: string) {
    this.#zone = zone;
    this.#milliseconds = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
    this.#nanoseconds = lazily(() => new Int32Array(total));
  }

  set(place: number, text: Cell): void {
    const moment =
      typeof text === "string" ? LegacyTimestamp.parse(text, this.#zone) : Option.none();
    if (Option.isNone(moment)) return;
    const within = ((moment.value % million) + million) % million;
    this.#milliseconds[place] = Number((moment.value - within) / million);
    if (within !== 0n) this.#nanoseconds.make()[place] = Number(within);
  }

  /** In milliseconds since 1970; infinite where it cannot be read. */
  at(place: number): number {
    return this.#milliseconds[place] ?? Number.POSITIVE_INFINITY;
  }

  readonly compare = (a: number, b: number): number =>
    compare(this.#milliseconds[a], this.#milliseconds[b]) ||
    compare(this.#nanoseconds.made?.[a], this.#nanoseconds.made?.[b]);
}

export const countOf = (database: Service, table: FoundTable): Effect.Effect<number, StoreError> =>
  database.run(`counting ${table.name}`, () => {
    const [counted] = database.execute(
      SqliteQuery.raw(sql<{ n: bigint }>`select count(*) as n from ${sql.id(table.name)}
        where ${Kinds.rows(table.table.where)}`),
    );
    return Number(counted?.n ?? 0n);
  });

/** Reads all rows of a query, some thousands at a time, and fails unless there are `total`. */
export const each = <Row>(
  database: Service,
  table: FoundTable,
  query: Compilable<Row>,
  total: number,
  read: (row: Row, place: number) => void,
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const operation = `ordering ${table.name}`;
    const rows = yield* database.run(operation, () => database.prepare(query).iterate());
    let place = 0;
    const batch = database.run(operation, () => {
      for (let n = 0; n < batchSize; n += 1) {
        const next = rows.next();
        if (next.done === true) return true;
        read(next.value, place);
        place += 1;
      }
      return false;
    });
    yield* Effect.zipLeft(batch, breathe).pipe(
      Effect.repeat({ until: (done) => done }),
      Effect.ensuring(Effect.sync(() => rows.return?.())),
    );
    if (place === total) return;
    const message = `${place} rows of ${table.name} were put in order, and there are ${total}`;
    return yield* new DatabaseError({
      ...{ database: database.path, operation, code: "SQLITE_CORRUPT_INDEX" },
      cause: new Error(message),
    });
  });

/** Made when it is first written to. */
export const lazily = <A>(
  make: () => A,
): { readonly made: A | undefined; readonly make: () => A } => {
  let made: A | undefined;
  return {
    get made() {
      return made;
    },
    make: () => {
      made ??= make();
      return made;
    },
  };
};

const million = 1_000_000n;
const batchSize = 10_000;

export const compare = (a: number | bigint | undefined, b: number | bigint | undefined): number =>
  a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;

/** A unique key, which no two rows of a table may share; `of` picks the rows that have it. */
export interface Once {
  readonly column: string;
  readonly key: RawBuilder<unknown>;
  readonly of: RawBuilder<unknown>;
}

export const keyOnce = (key: FoundTable["key"], where: Where = {}): Once => ({
  column: key[0],
  key: sql.join(key.map((column) => sql`${sql.id(column)} collate binary`)),
  of: sql.join(
    [
      ...key.map((column) => sql`typeof(${sql.id(column)}) in ('text', 'integer')`),
      Kinds.rows(where),
    ],
    sql` and `,
  ),
});

/**
 * Finds rows that share a unique key, which an application's schema may forbid and a copy of its
 * file may not. Most files have none, and to learn that takes less than to find them.
 */
export const doubled = (
  database: Service,
  table: FoundTable,
  { column, key, of }: Once,
): ((rowid: bigint, rowKey: () => string) => ReadonlyArray<BadCell>) => {
  const [some] = database.execute(
    SqliteQuery.raw(sql`
      select 1 from ${sql.id(table.name)} where ${of}
      group by ${key} having count(*) > 1 limit 1`),
  );
  if (some === undefined) return nowhere;
  const rows = database.execute(
    SqliteQuery.raw(sql<{ rowid: bigint; other: bigint; cell: Cell }>`
      select rowid as rowid, cell, iif(rowid = first, last, first) as other from (
        select rowid, ${sql.id(column)} as cell,
          min(rowid) over same as first, max(rowid) over same as last
        from ${sql.id(table.name)} where ${of} window same as (partition by ${key})
      ) where first <> last`),
  );
  const byRow = new Map(rows.map((row) => [row.rowid, row]));
  return (rowid, rowKey) => {
    const row = byRow.get(rowid);
    if (row === undefined) return [];
    const value = display(table.isSecret, row.cell);
    const rule = `must not stand twice: the row with rowid ${row.other} has the same key`;
    return [{ table: table.name, key: rowKey(), column, value, rule }];
  };
};

export const noProblems: ReadonlyArray<BadCell> = [];
export const nowhere = () => noProblems;
