import type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";
import { Schema } from "effect";
import type { Columns, Fate } from "./Fate.ts";
import * as LogShape from "./LogShape.ts";
import { Mistaken } from "./Mistaken.ts";
import { quote } from "./Quote.ts";
import { folded } from "./Folded.ts";
import { columnsUnder, type LeftAlone, type LeftRows, type Table } from "./Table.ts";
import * as Absent from "./Absent.ts";
import * as Where from "./Where.ts";
import type { Words } from "./Words.ts";

/**
 * What becomes of every column and table that a file is known to have. What is not declared stops a
 * migration until the operator names it.
 */

/** What becomes of a column. Fields are `Aggregate.field` of the first event of a stream. */
export interface Entry {
  readonly fate: Fate["fate"];
  /** The fields that hold its value. */
  readonly to: ReadonlyArray<string>;
  /** The fields that are worked out from it, maybe with others. */
  readonly into: ReadonlyArray<string>;
  /** How, or why not; may be empty for what is simply carried. */
  readonly words: string;
}

/** Something in a file that nobody has declared: a whole table, or a column of one. */
export interface Undeclared {
  readonly table: string;
  readonly column: string | null;
  /** Of a table that is known and cannot be read: what it is, and what to do about its rows. */
  readonly superseded?: string;
}

/** What is undeclared in a file, and what of it the operator has named to leave it out. */
export interface Judged {
  readonly undeclared: ReadonlyArray<Undeclared>;
  readonly leftOut: ReadonlyArray<Undeclared>;
  /** Names given for nothing. */
  readonly unknown: ReadonlyArray<string>;
  /** What is declared, is not in a file, and may be what the undeclared things of it are. */
  readonly absent: ReadonlyArray<Undeclared>;
  /** Of what is left out, what is called almost as something is that is declared and not there. */
  readonly misnamed: ReadonlyArray<Undeclared>;
}

/** One line of the ledger: a table, a column (or `*` for all others) and what becomes of it. */
export type Line = readonly [table: string, column: string, becomes: string];

/** By column. */
export type Entries = Readonly<Record<string, Entry>>;

export interface Ledger {
  /** The tables and columns that are declared by name. */
  readonly declared: Readonly<Record<string, Entries>>;
  /** The same by each definition, as several may say something of one table. */
  readonly definitions: Readonly<Record<string, ReadonlyArray<Entries>>>;
  readonly added: Readonly<Record<string, string>>;
  /** What becomes of this column; undefined where nobody has declared it. */
  readonly fate: (table: string, column: string) => Entry | undefined;
  readonly judge: (schema: ReadonlyArray<FileTable>, leaveOut?: ReadonlyArray<string>) => Judged;
  /** Fails where something is undeclared, or named for nothing. */
  readonly refusal: (judged: Judged) => UndeclaredSchema | NothingToLeaveOut | undefined;
  /** The whole ledger. */
  readonly lines: () => ReadonlyArray<Line>;
  /** What becomes of what one file has; what is undeclared says so. */
  readonly linesOf: (schema: ReadonlyArray<FileTable>) => ReadonlyArray<Line>;
}

interface Known {
  readonly columns: Entries;
  /** Of each definition. */
  readonly ofEach: ReadonlyArray<Entries>;
  /** By the rows that each definition of it takes, where it has several kinds. */
  readonly kinds: ReadonlyArray<{
    readonly where: Where.Where;
    readonly columns: Entries;
    /** Why no definition takes them. */
    readonly left?: string;
  }>;
  /** Why any other column is left out. Without it another column is undeclared. */
  readonly rest?: string;
}

const whereHelps = ', or give each a "where" with other cells of one column';

/** Of a log, where its tables are that; a table of their name that is another is nobody's. */
export const ofLog: LeftAlone = {
  events: "the event log itself",
  snapshots: "the event log's own",
};

const leftOut = (words: string): Entry => ({ fate: "left out", to: [], into: [], words });

