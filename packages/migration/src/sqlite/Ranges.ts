import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { type Service, SqliteDatabase } from "@ledgerfold/event-store/sqlite/Database";
import * as SqliteQuery from "@ledgerfold/event-store/sqlite/Query";
import type { Constant, Form, Json, Kind } from "@ledgerfold/declaration/Kind";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { quote } from "@ledgerfold/declaration/internal/Quote";
import * as Range from "@ledgerfold/declaration/internal/Range";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Where } from "@ledgerfold/declaration/Where";
import * as Decimal from "@ledgerfold/scalars/Decimal";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import { type Cell, show } from "../Cell.ts";
import * as Fields from "../Fields.ts";
import * as Kinds from "./Kinds.ts";
import { columnsOf, kindOf } from "./LegacyTables.ts";

/**
 * What the declared columns of a file say, as the writer reads their cells. SQLite counts, and finds
 * the lowest and highest cell where its order is that of the values; where text spells them, each
 * cell is read.
 */
export const read = ({
  tables,
}: Pick<Plan, "tables">): Effect.Effect<ReadonlyArray<Range.Range>, StoreError, SqliteDatabase> =>
  Effect.gen(function* () {
    const database = yield* SqliteDatabase;
    const all: Array<Range.Range> = [];
    for (const shown of Range.shown(tables)) {
      const { run } = database;
      const found = yield* run("looking for tables", () => find(database, shown));
      if (found === undefined) continue;
      const ranges = yield* run(`reading ${found.name}`, () => ofTable(database, found));
      yield* breathe;
      const spelled = yield* eachOf(database, found);
      all.push(...ranges.map((range) => ({ ...range, ...spelled.get(range.column)?.() })));
    }
    return all;
  });

interface Found {
  readonly name: string;
  readonly where: Where;
  readonly columns: ReadonlyArray<Column>;
}

interface Column {
  readonly name: string;
  readonly kind: Kind<unknown>;
  readonly order: "cells" | "values" | "none";
}

const find = (
  database: Service,
  { names, columns, where, isSecret }: Range.Shown,
): Found | undefined => {
  const name = names.find((one) => kindOf(database, one)?.startsWith("table"));
  if (name === undefined) return undefined;
  const has = columnsOf(database, name);
  const there = columns.filter(([column]) => has.has(folded(column)));
  return {
    name,
    where,
    columns: there.map(([column, kind]) => {
      return { name: column, kind, order: isSecret ? "none" : orderOf(kind.form) };
    }),
  };
};

/** Whether lowest and highest are found by the cells' order, by reading all values, or not. */
const orderOf = (form: Form): Column["order"] => {
  switch (form._tag) {
    case "text":
      return form.lower ? "values" : "cells";
    case "moment":
      return form.unit === "text" ? "values" : "cells";
    case "decimal text":
    case "day or time":
      return "values";
    case "words":
    case "flag":
    case "only":
    case "json":
      return "none";
    default:
      return "cells";
  }
};

const ofTable = (
  database: Service,
  { name, where, columns }: Found,
): ReadonlyArray<Range.Range> => {
  if (columns.length === 0) return [];
  const counted = columns.map((column) => Range.cells(column.kind));
  const list = columns.flatMap(({ name: column, kind, order }, place) => [
    ...(counted[place] ?? []).map(
      (cell, at) =>
        sql`count(*) filter (where ${isCell(column, cell)}) as ${sql.id(`n${place}_${at}`)}`,
    ),
    ...(order !== "cells"
      ? []
      : (["min", "max"] as const).map(
          (end) =>
            sql`${sql.raw(end)}(${sql.id(column)} collate binary)
              filter (where ${stands(column, kind)}) as ${sql.id(`${end}${place}`)}`,
        )),
  ]);
  const [found = {}] = database.execute(
    SqliteQuery.raw(sql<Readonly<Record<string, Cell>>>`
      select count(*) as rows, ${sql.join(list)} from ${sql.id(name)} where ${Kinds.rows(where)}`),
  );
  return columns.map(({ name: column, kind }, place): Range.Range => {
    const [lowest, highest] = ["min", "max"].map((end) => {
      const cell = found[`${end}${place}`] ?? null;
      return cell === null ? null : shown(kind.form, cell);
    });
    const counts = (counted[place] ?? []).map((cell, at) => ({
      cell: shownConstant(cell),
      rows: Number(found[`n${place}_${at}`] ?? 0n),
    }));
    return {
      table: Range.named(name, where),
      column,
      rows: Number(found.rows ?? 0n),
      lowest: lowest ?? null,
      highest: highest ?? null,
      counts: counts.filter(({ rows }) => rows > 0),
    };
  });
};

