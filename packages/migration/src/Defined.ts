import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import * as Compiled from "@ledgerfold/aggregate/internal/Compiled";
import type { Columns } from "@ledgerfold/declaration/Fate";
import type { Kind } from "@ledgerfold/declaration/Kind";
import {
  type AnyGiven,
  type Given,
  type Migration,
  Refused,
} from "@ledgerfold/declaration/Migration";
import { folded } from "@ledgerfold/declaration/internal/Folded";
import { lookedUp, type Table } from "@ledgerfold/declaration/internal/Table";
import type { Fault } from "@ledgerfold/declaration/Writing";
import type { RecordedEvent } from "@ledgerfold/event-store/EventStore";
import { Either, type Schema } from "effect";
import { type BadCell, display, type RawRow } from "./BadData.ts";
import type * as Chunk from "./Chunk.ts";
import * as Field from "./Field.ts";
import * as Fields from "./Fields.ts";
import * as Migrate from "./Migrate.ts";
import * as Twins from "./Twins.ts";

/** The writer's side of a stated migration: how its rows become events. */
export const of = (migration: Migration): Migrate.Defined => {
  const known = made.get(migration);
  if (known !== undefined) return known;
  const defined = make(migration);
  made.set(migration, defined);
  return defined;
};

const made = new WeakMap<Migration, Migrate.Defined>();

/** All of a plan's migrations. */
export const all = <Type extends string>(
  migrations: Readonly<Record<Type, Migration>>,
): Readonly<Record<Type, Migrate.Defined>> =>
  Object.fromEntries(
    Object.entries<Migration>(migrations).map(([type, one]) => [type, of(one)]),
  ) as Record<Type, Migrate.Defined>;

type Kinds = Readonly<Record<string, Kind<unknown>>>;
type Row = AnyGiven["row"];

const make = ({ aggregate, tag, table, definition }: Migration): Migrate.Defined => {
  const { sqlite, between, refine } = definition;
  const found = lookedUp(table);
  const joined: Kinds = {
    ...definition.joined,
    ...Object.fromEntries(found.map(({ cell, fate }) => [cell, fate.kind])),
  };
  const options = {
    columns: table.columns,
    joined,
    isSecret: table.isSecret,
    ...(between === undefined ? {} : { between }),
    ...(refine === undefined ? {} : { refine }),
  };
  const parts = Object.fromEntries(
    Object.entries(table.rows).map(([field, child]) => {
      const read = Compiled.decoder(Fields.row(child.columns, {}, undefined, table.isSecret));
      const { name, of, key } = child;
      return [field, { table: name, of, key, decode: (cells: RawRow) => read(cells) }];
    }),
  );
  const carried = carrier(table);
  const spelled = Twins.idOfKey(table);
  return Migrate.define<Aggregate.Any, Row>(aggregate, { table, sqlite }, (run, rows) => {
    const plain = { run_id: run.id, legacy_table: rows.table };
    const { columns, table: name } = rows;
    const told = definition.tell?.(run, { table: name, columns, metadata: plain }) ?? {};
    const known = new Set(Object.keys(joined));
    const has = (column: string) => rows.columns.has(folded(column)) || known.has(column);
    const decode = Compiled.decoder(rowSchema(options, has));
    const given = (
      row: Row,
      cells: RawRow,
      existing: RecordedEvent | undefined,
      lists: Chunk.DecodedParts,
    ): AnyGiven => ({ row, fields: carried(row, lists), cells, has, run, existing });
    return {
      name: aggregate.type,
      key: table.key,
      isSecret: table.isSecret,
      ...(told.direct === undefined ? {} : { direct: told.direct }),
      lookups: Object.fromEntries(found.map(({ cell, by }) => [cell, by])),
      parts,
      decode,
      id: (row) => definition.id(given(row, {}, undefined, {})),
      idOfKey: spelled,
      plan: (row, cells, nameOf, existing, lists) => {
        const all = given(row, cells, existing, lists);
        const made = definition.event(all);
        if (made instanceof Refused) {
          return Either.left<BadCell>({
            table: rows.table,
            key: nameOf(),
            column: made.column,
            value: display(table.isSecret, cells[made.column] ?? null),
            rule: made.rule,
          });
        }
        const more = definition.metadata?.(all) ?? {};
        return Either.right({
          event: { ...made, _tag: tag },
          // One object for all rows with nothing more: a store writes many such events at once.
          metadata: Object.keys(more).length === 0 ? plain : { ...plain, ...more },
        });
      },
      onWritten: (row, cells) => told.onWritten?.(row as never, cells) ?? [],
      summary: (outcome) =>
        told.summary?.(outcome) ?? [
          {
            _tag: "Result",
            message: `Migrated ${outcome.written} ${definition.called ?? `rows of ${table.names[0]}`}`,
          },
        ],
    };
  });
};

interface RowOptions<C, R, K, B> {
  readonly columns: C;
  readonly joined?: K;
  readonly isSecret?: boolean;
  readonly between?: (cells: RawRow) => ReadonlyArray<Fault>;
  readonly refine?: (
    row: Schema.Schema<Given<C, R, K, B>["row"], unknown>,
  ) => Schema.Schema<Given<C, R, K, B>["row"], unknown>;
}

/** The row's own schema, for who wants to read rows without a run. */
export const rowSchema = <C extends Columns, R, K extends Kinds, B>(
  { columns, joined, between, refine, isSecret }: RowOptions<C, R, K, B>,
  has?: (column: string) => boolean,
): Schema.Schema<Given<C, R, K, B>["row"], unknown> => {
  const fields = Fields.row(columns, joined, has, isSecret);
  const whole = (between === undefined
    ? fields
    : Field.between(fields, between)) as unknown as Schema.Schema<
    Given<C, R, K, B>["row"],
    unknown
  >;
  return refine?.(whole) ?? whole;
};

/** Takes from a row the fields that are carried as they are. */
const carrier = (table: Table) => {
  const targets = (columns: Columns) => {
    const all = Object.entries(columns).flatMap(([column, fate]) =>
      fate.fate === "carried" && !fate.to.includes(".") && fate.to !== "aggregate_id"
        ? [[fate.to, column] as const]
        : [],
    );
    return all.filter(([to]) => all.filter(([other]) => other === to).length === 1);
  };
  const own = targets({
    ...table.columns,
    ...Object.fromEntries(lookedUp(table).map(({ cell, fate }) => [cell, fate])),
  });
  const parts = Object.entries(table.rows).map(
    ([field, { columns }]) => [field, targets(columns)] as const,
  );
  const pick = (row: Readonly<Record<string, unknown>>, names: typeof own) => {
    // For every row: a loop, since a list of pairs takes several times as long.
    const fields: Record<string, unknown> = {};
    for (const [to, column] of names) fields[to] = row[column];
    return fields;
  };
  return (row: unknown, lists: Chunk.DecodedParts) => {
    const fields = pick(row as Record<string, unknown>, own);
    for (const [field, names] of parts) {
      fields[field] = (lists[field] ?? []).map((part) =>
        pick(part as Record<string, unknown>, names),
      );
    }
    return fields;
  };
};