export const make = (
  tables: ReadonlyArray<Table>,
  leftAlone: LeftAlone,
  words: Words,
  /** Tables of the writer's that are not read, and what is to be said of them. */
  superseded: LeftAlone = {},
): Ledger => {
  const known = new Map<string, Known>();
  const written = new Map<string, string>();
  const declarers = new Map<string, string>();
  const declare = (
    name: string,
    by: string,
    one: Omit<Known, "kinds" | "ofEach">,
    kind: Omit<Known["kinds"][number], "columns"> = { where: {} },
  ) => {
    const { where } = kind;
    const place = folded(name);
    const before = known.get(place);
    const { kinds = [], columns = {}, ofEach = [] } = before ?? {};
    const isShared =
      before?.rest !== undefined && one.rest !== undefined
        ? true
        : one.rest === undefined && kinds.every((kind) => Where.areDisjoint(kind.where, where));
    if (
      before !== undefined &&
      !(isShared && (before.rest === undefined) === (one.rest === undefined))
    ) {
      const apart = one.rest === undefined && before.rest === undefined ? whereHelps : "";
      throw new Mistaken([
        `${name} is declared twice, ${declarers.get(place)} and ${by}: say once what becomes of its rows${apart}`,
      ]);
    }
    written.set(place, name);
    declarers.set(place, by);
    known.set(place, {
      ...one,
      columns: { ...columns, ...one.columns },
      ofEach: kind.left === undefined ? [...ofEach, one.columns] : ofEach,
      kinds: one.rest === undefined ? [...kinds, { ...kind, columns: one.columns }] : [],
    });
  };
  const declareLeft = (name: string, leftRows: ReadonlyArray<LeftRows>) => {
    for (const { where, why } of leftRows) {
      declare(name, `left as ${quote(why)}`, { columns: {} }, { where, left: why });
    }
  };
  const types = tables.map(({ type }) => type);
  const entries = (type: string, columns: Columns, within = ""): Known["columns"] =>
    Object.fromEntries(
      Object.entries(columns).map(([column, fate]) => [column, entryOf(types, type, fate, within)]),
    );
  for (const table of tables) {
    for (const name of table.names) {
      declare(
        name,
        `as the table of ${table.type}`,
        {
          columns: entries(table.type, columnsUnder(table, name)),
        },
        { where: table.where },
      );
      declareLeft(name, table.leftRows);
    }
    for (const [field, child] of Object.entries(table.rows)) {
      declare(
        child.name,
        `under ${field} of ${table.type}`,
        {
          columns: entries(table.type, child.columns, `${field}[].`),
        },
        { where: child.where },
      );
      declareLeft(child.name, child.leftRows);
    }
  }
  for (const { type, beside } of tables) {
    for (const [name, { columns, rest }] of Object.entries(beside)) {
      declare(name, `beside the table of ${type}`, { columns: entries(type, columns), rest });
    }
  }
  const families: Array<readonly [name: string, pattern: RegExp, why: string]> = [];
  const stated = [...declarers];
  for (const [name, rest] of Object.entries(leftAlone)) {
    if (name.includes("*")) {
      const pattern = patternOf(folded(name));
      for (const [place, by] of stated.filter(([place]) => pattern.test(place))) {
        throw new Mistaken([
          `${name} would leave alone ${written.get(place)}, which is declared ${by}: name only tables that are no concern of it`,
        ]);
      }
      families.push([name, pattern, rest]);
    } else declare(name, `left alone as ${quote(rest)}`, { columns: {}, rest });
  }
  const declared = Object.fromEntries(
    [...known].map(([place, { columns }]) => [written.get(place) ?? place, columns]),
  );
  const definitions = Object.fromEntries(
    [...known].map(([place, { ofEach }]) => [written.get(place) ?? place, ofEach]),
  );
  const added = Object.fromEntries(
    tables.flatMap(({ type, added }) =>
      Object.entries(added).map(([field, how]) => [`${type}.${field}`, how]),
    ),
  );

  const byName = new Map(
    [...known].map(([place, one]) => [
      place,
      {
        ...one,
        folded: byColumn(one.columns),
        each: one.kinds.map(({ columns, ...kind }) => ({ ...kind, folded: byColumn(columns) })),
      },
    ]),
  );
  const ofTable = (name: string) => {
    const found = byName.get(folded(name));
    if (found !== undefined) return found;
    const [, , rest] = families.find(([, pattern]) => pattern.test(folded(name))) ?? [];
    return rest === undefined
      ? undefined
      : { columns: {}, ofEach: [], kinds: [], rest, folded: new Map<string, Entry>(), each: [] };
  };
  type Found = NonNullable<ReturnType<typeof ofTable>>;
  const ofColumn = (table: Found, name: string): Entry | undefined =>
    table.folded.get(folded(name)) ?? (table.rest === undefined ? undefined : leftOut(table.rest));
  const isNobodys = ({ rest }: Found, table: string, columns: ReadonlyArray<string>): boolean =>
    rest !== undefined && rest === ofLog[folded(table)] && LogShape.isForeign(table, columns);
  const wholeTable = (table: string): Undeclared => {
    const [, why] =
      Object.entries(superseded).find(([name]) => folded(name) === folded(table)) ?? [];
    return { table, column: null, ...(why === undefined ? {} : { superseded: why }) };
  };
  const undeclaredIn = (schema: ReadonlyArray<FileTable>): ReadonlyArray<Undeclared> =>
    schema.flatMap(({ name: table, columns }): ReadonlyArray<Undeclared> => {
      const found = ofTable(table);
      if (found === undefined || isNobodys(found, table, columns)) return [wholeTable(table)];
      return (
        columns
          // Each kind of its rows needs it declared.
          .filter(
            (column) =>
              ofColumn(found, column) === undefined ||
              found.each.some(
                (kind) => kind.left === undefined && !kind.folded.has(folded(column)),
              ),
          )
          .map((column) => ({ table, column }))
      );
    });
  const fate = (table: string, column: string) => {
    const found = ofTable(table);
    return found === undefined ? undefined : ofColumn(found, column);
  };

  return {
    declared,
    definitions,
    added,
    fate,
    judge: (schema, leaveOut = []) => {
      const names = new Set(leaveOut.map(folded));
      const all = undeclaredIn(schema);
      const namesOf = (one: Undeclared) => [folded(nameOf(one)), folded(show(one))];
      const isNamed = (one: Undeclared) => namesOf(one).some((name) => names.has(name));
      const nameable = new Set(all.flatMap(namesOf));
      const lacking = Absent.of(tables, schema);
      const mayBe = (one: Undeclared, { table, column }: Undeclared) =>
        one.column === null || column === null
          ? one.column === column && Absent.isAlike(one.table, table)
          : folded(one.table) === folded(table) && Absent.isAlike(one.column, column);
      const hasUndeclared = ({ table, column }: Undeclared) =>
        all.some((one) =>
          column === null
            ? one.column === null
            : one.column !== null && folded(one.table) === folded(table),
        );
      return {
        undeclared: all.filter((one) => !isNamed(one)),
        leftOut: all.filter(isNamed),
        unknown: leaveOut.filter((name) => !nameable.has(folded(name))),
        absent: lacking
          .filter((one) =>
            one.mayBe ? all.some((other) => mayBe(other, one)) : hasUndeclared(one),
          )
          .map(({ table, column }) => ({ table, column })),
        misnamed: all.filter(isNamed).filter((one) => lacking.some((other) => mayBe(one, other))),
      };
    },
    refusal: (judged) => {
      const undeclared = judged.undeclared.map(show);
      if (judged.unknown.length > 0) {
        const names = judged.unknown.map((name) => quote(name).slice(1, -1));
        const nameable = [...judged.leftOut, ...judged.undeclared].map(show);
        return new NothingToLeaveOut({ names, nameable, command: words.command });
      }
      const misnamed = judged.misnamed.map(show);
      return undeclared.length + misnamed.length > 0
        ? new UndeclaredSchema({
            names: undeclared,
            misnamed,
            absent: judged.absent.map(show),
            superseded: judged.undeclared.flatMap((one) =>
              one.superseded === undefined ? [] : [{ name: show(one), what: one.superseded }],
            ),
            writer: words.writer,
          })
        : undefined;
    },
    lines: () => [
      ...[...known].flatMap(([place, { columns, kinds, rest }]) => {
        const table = written.get(place) ?? place;
        const each = kinds.length > 0 ? kinds : [{ where: {}, columns }];
        return [
          ...each.flatMap(({ where, columns, left }) =>
            left === undefined
              ? Object.entries(columns).map(
                  ([column, found]): Line => [of(table, where), column, describe(found)],
                )
              : [[of(table, where), "*", describe(leftOut(left))] as const],
          ),
          ...(rest === undefined ? [] : [[table, "*", describe(leftOut(rest))] as const]),
        ];
      }),
      ...families.map(([name, , why]): Line => [name, "*", describe(leftOut(why))]),
      ...Object.entries(added).map(([field, how]): Line => ["", "", `added as ${field}: ${how}`]),
    ],
    linesOf: (schema) =>
      schema.flatMap(({ name, columns }): ReadonlyArray<Line> => {
        const table = quote(name).slice(1, -1);
        const known = ofTable(name);
        if (known === undefined || isNobodys(known, name, columns))
          return [[table, "*", undeclared(wholeTable(name))]];
        if (columns.length === 0) {
          return [[table, "*", `a virtual table, and none of ${words.writer}'s`]];
        }
        const { each = [] } = ofTable(name) ?? {};
        const kinds =
          each.length > 1 || (each[0] !== undefined && Where.show(each[0].where) !== "");
        return (kinds ? each : [undefined]).flatMap((kind) => {
          if (kind?.left !== undefined)
            return [[of(table, kind.where), "*", describe(leftOut(kind.left))] as const];
          return columns.map((column): Line => {
            const found = kind === undefined ? fate(name, column) : kind.folded.get(folded(column));
            const becomes =
              found === undefined ? undeclared({ table: name, column }) : describe(found);
            return [of(table, kind?.where ?? {}), quote(column).slice(1, -1), becomes];
          });
        });
      }),
  };
};