/** Compares without the column's affinity, which would convert the constant. */
const isCell = (column: string, cell: Constant): RawBuilder<unknown> =>
  cell === null ? sql`${sql.id(column)} is null` : sql`+${sql.id(column)} = ${cell} collate binary`;

/** Whether a cell is none of those that stand for nothing. */
export const stands = (
  column: string,
  { none }: Pick<Kind<unknown>, "none">,
): RawBuilder<unknown> =>
  sql.join(
    [sql`true`, ...none.map((cell) => sql`not ifnull(${isCell(column, cell)}, false)`)],
    sql` and `,
  );

type Ends = () => Pick<Range.Range, "lowest" | "highest">;

/** The lowest and highest of the columns of which every cell has to be read, by their names. */
const eachOf = (
  database: Service,
  { name, where, columns }: Found,
): Effect.Effect<ReadonlyMap<string, Ends>, StoreError> =>
  Effect.gen(function* () {
    const read = columns.filter(({ order }) => order === "values");
    if (read.length === 0) return new Map();
    const operation = `reading ${name}`;
    const all = read.map(({ kind }) => extremes(kind));
    const rows = yield* database.run(operation, () => {
      const cells = read.map(
        (column, place) => sql`${sql.id(column.name)} as ${sql.id(String(place))}`,
      );
      const query = sql<
        Readonly<Record<string, Cell>>
      >`select ${sql.join(cells)} from ${sql.id(name)} where ${Kinds.rows(where)}`;
      return database.prepare(SqliteQuery.raw(query)).iterate();
    });
    const batch = database.run(operation, () => {
      for (let n = 0; n < batchSize; n += 1) {
        const next = rows.next();
        if (next.done === true) return true;
        for (const [place, one] of all.entries()) one.add(next.value[place] ?? null);
      }
      return false;
    });
    yield* Effect.zipLeft(batch, breathe).pipe(
      Effect.repeat({ until: (done) => done }),
      Effect.ensuring(Effect.sync(() => rows.return?.())),
    );
    return new Map(read.map(({ name: column }, place) => [column, all[place]?.ends ?? nothing]));
  });

const nothing: Ends = () => ({ lowest: null, highest: null });
const batchSize = 10_000;

const extremes = ({ form, none }: Kind<unknown>) => {
  const wire = Fields.wire(form);
  const unset = new Set<Cell>([null, ...none]);
  const isLess =
    form._tag === "decimal text"
      ? (a: string, b: string) => Decimal.unsafeFromText(a).lt(Decimal.unsafeFromText(b))
      : (a: string, b: string) => a < b;
  let [lowest, highest]: [string?, string?] = [];
  return {
    add: (cell: Cell): void => {
      if (unset.has(cell)) return;
      const value = wire(cell);
      if (typeof value !== "string") return;
      // Without the Z, the text of a moment with a fraction sorts after that of the one without.
      const text = form._tag === "moment" ? value.slice(0, -1) : value;
      if (lowest === undefined || isLess(text, lowest)) lowest = text;
      if (highest === undefined || isLess(highest, text)) highest = text;
    },
    ends: () => {
      const [low = null, high = null] = [lowest, highest].map((text) =>
        text === undefined ? null : form._tag === "moment" ? `${text}Z` : shownValue(form, text),
      );
      return { lowest: low, highest: high };
    },
  };
};

/** What cannot be read is shown as it is. */
const shown = (form: Form, cell: Cell): string => {
  const value = Fields.wire(form)(cell);
  return value === undefined ? show(cell) : shownValue(form, value);
};

const shownValue = ({ _tag }: Form, value: Json): string =>
  _tag === "text" || typeof value === "object" ? quote(String(value)) : String(value);

const shownConstant = (cell: Constant): string =>
  typeof cell === "string" && !/^[\w.-]+$/.test(cell) ? quote(cell) : String(cell ?? "NULL");
