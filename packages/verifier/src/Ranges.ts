import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import type { Constant, Form, Kind } from "@ledgerfold/declaration/Kind";
import * as Range from "@ledgerfold/declaration/internal/Range";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import type { Where } from "@ledgerfold/declaration/Where";
import { Effect } from "effect";
import { type RawBuilder, sql } from "kysely";
import * as Cell from "./Cell.ts";
import * as Decimal from "./Decimal.ts";
import { printable, quoted, shortened } from "./Display.ts";
import * as Forms from "./Forms.ts";
import { taken } from "./Kinds.ts";
import * as Moment from "./Moment.ts";
import { query, table as find } from "./Query.ts";
import { Unreadable, type Value } from "./Read.ts";

/** What the declared columns say, as the verifier reads their cells; a column at a time. */
export const read = (
  database: Service,
  tables: ReadonlyArray<Table>,
): Effect.Effect<ReadonlyArray<Range.Range>, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const all: Array<Range.Range> = [];
    for (const { names, columns, where, isSecret } of Range.shown(tables)) {
      const found = yield* database.run("looking for tables", () =>
        names.map((name) => find(database, name)).find((one) => one !== undefined),
      );
      if (found === undefined) continue;
      for (const [column, kind] of columns) {
        if (!found.columns.has(folded(column))) continue;
        const place: Place = { table: found.name, where, column, kind };
        const counted = yield* database.run(`counting ${found.name}`, () => count(database, place));
        yield* breathe;
        const ends = isSecret ? nothing : yield* endsOf(database, place);
        all.push({ table: Range.named(found.name, where), column, ...counted, ...ends });
      }
    }
    return all;
  });

interface Place {
  readonly table: string;
  readonly where: Where;
  readonly column: string;
  readonly kind: Kind<unknown>;
}

type Ends = Pick<Range.Range, "lowest" | "highest">;
const nothing: Ends = { lowest: null, highest: null };

const count = (
  database: Service,
  { table, where, column, kind }: Place,
): Pick<Range.Range, "rows" | "counts"> => {
  const cells = Range.cells(kind);
  const counts = cells.map(
    (cell, place) => sql`sum(${is(column, cell)}) as ${sql.id(`of_${place}`)}`,
  );
  const [found = {}] = database.execute(
    query(sql<Readonly<Record<string, Cell.Cell>>>`
      select count(*) as rows, ${sql.join(counts)} from ${sql.id(table)} as legacy
      where ${taken(where, "legacy")}`),
  );
  return {
    rows: Number(found.rows ?? 0n),
    counts: cells.flatMap((cell, place) => {
      const rows = Number(found[`of_${place}`] ?? 0n);
      return rows === 0 ? [] : [{ cell: shownConstant(cell), rows }];
    }),
  };
};

/** Compares storage class and bytes, without the column's affinity and collation. */
const is = (column: string, cell: Constant): RawBuilder<unknown> => {
  const ref = sql.id(column);
  if (cell === null) return sql`${ref} is null`;
  const type = { string: "text", bigint: "integer", number: "real" }[
    typeof cell as "string" | "bigint" | "number"
  ];
  return sql`typeof(${ref}) = ${type} and +${ref} is ${cell} collate binary`;
};

/** Whether SQLite orders the cells as their values: numbers, days as text, bytes, plain text. */
const isOrdered = (form: Form): boolean =>
  !(form._tag === "text" && form.lower) &&
  !(form._tag === "moment" && form.unit === "text") &&
  form._tag !== "decimal text" &&
  form._tag !== "day or time";

/** Kinds without a lowest and highest value: they have few values, or values without an order. */
const hasNoOrder: ReadonlySet<Form["_tag"]> = new Set(["words", "flag", "only", "json"]);

