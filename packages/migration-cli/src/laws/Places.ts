import type { Fate } from "@ledgerfold/declaration/Fate";
import type { Kind } from "@ledgerfold/declaration/Kind";
import type { Migration } from "@ledgerfold/declaration/Migration";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { cellsOf, type Where } from "@ledgerfold/declaration/Where";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import type { Cell, Row } from "@ledgerfold/verifier/Cell";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import { Unreadable } from "@ledgerfold/verifier/Read";
import { type RawBuilder, sql } from "kysely";
import { nameIn, sample, taken } from "./Loose.ts";
import * as Meaning from "./Meaning.ts";
import { main, type Place, type Placed, placed } from "./Place.ts";

/** The legacy tables of a plan as one file has them, with what their columns are for. */
export interface Source {
  readonly migration: Migration;
  readonly table: string;
  readonly placed: Placed;
  readonly key: ReadonlyArray<string>;
  readonly where: Where;
  readonly columns: ReadonlyArray<readonly [name: string, fate: Fate]>;
  /** Which of its rows something is made of; `row` is one of them. */
  readonly rows: RawBuilder<unknown>;
  /** Whether the verifier takes such a row for none that could have been migrated. */
  readonly isRefused: (row: Row) => boolean;
  /** Which streams its rows show in. */
  readonly streams: RawBuilder<{ readonly place: Place; readonly id: Cell }>;
  /** Which rows of two tables belong together, and which columns they find each other by. */
  readonly joins: ReadonlyArray<Join>;
  /** The columns, in lower case, by which any rows are told apart or found: they are not one's own. */
  readonly found: ReadonlySet<string>;
}

interface Join {
  readonly by: ReadonlyArray<string>;
  /** In the order in which one has the others. */
  readonly pairs: RawBuilder<Pair>;
  /** Of the other cells of a pair. */
  readonly kinds: Readonly<Record<string, Kind<unknown>>>;
}

interface Pair {
  readonly one: Place;
  readonly other: Place | null;
  readonly [name: string]: Cell;
}

/** Tables, their children, and their lookups of which a row is named. */
export const sources = (database: Service, { migrations }: Plan): ReadonlyArray<Source> => {
  const all = Object.values(migrations).flatMap((one) => sourcesOf(database, one));
  return all.map((source) => {
    // A table may be of several definitions, or named by them.
    const alike = all.filter(({ table }) => table === source.table);
    const joins = alike.flatMap((one) => one.joins);
    const found = alike.flatMap(({ key, where, id }) => [...key, ...Object.keys(where), ...id]);
    return {
      ...source,
      joins,
      found: new Set([...found, ...joins.flatMap(({ by }) => by)].map(folded)),
    };
  });
};

