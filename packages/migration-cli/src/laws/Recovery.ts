import type { Columns } from "@ledgerfold/declaration/Fate";
import type { Kind } from "@ledgerfold/declaration/Kind";
import type { Migration } from "@ledgerfold/declaration/Migration";
import { idColumns, lookedUp } from "@ledgerfold/declaration/internal/Table";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import { type Cell, type Row, show } from "@ledgerfold/verifier/Cell";
import * as Json from "@ledgerfold/verifier/internal/Json";
import { Unreadable } from "@ledgerfold/verifier/Read";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import { sql } from "kysely";
import * as Back from "./Back.ts";
import * as Copy from "./Copy.ts";
import { nameIn, taken } from "./Loose.ts";
import * as Meaning from "./Meaning.ts";
import { main, type Place, placed } from "./Place.ts";

/** A cell that the event does not give back. */
export interface Lost {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly cell: string;
  /** What the event says instead. */
  readonly back: string;
}

/** The law holds where `lost` is empty. */
export interface Recovered {
  /** Came back as they are. */
  readonly exact: number;
  /** Came back as the same value in another spelling, which is all that the declaration says. */
  readonly alike: number;
  /** Carried with others to one field, or of a kind or a rule of the team's own: not told by a kind. */
  readonly untold: number;
  readonly lost: ReadonlyArray<Lost>;
}

/**
 * Works out every carried cell of every row, child and lookup from the events alone, by its column's
 * kind, and holds it against the file. What a kind spells in several ways, and the words and cells
 * that become one, come back as one of these; the ledger lists them.
 *
 * Fails as `mutations` does.
 *
 * @example
 * ```ts
 * import type { Plan } from "@ledgerfold/declaration/Plan";
 * import * as Laws from "@ledgerfold/migration-cli/Laws";
 * import { Effect } from "effect";
 *
 * declare const plan: Plan;
 *
 * export const test = Effect.gen(function* () {
 *   const { lost } = yield* Laws.recovery({ plan, path: "shop.db" });
 *   if (lost.length > 0) return yield* Effect.die("recovery");
 * });
 * ```
 */
export const recovery = <Type extends string>(given: Copy.Given<Type>) =>
  Copy.migrated(given, undefined, (database) =>
    database.run("reading the events", () => {
      const counts = { exact: 0, alike: 0, untold: 0 };
      const lost: Array<Lost> = [];
      for (const migration of Object.values<Migration>(given.plan.migrations)) {
        for (const one of carriedCells(database, migration)) {
          const { back, cell, kind } = one;
          if (back === untold) counts.untold += 1;
          else if (back !== undefined && Meaning.isSame(back, cell)) counts.exact += 1;
          else if (back !== undefined && Meaning.alike(kind, back, cell)) counts.alike += 1;
          else lost.push(one.told(back));
        }
      }
      return { ...counts, lost } satisfies Recovered;
    }),
  );

const untold: unique symbol = Symbol("untold");

interface Carried {
  readonly kind: Kind<unknown>;
  readonly cell: Cell;
  /** Undefined where the event has nothing that the kind could be told from. */
  readonly back: Cell | undefined | typeof untold;
  readonly told: (said: Cell | undefined) => Lost;
}