const byColumn = (columns: Readonly<Record<string, Entry>>) =>
  new Map(Object.entries(columns).map(([name, entry]) => [folded(name), entry]));

/** With the rows that are meant. */
const of = (table: string, where: Where.Where): string => {
  const shown = Where.show(where);
  return shown === "" ? table : `${table}, ${quote(shown).slice(1, -1)}`;
};

/** Fields are called after their aggregate; those of another one are already. */
const entryOf = (types: ReadonlyArray<string>, type: string, fate: Fate, within: string): Entry => {
  const named = (field: string) =>
    types.some((other) => field.startsWith(`${other}.`)) ? field : `${type}.${within}${field}`;
  return {
    fate: fate.fate,
    to: fate.fate === "carried" ? [named(fate.to)] : [],
    into: fate.fate === "left out" ? [] : fate.into.map(named),
    words: fate.words,
  };
};

const patternOf = (name: string): RegExp =>
  new RegExp(`^${name.split("*").map(escapedPart).join(".*")}$`, "s");

const escapedPart = (part: string) => part.replace(/[^\w]/g, "\\$&");

/** As `--leave-out` names it. */
const nameOf = ({ table, column }: Undeclared): string =>
  column === null ? table : `${table}.${column}`;

/** The same, fit for a screen; `--leave-out` takes this form as well. */
export const show = (undeclared: Undeclared): string => quote(nameOf(undeclared)).slice(1, -1);

