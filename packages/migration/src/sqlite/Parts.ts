import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import type { FoundTable } from "@ledgerfold/declaration/Writing";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { type Child, type Table, told } from "@ledgerfold/declaration/internal/Table";
import { Effect } from "effect";
import { type SqlBool, sql } from "kysely";
import { type BadCell, display, keyOf, type RawRow } from "../BadData.ts";
import type { Cell } from "../Cell.ts";
import type { LegacyPart, LegacyRow } from "../LegacySource.ts";
import { checked } from "./CheckedText.ts";
import * as Kinds from "./Kinds.ts";
import { columnsOf, isTable, kindOf, legacy, named } from "./LegacyTables.ts";

/** The rows of other tables that belong to those of a table. */
export interface Parts {
  /** What keeps such a table from being read. */
  readonly problems: ReadonlyArray<BadCell>;
  /** Rows of such tables that belong to no row, or to several. */
  readonly strays: ReadonlyArray<BadCell>;
  /** Such tables that are not there: an older schema may have none. */
  readonly missing: ReadonlyArray<string>;
  /** The parts of these rows. Synchronous and throws, like a statement. */
  readonly chunk: (rowids: BigInt64Array) => (rowid: bigint) => LegacyRow["parts"];
}

const nothing: LegacyRow["parts"] = {};

export const make = (database: Service, table: FoundTable): Effect.Effect<Parts, StoreError> =>
  Effect.gen(function* () {
    const fields = yield* Effect.forEach(Object.entries(table.table.rows), ([field, child]) =>
      Effect.map(ofChild(database, table, child), (found) => [field, found] as const),
    );
    if (fields.length === 0) {
      return { problems: [], strays: [], missing: [], chunk: () => () => nothing };
    }
    return {
      problems: fields.flatMap(([, { problems }]) => problems),
      strays: fields.flatMap(([, { strays }]) => strays),
      missing: fields.flatMap(([, { missing }]) => missing),
      chunk: (rowids) => {
        const found = fields.map(([field, { chunk }]) => [field, chunk(rowids)] as const);
        return (rowid) =>
          Object.fromEntries(found.map(([field, rows]) => [field, rows.get(rowid) ?? []]));
      },
    };
  });

const ofChild = (database: Service, table: FoundTable, child: Child) =>
  Effect.gen(function* () {
    const { name } = child;
    const look = database.run(`looking at ${name}`, () => problemsOf(database, table, child));
    const { problems, columns } = yield* look;
    const missing = columns.size === 0 ? [name] : [];
    const none = {
      ...{ problems, strays: [], missing },
      chunk: () => new Map<bigint, Array<LegacyPart>>(),
    };
    if (problems.length > 0 || table.problems.length > 0 || columns.size === 0) return none;
    // Two numbers of 8 bytes a row, by the rows that they belong to; the rows themselves are read later.
    const order = yield* database.run(`ordering ${name}`, () =>
      database
        .prepare(
          SqliteQuery.raw(sql<{ owner: bigint; part: bigint }>`
            select row.rowid as owner, part.rowid as part
            from ${sql.id(name)} as part join ${sql.id(table.name)} as row
              on row.${sql.id(table.key[0])} = part.${sql.id(child.of)}
            where ${Kinds.rows(child.where, "part")} and ${Kinds.rows(table.table.where, "row")}
            order by row.rowid, part.${sql.id(child.key)} collate binary, part.rowid`),
        )
        .iterate(),
    );
    let [owners, parts] = [new BigInt64Array(1024), new BigInt64Array(1024)];
    let count = 0;
    const batch = database.run(`ordering ${name}`, () => {
      for (let n = 0; n < 10_000; n += 1) {
        const next = order.next();
        if (next.done === true) return true;
        if (count === owners.length) [owners, parts] = [doubled(owners), doubled(parts)];
        owners[count] = next.value.owner;
        parts[count] = next.value.part;
        count += 1;
      }
      return false;
    });
    yield* Effect.zipLeft(batch, breathe).pipe(
      Effect.repeat({ until: (done) => done }),
      Effect.ensuring(Effect.sync(() => order.return?.())),
    );
    const asked = told(child.columns).map(([column]) => column);
    const column = (one: string) =>
      columns.has(folded(one)) ? sql.id<Cell>("part", one) : sql<Cell>`null`;
    const query = legacy
      .selectFrom(sql<{ key: number; value: bigint }>`json_each(${""})`.as("wanted"))
      .innerJoin(named(name, "part"), (join) => join.on(sql<SqlBool>`part.rowid = wanted.value`))
      .select(asked.map((one) => column(one).as(one)))
      .orderBy("wanted.key");
    const { encoding } = table;
    return {
      problems,
      missing,
      strays: yield* database.run(`looking for strays of ${name}`, () =>
        straysOf(database, table, child),
      ),
      chunk: (rowids: BigInt64Array) => {
        const wanted: Array<readonly [owner: bigint, part: bigint]> = [];
        for (const owner of rowids) {
          for (
            let at = firstOf(owners, count, owner);
            at < count && owners[at] === owner;
            at += 1
          ) {
            wanted.push([owner, parts[at] ?? 0n]);
          }
        }
        const rows = database.prepare(query).all(`[${wanted.map(([, part]) => part).join()}]`);
        const found = new Map<bigint, Array<LegacyPart>>();
        for (const [place, [owner, rowid]] of wanted.entries()) {
          const list = found.get(owner) ?? [];
          found.set(owner, list);
          const cells: RawRow = rows[place] ?? {};
          list.push({ rowid, cells: checked(database, { name, columns, encoding }, rowid, cells) });
        }
        return found;
      },
    };
  });