const sourcesOf = (database: Service, migration: Migration) => {
  const { table } = migration;
  const name = nameIn(database, table.names);
  if (name === undefined) return [];
  const spec = AggregateSpecs.of(migration);
  const { key, where } = table;
  const own = placed(database, name);
  const of = (names: string, placed: Placed, columns: Readonly<Record<string, Fate>>) => {
    const has = columnsOf(database, names);
    return {
      ...{ migration, table: names, placed, where: {}, id: [], isRefused: () => false },
      columns: Object.entries(columns).filter(([column]) => has.has(folded(column))),
    };
  };
  const streamsBy = (alias: string, { of }: Placed, from: RawBuilder<unknown>): Source["streams"] =>
    sql`select ${of(alias)} as place, ${spec.id((column) => sql.id("row", column))} as id
      from ${from} where ${taken(where, "row")}`;
  const children = Object.values(table.rows).flatMap((child) => {
    const part = nameIn(database, [child.name]);
    if (part === undefined) return [];
    const parts = placed(database, part);
    const isOf = sql`${sql.id("row", key[0])} = ${sql.id("part", child.of)}`;
    const pairs = sql<Pair>`select ${parts.of("part")} as one, ${own.of("row")} as other
      from ${main(part)} as part left join ${main(name)} as row on ${isOf}
      where ${taken(child.where, "part")}
      order by ${sql.id("part", child.key)} collate binary, ${parts.order("part")}`;
    const by = [child.of, child.key];
    return {
      ...of(part, parts, child.columns),
      ...{ key: [child.key], where: child.where, rows: taken(child.where, "row") },
      streams: streamsBy(
        "part",
        parts,
        sql`${main(part)} as part join ${main(name)} as row on ${isOf}`,
      ),
      joins: [{ by, pairs, kinds: {} }],
    };
  });
  const lookups = Object.entries(table.beside).flatMap(([beside, { columns, on }]) => {
    const other = nameIn(database, [beside]);
    if (other === undefined || on === undefined) return [];
    const named = placed(database, other);
    const isNamed = sql`${sql.id("named", on.key)} = ${sql.id("row", on.by)}`;
    const kinds = Object.fromEntries(
      Object.entries(columns).flatMap(([column, fate]) =>
        fate.fate === "carried" ? [[column, fate.kind] as const] : [],
      ),
    );
    const said = Object.keys(kinds).map((column) => sql.id("named", column));
    // Which row is named matters only by what that says, and by its being there.
    const nothing = [null, ...(table.columns[on.by]?.kind?.none ?? [])];
    const pairs = sql<Pair>`select ${own.of("row")} as one, ${own.of("row")} as other,
        ${sql.id("named", on.key)} is null and not ${taken({ [on.by]: nothing }, "row")} as lost,
        ${said.length === 0 ? named.of("named") : sql.join(said)}
      from ${main(name)} as row left join ${main(other)} as named on ${isNamed}
      order by ${own.order("row")}, ${named.order("named")}`;
    return {
      ...of(other, named, columns),
      key: [on.key],
      rows: sql`exists (select 1 from ${main(name)} as other
        where ${sql.id("other", on.by)} = ${sql.id("row", on.key)})`,
      streams: streamsBy(
        "named",
        named,
        sql`${main(name)} as row join ${main(other)} as named on ${isNamed}`,
      ),
      joins: [{ by: [on.key], pairs, kinds }],
      on,
    };
  });
  const id = new Set<string>();
  spec.id((column) => {
    id.add(column);
    return sql.id(column);
  });
  return [
    {
      ...of(name, own, table.columns),
      ...{ key, where, id: [...id], rows: taken(where, "row") },
      isRefused: (row: Row) => spec.refuse(row) !== undefined,
      streams: streamsBy("row", own, sql`${main(name)} as row`),
      joins: [
        ...children.flatMap(({ joins }) => joins.map((one) => ({ ...one, by: key }))),
        ...lookups.flatMap(({ joins, on }) => joins.map((one) => ({ ...one, by: [on.by] }))),
      ],
    },
    ...children,
    ...lookups,
  ];
};

const columnsOf = (database: Service, table: string): ReadonlySet<string> =>
  new Set(
    database
      .execute(raw(sql<{ name: string }>`select name from pragma_table_xinfo(${table}, 'main')`))
      .map(({ name }) => folded(name)),
  );

/** A row of a table, and where it is. */
export interface Placement {
  readonly place: Place;
  readonly row: Row;
}

/** Of those that something is made of, `most` from the first to the last. */
export const some = (
  database: Service,
  { table, placed, rows }: Source,
  most: number,
): ReadonlyArray<Placement> =>
  sample(
    database.execute(
      raw(sql<{ ledgerfold_place: Place } & Row>`
        select ${placed.of("row")} as ledgerfold_place, row.* from ${main(table)} as row
        where ${rows} order by ${placed.order("row")}`),
    ),
    most,
  ).map(({ ledgerfold_place: place, ...row }) => ({ place, row }));