/** A schema nobody has seen, so nothing was written. */
export class UndeclaredSchema extends Schema.TaggedError<UndeclaredSchema>()("UndeclaredSchema", {
  /** Tables, and columns as `table.column`. */
  names: Schema.Array(Schema.String),
  /** What the operator leaves out and what may be meant by something that is `absent`. */
  misnamed: Schema.Array(Schema.String),
  /** What is declared and not there. */
  absent: Schema.Array(Schema.String),
  /** Of the names those of tables that are known and not read. */
  superseded: Schema.Array(Schema.Struct({ name: Schema.String, what: Schema.String })),
  writer: Schema.String,
}) {
  override get message() {
    const { names, misnamed, absent, superseded, writer } = this;
    const options = names.map((name) => `--leave-out ${inShell(name)}`).join(" ");
    const isKnown = (name: string) => superseded.some((one) => one.name === name);
    const unseen = [...names.filter((name) => !isKnown(name)), ...misnamed];
    return [
      ...superseded.map(({ name, what }) => `This database has a table ${name}: ${what}.`),
      ...(unseen.length === 0
        ? []
        : [`This database has what no known version of ${writer} made: ${list(unseen)}.`]),
      ...(absent.length === 0
        ? []
        : [
            `Declared and not there: ${list(absent)}; where that is only another name for it, correct the definition.`,
          ]),
      "Nothing was written, as it would be lost without a word.",
      ...(misnamed.length === 0
        ? []
        : [
            `Such a name is not left out by --leave-out: correct the definition, or say in it that ${list(misnamed)} is left out: a table under leaveAlone, a column with leftOut.`,
          ]),
      ...(unseen.length === misnamed.length
        ? []
        : [
            "Look at it, and declare it in a definition: with leftOut or, a whole table, under leaveAlone where it says nothing.",
          ]),
      ...(names.length === 0 ? [] : [`To go on without it for once add ${options}.`]),
    ].join(" ");
  }
}