const doubled = (numbers: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> => {
  const more = new BigInt64Array(2 * numbers.length);
  more.set(numbers);
  return more;
};

/** The first place of an owner among the first `count` ones, which are sorted. */
const firstOf = (owners: BigInt64Array, count: number, owner: bigint): number => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((owners[middle] ?? owner) < owner) low = middle + 1;
    else high = middle;
  }
  return low;
};

const problemsOf = (database: Service, table: FoundTable, { name, columns, of, key }: Child) => {
  const kind = kindOf(database, name);
  const has = kind === undefined ? new Set<string>() : columnsOf(database, name);
  const problem = (column: string, rule: string): BadCell => {
    return { table: name, key: "", column, value: "", rule };
  };
  const needed = [
    ...new Set([
      of,
      key,
      ...Object.keys(columns).filter((one) => columns[one]?.presence !== "sometimes"),
    ]),
  ];
  const problems =
    kind === undefined
      ? []
      : [
          ...(isTable(kind)
            ? []
            : [problem("", `is a ${kind}, unlike any table that ${table.table.by} made`)]),
          ...(has.has("rowid") ? [problem("rowid", "hides which row is which: drop it")] : []),
          ...needed
            .filter((one) => !has.has(folded(one)))
            .map((one) => problem(one, "is missing: every version of this table has it")),
        ];
  return { problems, columns: has };
};

/** Tables whose rows belong to those of a table that is not there. */
export const alone = (database: Service, { names, rows }: Table): ReadonlyArray<BadCell> =>
  Object.values(rows).flatMap(({ name, where }) => {
    if (kindOf(database, name) === undefined) return [];
    const [some] = database.execute(
      SqliteQuery.raw(sql`select 1 from ${sql.id(name)} where ${Kinds.rows(where)} limit 1`),
    );
    const rule = `has rows that belong to ${names.join(" or ")}, which is not there`;
    return some === undefined ? [] : [{ table: name, key: "", column: "", value: "", rule }];
  });

/**
 * Rows that belong to no row, or to several. They are compared as a foreign key is: by the collation
 * and the affinity of the column that is referred to.
 */
const straysOf = (
  database: Service,
  { name: owner, key: [key], isSecret, table }: FoundTable,
  { name, of, key: own, where }: Child,
): ReadonlyArray<BadCell> => {
  const owners = sql<bigint>`(select count(*) from ${sql.id(owner)} as row
    where row.${sql.id(key)} = part.${sql.id(of)} and ${Kinds.rows(table.where, "row")})`;
  return database
    .execute(
      SqliteQuery.raw(sql<{ rowid: bigint; cell: Cell; own: Cell; owners: bigint }>`
        select part.rowid as rowid, part.${sql.id(of)} as cell, part.${sql.id(own)} as own,
          ${owners} as owners
        from ${sql.id(name)} as part
        where ${owners} <> 1 and ${Kinds.rows(where, "part")}
        order by part.rowid`),
    )
    .map(({ rowid, cell, own: ownCell, owners }) => ({
      table: name,
      key: keyOf({ key: [own], isSecret }, { [own]: ownCell }, rowid),
      column: of,
      value: display(isSecret, cell),
      rule:
        owners === 0n
          ? `must be the ${key} of a row of ${owner}: it would be lost`
          : `must be the ${key} of one row of ${owner}: ${owners} compare equal to it`,
    }));
};