/** The row as it then is; undefined where the table does not take the cell. */
export const set = (
  database: Service,
  { table, placed }: Source,
  place: Place,
  column: string,
  cell: Cell,
): Placement | undefined => {
  const [found] = database.execute(
    raw(sql<{ ledgerfold_place: Place } & Row>`
      update ${main(table)} set ${sql.id(column)} = ${cell} where ${placed.of()} = ${place}
      returning ${placed.of()} as ledgerfold_place, *`),
  );
  if (found === undefined) return undefined;
  const { ledgerfold_place, ...row } = found;
  return { place: ledgerfold_place, row };
};

/** Which rows belong together, where one that was in another place counts as being there. */
export type Together = ReadonlyArray<ReadonlyArray<Pair>>;

export const together = (
  database: Service,
  { joins }: Source,
  moved: { readonly from: Place; readonly to: Place } | undefined = undefined,
): Together => {
  const placeOf = <P extends Place | null>(place: P) =>
    moved !== undefined && place === moved.to ? moved.from : place;
  return joins.map(({ pairs }) =>
    database
      .execute(raw(pairs))
      .map((pair) => ({ ...pair, one: placeOf(pair.one), other: placeOf(pair.other) }))
      .toSorted((a, b) => order(`${a.other}`, `${b.other}`)),
  );
};

const includes = (cells: ReadonlyArray<Cell>, cell: Cell) => cells.includes(cell);

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const areAlike = ({ joins }: Source, before: Together, after: Together): boolean =>
  joins.every(({ kinds }, place) => {
    const [some = [], others = []] = [before[place], after[place]];
    return (
      some.length === others.length &&
      some.every((pair, at) =>
        Object.entries(pair).every(([name, cell]) => {
          const [kind, other = null] = [kinds[name], others[at]?.[name]];
          return kind === undefined
            ? Meaning.isSame(cell, other)
            : Meaning.alike(kind, cell, other);
        }),
      )
    );
  });

/** What a change of one cell means, by the declarations. */
export type Weight = "means something" | "same value" | "left out";

interface State {
  readonly row: Row;
  readonly together: Together;
}

export const weigh = (
  source: Source,
  column: string,
  fate: Fate,
  before: State,
  after: State,
): Weight => {
  const { where, joins } = source;
  const [from = null, to = null] = [before.row[column], after.row[column]];
  const isTaken = cellsOf(where).every(
    ([name, cells, isNot]) => name !== column || includes(cells, to) !== isNot,
  );
  const isApart = !areAlike(source, before.together, after.together);
  if (!isTaken || isApart || source.isRefused(after.row)) return "means something";
  const isJoin = joins.some(({ by }) => by.includes(column));
  if (fate.fate === "left out" && fate.kind === undefined) return "left out";
  if (fate.fate === "derived" && isJoin) return "same value";
  if (fate.fate === "derived" && fate.into.length === 0) return "left out";
  const isAlike = fate.kind === undefined || Meaning.alike(fate.kind, from, to);
  const isSame =
    fate.fate === "left out"
      ? isAlike
      : [...(fate.fate === "carried" ? [fate.to] : []), ...fate.into].every(
          (field) => isReadAlike(source, field, before.row, after.row) ?? isAlike,
        );
  return isSame ? "same value" : "means something";
};

/** By the field's own rule; undefined where it has none, or none that the row alone is enough for. */
const isReadAlike = (
  { migration, table }: Source,
  field: string,
  before: Row,
  after: Row,
): boolean | undefined => {
  const isOwn = migration.table.names.some((name) => folded(name) === folded(table));
  const rule = AggregateSpecs.of(migration).fields[field];
  const isRuled = isOwn && Object.hasOwn(migration.definition.rules ?? {}, field);
  if (!isRuled || rule === undefined || !("legacy" in rule)) return undefined;
  const [one, other] = [before, after].map((row) => rule.legacy(row, {}));
  return one instanceof Unreadable ? undefined : one === other;
};
