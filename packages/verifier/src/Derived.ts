import type { Verify } from "@ledgerfold/declaration/internal/Checking";
import type { Columns, Fate } from "@ledgerfold/declaration/Fate";
import type { Kind } from "@ledgerfold/declaration/Kind";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import {
  type Child,
  columnsUnder,
  idColumns,
  lookedUp,
  type Table,
} from "@ledgerfold/declaration/internal/Table";
import * as Query from "@ledgerfold/event-store/sqlite/Query";
import { sql } from "kysely";
import * as Cell from "./Cell.ts";
import * as Forms from "./Forms.ts";
import { type Reader, Unreadable } from "./Read.ts";
import type { Group, List, Rule, Rules } from "./Rule.ts";
import type { Shape } from "@ledgerfold/declaration/internal/Shape";
import { openly, type Refusal, type AggregateSpec } from "./AggregateSpec.ts";

export interface Options extends Verify {
  readonly prefix: string;
  readonly tag: string;
  readonly version: string;
  readonly unreadable: AggregateSpec["unreadable"];
  /** The event's fields in the log's order: a payload that has just these need not be parsed. */
  readonly event: Shape;
  /** Rules that take the place of what the columns say, or say what no column does by itself. */
  readonly rules: Rules;
  readonly writtenAt: ReadonlyArray<string>;
  readonly grows: AggregateSpec["grows"] | undefined;
  readonly losses: AggregateSpec["losses"];
  readonly secret: AggregateSpec["secret"];
  readonly view: AggregateSpec["view"];
  readonly folding: AggregateSpec["folding"] | undefined;
}

/** Derives the spec of a declared table from its columns' fates and from `rules`. */
export const spec = (table: Table, options: Options): AggregateSpec => {
  const { prefix, tag, version, unreadable, event, rules, view } = options;
  const { type, names, columns, key, rows } = table;
  const found = lookedUp(table);
  const all: Columns = {
    ...columns,
    ...Object.fromEntries(found.map(({ cell, fate }) => [cell, fate])),
  };
  const fields = Object.fromEntries(
    event.fields.flatMap((name) => {
      const rule = rules[name] ?? ofColumns(all, rows, name, event.nullable.has(name));
      return rule === undefined ? [] : [[name, rule] as const];
    }),
  );
  const checks = checksOf(columns);
  const lookups = checkLookups(table);
  const idKinds = idColumns(table).map((name) => [name, columns[name]?.kind] as const);
  const more = <K extends string, V>(name: K, value: V | undefined) =>
    (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: V };
  return {
    aggregate: type,
    tables: names,
    key,
    columns: Object.keys(columns),
    where: table.where,
    declares: (name, column) => {
      const own = columnsUnder(table, name);
      return Object.keys(own).some((one) => folded(one) === folded(column));
    },
    ...(Object.keys(rows).length === 0
      ? {}
      : {
          parts: Object.fromEntries(
            Object.entries(rows).map(([f, child]) => [f, part(child, key)]),
          ),
        }),
    lookedUpIn: Object.fromEntries(
      (options.beside === undefined ? found : []).map((one) => [
        one.table,
        [one.key, ...found.filter(({ table }) => table === one.table).map(({ column }) => column)],
      ]),
    ),
    id: options.id ?? ((column) => idOf(idKinds, column)),
    refuse: (row) => {
      const found = (options.refuse ?? ((one) => refuseId(idKinds, one)))(row);
      return found ?? lookups(row) ?? checks(row);
    },
    writtenAt: Object.fromEntries(
      options.writtenAt.map((name) => [name, momentOf(columns[name]?.kind)]),
    ),
    losses: options.losses,
    writer: table.by,
    prefix,
    tag,
    version,
    unreadable,
    isOnlyFirst: options.isOnlyFirst ?? true,
    tagged: event.tagged,
    fields,
    mayLack: (field, value) =>
      value === null ? event.nullable.has(field) : !event.required.has(field),
    show: options.show ?? openly,
    secret: options.secret,
    view,
    ...more("beside", options.beside ?? (found.length === 0 ? undefined : joined(table))),
    ...more("metadata", options.metadata),
    ...more("hasGoneOn", options.hasGoneOn),
    ...more("grows", options.grows),
    ...more("folding", options.folding),
    ...more("streams", options.streams),
  };
};