/** `--leave-out` names what is not there or is not left out; nothing was written. */
export class NothingToLeaveOut extends Schema.TaggedError<NothingToLeaveOut>()(
  "NothingToLeaveOut",
  {
    names: Schema.Array(Schema.String),
    nameable: Schema.Array(Schema.String),
    command: Schema.String,
  },
) {
  override get message() {
    const choice =
      this.nameable.length === 0
        ? "In this database nothing has to be named."
        : `What has to be named is ${list(this.nameable)}.`;
    return `--leave-out names ${list(this.names)}, which this database does not have or which the column ledger has declared. ${choice} See ${this.command} ledger.`;
  }
}

const list = (names: ReadonlyArray<string>): string => names.join(", ");

const inShell = (name: string): string =>
  /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;

/** In words, as the ledger prints it. */
const describe = ({ fate: kind, to, into, words }: Entry): string => {
  const places = [
    ...(to.length === 0 ? [] : [`to ${list(to)}`]),
    ...(into.length === 0 ? [] : [`into ${list(into)}`]),
  ].join(", and ");
  return `${[kind, places].filter((part) => part !== "").join(" ")}${words === "" ? "" : `: ${words}`}`;
};

const undeclared = (one: Undeclared): string =>
  `${one.superseded === undefined ? "UNDECLARED" : `NOT MIGRATED, ${one.superseded}`}: see --leave-out ${inShell(show(one))}`;

/** As a table of Markdown, which reads well on a terminal too. */
export const print = (rows: ReadonlyArray<Line>): string => {
  const all = [["table", "column", "becomes"] as const, ...rows].map(escaped);
  const widths = [0, 1, 2].map((place) => Math.max(...all.map((row) => row[place]?.length ?? 0)));
  const row = (cells: ReadonlyArray<string>, fill = " ") =>
    `| ${cells.map((cell, place) => cell.padEnd(widths[place] ?? 0, fill)).join(" | ")} |`;
  const [head, ...body] = all.map((cells) => row(cells));
  return [head, row(["", "", ""], "-"), ...body].join("\n");
};

const escaped = (line: Line) => line.map((cell) => cell.replaceAll("|", "\\|"));
