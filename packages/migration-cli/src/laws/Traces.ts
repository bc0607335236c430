import type { Row } from "@ledgerfold/verifier/Cell";
import type { JsonObject } from "@ledgerfold/declaration/Kind";
import type { Plan } from "@ledgerfold/declaration/Plan";
import { lookedUp, type Table } from "@ledgerfold/declaration/internal/Table";
import type { Rules } from "@ledgerfold/verifier/Rule";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import { Effect } from "effect";
import { sql } from "kysely";

/** That a field of an event is of a column. */
export interface Link {
  /** `table.column`, under the table's newest name. */
  readonly column: string;
  /** `Aggregate.field`. */
  readonly field: string;
}

/** The law holds where the three lists are empty. */
export interface Traced {
  /** So many fields' rules read just the columns whose fates name them. */
  readonly agreeing: number;
  /** A fate names the field, and its rule does not read the column. */
  readonly unread: ReadonlyArray<Link>;
  /** A rule reads the column for the field, and its fate does not say so. */
  readonly unsaid: ReadonlyArray<Link>;
  /** Fields of which neither a column nor `added` says anything, or both do. */
  readonly unexplained: ReadonlyArray<string>;
}

export interface Options {
  readonly plan: Plan;
  /** Rows that make rules look further than one of only NULLs or only text does. */
  readonly rows?: ReadonlyArray<Row>;
  /** Metadata of events that rules tell apart. */
  readonly metadata?: ReadonlyArray<JsonObject>;
  /** By the name of a cell that joins of a definition's own bring along: the columns it is made of. */
  readonly beside?: Readonly<Record<string, ReadonlyArray<string>>>;
}

/**
 * Holds what the verifier's rules read against the fates of the columns. Each rule is given rows that
 * note what they are asked for. A fate may name no field that no rule reads the column for, and a
 * rule may read no column whose fate does not name its field. Columns that only `verify.refuse`
 * reads count as read for the fields that their fates name.
 *
 * Needs no file.
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
 *   const { unread, unsaid, unexplained } = yield* Laws.traces({ plan });
 *   if ([...unread, ...unsaid, ...unexplained].length > 0) return yield* Effect.die("traces");
 * });
 * ```
 */
export const traces = ({ plan, rows = [], metadata = [{}], beside = {} }: Options) =>
  Effect.sync((): Traced => {
    const said = declaredIn(plan);
    const read = new Map<string, Set<string>>();
    const checked = new Set<string>();
    for (const migration of Object.values(plan.migrations)) {
      const { table, type, definition } = migration;
      const { fields, id } = AggregateSpecs.of(migration);
      const cells = cellsOf(table, beside);
      const trace = (legacyTable: string, work: (row: Row) => unknown) =>
        readBy(rows, legacyTable, work);
      const each = (
        rules: Rules,
        within: string,
        place: (name: string) => ReadonlyArray<string>,
      ) => {
        for (const [name, rule] of Object.entries(rules)) {
          const field = `${within}${name}`;
          if ("rows" in rule) {
            const child = table.rows[rule.rows];
            each(rule.fields, `${field}[].`, (column) => [`${child?.name}.${column}`]);
          } else if ("fields" in rule) {
            each(rule.fields, `${field}.`, place);
          } else {
            const found = trace(table.names[0], (row) =>
              metadata.map((one) => rule.legacy(row, one)),
            );
            read.set(`${type}.${field}`, new Set([...found].flatMap(place)));
          }
        }
      };
      each(fields, "", cells);
      const ofId = new Set<string>();
      id((name) => {
        ofId.add(name);
        return sql.id(name);
      });
      read.set(`${type}.aggregate_id`, new Set([...ofId].flatMap(cells)));
      const { refuse } = definition.verify ?? {};
      if (refuse !== undefined) {
        for (const name of trace(table.names[0], refuse)) checked.add(`${table.names[0]}.${name}`);
      }
    }
    const names = new Set([...read.keys(), ...said.keys()]);
    const unread: Array<Link> = [];
    const unsaid: Array<Link> = [];
    let agreeing = 0;
    for (const field of names) {
      const [declared, traced] = [said.get(field) ?? none, read.get(field) ?? none];
      const [more, less] = [
        [...declared].filter((column) => !traced.has(column) && !checked.has(column)),
        [...traced].filter((column) => !declared.has(column)),
      ];
      unread.push(...more.map((column) => ({ column, field })));
      unsaid.push(...less.map((column) => ({ column, field })));
      if (more.length === 0 && less.length === 0) agreeing += 1;
    }
    const unexplained = [...names].filter(
      (field) => (!said.get(field)?.size && !read.get(field)?.size) !== isAdded(plan, field),
    );
    return { agreeing, unread, unsaid, unexplained };
  });

const none: ReadonlySet<string> = new Set();

const isAdded = ({ ledger }: Plan, field: string): boolean => Object.hasOwn(ledger.added, field);

/** By field, the columns whose fates name it; of a table of several names under the newest. */
const declaredIn = ({ tables, ledger }: Plan): ReadonlyMap<string, ReadonlySet<string>> => {
  const older = new Set(tables.flatMap(({ names }) => names.slice(1)));
  const found = new Map<string, Set<string>>();
  for (const [table, definitions] of Object.entries(ledger.definitions)) {
    if (older.has(table)) continue;
    for (const [column, { to, into }] of definitions.flatMap((one) => Object.entries(one))) {
      for (const field of [...to, ...into]) {
        found.set(field, (found.get(field) ?? new Set()).add(`${table}.${column}`));
      }
    }
  }
  return found;
};

/** What a cell of a row is made of: a column, or those that find a row elsewhere and say something. */
const cellsOf = (table: Table, beside: Readonly<Record<string, ReadonlyArray<string>>>) => {
  const own = table.names[0];
  const found = new Map(
    lookedUp(table).map((one) => [
      one.cell,
      [`${own}.${one.by}`, `${one.table}.${one.key}`, `${one.table}.${one.column}`],
    ]),
  );
  return (name: string): ReadonlyArray<string> =>
    found.get(name) ?? beside[name] ?? [`${own}.${name}`];
};

/** The cells that `work` asks a row for, whatever it holds. */
const readBy = (
  rows: ReadonlyArray<Row>,
  legacyTable: string,
  work: (row: Row) => unknown,
): ReadonlySet<string> => {
  const seen = new Set<string>();
  for (const cells of [{}, ...rows]) {
    for (const other of [null, "text"]) {
      const row = new Proxy<Row>(cells, {
        get: (target, name) => {
          if (name === "legacy_table") return legacyTable;
          seen.add(String(name));
          return target[String(name)] ?? other;
        },
      });
      work(row);
    }
  }
  return seen;
};