function* carriedCells(database: Service, migration: Migration): Generator<Carried> {
  const { table, type, tag, definition } = migration;
  const name = nameIn(database, table.names);
  if (name === undefined) return;
  const spec = AggregateSpecs.of(migration);
  const found = lookedUp(table);
  const own = placed(database, name);
  const rows = database.execute(
    raw(sql<Row & { readonly ledgerfold_id: string; readonly ledgerfold_row: Place }>`
      select ${spec.id((column) => sql.id("legacy", column))} as ledgerfold_id,
        ${own.of("legacy")} as ledgerfold_row, legacy.*
      from ${main(name)} as legacy where ${taken(table.where, "legacy")}
      order by ${own.order("legacy")}`),
  );
  for (const row of rows) {
    const id = row.ledgerfold_id;
    const [stored] = database.execute(
      raw(sql<{ payload: string }>`select payload from events
        where aggregate_type = ${type} and aggregate_id = ${id} order by sequence limit 1`),
    );
    const event = fieldsOf(stored?.payload ?? "{}", tag, spec.tagged);
    const key = table.key.map((column) => spec.show.cell(row[column] ?? null)).join(", ");
    const cells = (
      where: string,
      columns: Columns,
      fields: Json.JsonObject,
      of: Row,
      rowKey: string,
    ) =>
      cellsOf(columns, of).map(({ column, fate, cell, isShared }): Carried => {
        const isOwn = Object.hasOwn(definition.rules ?? {}, fate.to.split(".")[0] ?? "");
        const isOfId = fate.to === "aggregate_id";
        const back =
          isOfId && definition.verify?.id === undefined
            ? ofId(id, idColumns(table), column, fate.kind)
            : isOfId || isShared
              ? untold
              : Back.cell(fate.kind, at(fields, fate.to.split(".")));
        return {
          ...{ kind: fate.kind, cell },
          back: back === undefined && (isOwn || fate.kind.form._tag === "own") ? untold : back,
          told: (said: Cell | undefined): Lost => ({
            ...{ table: where, key: rowKey, column, cell: spec.show.cell(cell) },
            back: said === undefined ? "nothing" : spec.show.cell(said),
          }),
        };
      });
    yield* cells(name, table.columns, event, row, key);
    for (const [field, child] of Object.entries(table.rows)) {
      const part = nameIn(database, [child.name]);
      if (part === undefined) continue;
      const parts = database.execute(
        raw(sql<Row>`select part.* from ${main(part)} as part
          join ${main(name)} as legacy
            on ${sql.id("legacy", table.key[0])} = ${sql.id("part", child.of)}
          where ${own.of("legacy")} = ${row.ledgerfold_row} and ${taken(child.where, "part")}
          order by ${sql.id("part", child.key)} collate binary,
            ${placed(database, part).order("part")}`),
      );
      const list = event[field];
      for (const [place, one] of parts.entries()) {
        const said = Array.isArray(list) ? list[place] : undefined;
        const fields = Json.isObject(said) ? said : {};
        yield* cells(part, child.columns, fields, one, spec.show.cell(one[child.key] ?? null));
      }
    }
    for (const lookup of new Map(found.map((one) => [one.table, one])).values()) {
      const named = nameIn(database, [lookup.table]);
      const columns = table.beside[lookup.table]?.columns;
      if (named === undefined || columns === undefined) continue;
      const [one] = database.execute(
        raw(sql<Row>`select named.* from ${main(named)} as named
          join ${main(name)} as legacy
            on ${sql.id("named", lookup.key)} = ${sql.id("legacy", lookup.by)}
          where ${own.of("legacy")} = ${row.ledgerfold_row}`),
      );
      if (one !== undefined) {
        yield* cells(named, columns, event, one, show(one[lookup.key] ?? null));
      }
    }
  }
}

/** The carried ones that the row has; several may share a field, which then tells none of them. */
const cellsOf = (columns: Columns, row: Row) => {
  const all = Object.entries(columns).flatMap(([column, fate]) =>
    fate.fate === "carried" ? [{ column, fate }] : [],
  );
  return all.flatMap(({ column, fate }) => {
    const cell = row[column];
    const isShared = all.some(
      (other) =>
        other.column !== column && (other.fate.to === fate.to || other.fate.into.includes(fate.to)),
    );
    return cell === undefined ? [] : [{ column, fate, cell, isShared }];
  });
};

/** By the parts that a stream's id is joined of. */
const ofId = (
  id: string,
  columns: ReadonlyArray<string>,
  column: string,
  kind: Kind<unknown>,
): Cell | undefined => {
  const parts = columns.length === 1 ? [id] : id.split(":");
  const part = parts.length === columns.length ? parts[columns.indexOf(column)] : undefined;
  return Back.cell(
    kind,
    part === undefined || kind.form._tag === "text" ? part : Json.fromInteger(part),
  );
};

const at = (
  fields: Json.Json | undefined,
  [name, ...rest]: ReadonlyArray<string>,
): Json.Json | undefined =>
  // Where a whole group is null, so is each of its parts.
  name === undefined || fields === null
    ? fields
    : at(Json.isObject(fields) ? fields[name] : undefined, rest);

const fieldsOf = (payload: string, tag: string, tagged: "around" | "within"): Json.JsonObject => {
  const event = Json.parse(payload);
  if (event instanceof Unreadable || !Json.isObject(event)) return {};
  const fields = tagged === "around" ? event[tag] : event;
  return Json.isObject(fields) ? fields : {};
};