/**
 * Left joins of the tables in which rows are looked up, each once. A row that several rows there
 * fit comes out several times, and is reported for it.
 */
const joined =
  (table: Table): NonNullable<AggregateSpec["beside"]> =>
  (_, column) => {
    const found = lookedUp(table);
    const tables = eachOnce(table);
    const alias = (name: string) => `beside_${tables.findIndex((one) => one.table === name)}`;
    return {
      columns: Object.fromEntries([
        ...found.map((one) => [one.cell, sql.id(alias(one.table), one.column)] as const),
        ...tables.map(
          (one) =>
            [isThere(one.table), sql`${sql.id(alias(one.table), one.key)} is not null`] as const,
        ),
      ]),
      joins: sql.join(
        tables.map((one) => {
          const name = alias(one.table);
          return sql`left join ${sql.id("main", one.table)} as ${sql.id(name)}
            on ${sql.id(name, one.key)} = ${column(one.by)}`;
        }),
        sql` `,
      ),
    };
  };

/** Whether the row that is named is there, which its cells don't say where they are NULL. */
const isThere = (table: string) => `row of ${table}`;

const eachOnce = (table: Table) => [
  ...new Map(lookedUp(table).map((one) => [one.table, one])).values(),
];

/** A cell that names a row has to name one that is there. */
const checkLookups = (table: Table) => {
  const lookups = eachOnce(table).map(({ table: beside, by }) => {
    const nothing = new Set<Cell.Cell>([null, ...(table.columns[by]?.kind?.none ?? [])]);
    return { by, nothing, flag: isThere(beside), reason: `it names no row of ${beside}` };
  });
  return (row: Cell.Row): Refusal | undefined => {
    const found = lookups.find(
      ({ by, nothing, flag }) => row[flag] === 0n && !nothing.has(row[by] ?? null),
    );
    return found === undefined ? undefined : { column: found.by, reason: found.reason };
  };
};

const part = ({ name, of, key, columns, where }: Child, names: Table["key"]) => ({
  table: name,
  of,
  names: names[0],
  key,
  where,
  columns: Object.keys(columns),
  refuse: checksOf(columns),
});

/** The rule of a field, from the columns that are carried to it. */
const ofColumns = (
  columns: Columns,
  rows: Readonly<Record<string, Child>>,
  field: string,
  isNullable: boolean,
): Rule | Group | List | undefined => {
  const child = rows[field];
  if (child !== undefined) {
    return {
      rows: field,
      fields: within(
        carriedTo(child.columns, () => true),
        "",
      ),
    };
  }
  const found = carriedTo(columns, (to) => to === field);
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0) return Forms.rule(one);
  const parts = carriedTo(columns, (to) => to.startsWith(`${field}.`));
  // Nothing is carried to the field, so it gets no rule, and an event that has it is reported.
  if (found.length === 0 && parts.length === 0) return undefined;
  if (found.length > 0) {
    throw new Error(`${found.length} columns are carried to ${field}: it needs a rule of its own`);
  }
  return group(parts, `${field}.`, isNullable);
};

interface Carried {
  readonly column: string;
  readonly to: string;
  readonly kind: Kind<unknown>;
  readonly mayLack: boolean;
}

const carriedTo = (columns: Columns, is: (to: string) => boolean): ReadonlyArray<Carried> =>
  Object.entries(columns).flatMap(([column, fate]) =>
    fate.fate === "carried" && is(fate.to)
      ? [
          {
            column,
            to: fate.to,
            kind: fate.kind,
            mayLack: fate.presence === "sometimes" || fate.presence === "later",
          },
        ]
      : [],
  );