const endsOf = (
  database: Service,
  place: Place,
): Effect.Effect<Ends, DatabaseBusy | DatabaseError> => {
  const { form } = place.kind;
  if (hasNoOrder.has(form._tag)) return Effect.succeed(nothing);
  return isOrdered(form)
    ? database.run(`reading ${place.table}`, () => byCells(database, place))
    : byValues(database, place);
};

const standing = ({ table, where, column, kind }: Place): RawBuilder<unknown> => {
  const unset = kind.none.map((cell) => is(column, cell));
  const conditions = [sql`${sql.id(column)} is not null`, ...unset.map((one) => sql`not (${one})`)];
  return sql`from ${sql.id(table)} as legacy
    where ${taken(where, "legacy")} and ${sql.join(conditions, sql` and `)}`;
};

const byCells = (database: Service, place: Place): Ends => {
  const ref = sql.id(place.column);
  const [found] = database.execute(
    query(sql<{ least: Cell.Cell; most: Cell.Cell }>`
      select min(${ref} collate binary) as least, max(${ref} collate binary) as most
      ${standing(place)}`),
  );
  const shownOf = (cell: Cell.Cell | undefined) =>
    cell === null || cell === undefined ? null : shown(place.kind.form, cell);
  return { lowest: shownOf(found?.least), highest: shownOf(found?.most) };
};

/** Reads every cell; those that cannot be read are no part of it. */
const byValues = (
  database: Service,
  place: Place,
): Effect.Effect<Ends, DatabaseBusy | DatabaseError> =>
  Effect.gen(function* () {
    const { form } = place.kind;
    const { legacy } = Forms.sides({ form, none: [], schema: undefined });
    let [least, most]: [Value, Value] = [null, null];
    const isLess = (a: string | bigint, b: string | bigint) =>
      form._tag === "decimal text" ? Decimal.isLess(String(a), String(b)) : a < b;
    const operation = `reading ${place.table}`;
    const cells = query(sql<{ cell: Cell.Cell }>`
      select ${sql.id(place.column)} as cell ${standing(place)}`);
    const rows = yield* database.run(operation, () =>
      database.prepare(cells).iterate(...cells.compile().parameters),
    );
    const some = database.run(operation, () => {
      for (let read = 0; read < rowsAtOnce; read += 1) {
        const next = rows.next();
        if (next.done === true) return true;
        const value = legacy(next.value.cell);
        if (value instanceof Unreadable || value === null) continue;
        if (least === null || isLess(value, least)) least = value;
        if (most === null || isLess(most, value)) most = value;
      }
      return false;
    });
    yield* Effect.ensuring(
      Effect.repeat(Effect.zipLeft(some, breathe), { until: (isDone) => isDone }),
      // A statement that is left half read keeps the connection busy.
      Effect.sync(() => void rows.return?.()),
    );
    const [lowest, highest] = [least, most].map((value) =>
      value === null ? null : shownValue(form, value),
    );
    return { lowest: lowest ?? null, highest: highest ?? null };
  });

const rowsAtOnce = 5_000;

/** What cannot be read is shown as it is. */
const shown = (form: Form, cell: Cell.Cell): string => {
  if (form._tag === "own") return Cell.show(cell);
  const value = Forms.sides({ form, none: [], schema: undefined }).legacy(cell);
  return value instanceof Unreadable || value === null ? Cell.show(cell) : shownValue(form, value);
};

const shownValue = ({ _tag }: Form, value: string | bigint): string => {
  if (_tag === "moment" && typeof value === "bigint") return Moment.format(value);
  if ((_tag === "decimal" || _tag === "decimal text") && typeof value === "string")
    return Decimal.show(value);
  if (_tag === "bytes") return shortened(`x'${value}'`);
  return _tag === "text" ? quoted(String(value)) : printable(shortened(String(value)));
};

const shownConstant = (cell: Constant): string => {
  if (cell === null) return "NULL";
  return typeof cell === "string" && !/^[a-z0-9_.-]+$/i.test(cell) ? quoted(cell) : String(cell);
};