const within = (parts: ReadonlyArray<Carried>, prefix: string): Readonly<Record<string, Rule>> =>
  Object.fromEntries(parts.map((one) => [one.to.slice(prefix.length), Forms.rule(one)]));

/** An object of several columns: null where all are unset, unreadable where only some are. */
const group = (parts: ReadonlyArray<Carried>, prefix: string, isNullable: boolean): Group => {
  const isOptional = isNullable && parts.every(({ kind }) => kind.none.length > 0);
  const strict = isOptional
    ? parts.map((one) => ({ ...one, kind: { ...one.kind, none: [] }, mayLack: false }))
    : parts;
  const names = parts.map(({ column }) => column);
  return {
    isUnset: (row) => {
      if (!isOptional) return false;
      const unset = parts.filter(({ column, kind }) => isNothing(kind, row[column])).length;
      return unset === 0 || unset === parts.length
        ? unset > 0
        : new Unreadable(`needs all of ${names.join(", ")} or none`);
    },
    showLegacy: (row) => names.map((name) => Cell.show(row[name])).join(", "),
    fields: within(strict, prefix),
  };
};

const isNothing = ({ none }: Kind<unknown>, cell: Cell.Cell | undefined): boolean =>
  none.some((one) => one === (cell ?? null));

/** The check of a column that no field carries, if its kind allows only some cells or moments. */
const check = (
  column: string,
  fate: Fate,
): ReadonlyArray<(row: Cell.Row) => Refusal | undefined> => {
  const { kind } = fate;
  if (fate.fate === "carried" || kind === undefined || !judged.has(kind.form._tag)) return [];
  const { legacy } = Forms.sides(kind);
  return [
    (row) => {
      if (row[column] === undefined && fate.presence !== "always" && fate.presence !== "as NULL")
        return undefined;
      const read = legacy(row[column]);
      return read instanceof Unreadable ? { column, reason: read.reason } : undefined;
    },
  ];
};

/** Refuses a row for the first of its columns whose check refuses the cell. */
const checksOf = (columns: Columns): ((row: Cell.Row) => Refusal | undefined) => {
  const checks = Object.entries(columns).flatMap(([name, fate]) => check(name, fate));
  return (row) => {
    for (const one of checks) {
      const refusal = one(row);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
};

const judged: ReadonlySet<string> = new Set(["only", "moment", "day"]);

/** Of a column that says when its row was written, whatever its kind is called. */
const momentOf = (kind: Kind<unknown> | undefined): Reader<Cell.Cell | undefined> =>
  kind?.form._tag === "moment" ? Forms.sides(kind).legacy : Cell.moment;

type IdKinds = ReadonlyArray<readonly [string, Kind<unknown> | undefined]>;

const classOf = (kind: Kind<unknown> | undefined): "integer" | "text" =>
  kind?.form._tag === "integer" ? "integer" : "text";

/** SQL that joins the cells of the id with colons; NULL where one is not of its declared type. */
const idOf = (id: IdKinds, column: Parameters<AggregateSpec["id"]>[0]) => {
  const typed = id.map(([name, kind]) => sql`typeof(${column(name)}) = ${sql.lit(classOf(kind))}`);
  const texts = id.map(([name, kind]) =>
    kind?.form._tag === "text" && kind.form.lower
      ? Query.lower(column(name))
      : sql`cast(${column(name)} as text)`,
  );
  return sql`iif(${sql.join(typed, sql` and `)}, ${sql.join(texts, sql` || ':' || `)}, null)`;
};

const refuseId = (id: IdKinds, row: Cell.Row): Refusal | undefined => {
  for (const [column, kind] of id) {
    const wanted = classOf(kind);
    const cell = row[column];
    if (typeof cell !== (wanted === "integer" ? "bigint" : "string")) {
      return { column, reason: `must be ${wanted.toUpperCase()}` };
    }
  }
  return undefined;
};
