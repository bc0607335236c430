import type { Added } from "./Added.ts";
import type { Rules, Sources } from "./Checking.ts";
import type { Columns } from "./Fate.ts";
import { type Constant, type Kind, mostDigits } from "./Kind.ts";
import { longest, type Losses, weights } from "./Loss.ts";
import type { Fields, Shape } from "./Shape.ts";
import { folded } from "./Folded.ts";
import type { Table } from "./Table.ts";
import { cellsOf, type Where } from "./Where.ts";
import * as Zone from "./Zone.ts";

/**
 * What is wrong with a definition by itself, each in a sentence that says where and what to do. The
 * types tell most of it before; what is put together of parts may be wider than they see.
 */
export interface Judged {
  readonly table: Table;
  readonly definition: Facts;
  /** Of the event that a row becomes. */
  readonly event: Shape;
  readonly tag: string;
  /** Of the view after that event, and its tag. */
  readonly view: Shape & { readonly tag: string };
}

/** What a definition says beside its table, but for its functions. */
export interface Facts {
  readonly writtenAt?: ReadonlyArray<string>;
  readonly grows?: { readonly column: string; readonly field: string | null };
  readonly added?: Readonly<Record<string, Added>>;
  readonly view: string | { readonly tag: string; readonly fields: Sources };
  readonly rules?: Rules;
  readonly losses?: Losses;
  readonly confirm?: Readonly<Record<string, string>>;
}

export const of = (judged: Judged): ReadonlyArray<string> => [
  ...columnMistakes(judged),
  ...fillingMistakes(judged),
  ...childMistakes(judged),
  ...lookupMistakes(judged),
  ...viewMistakes(judged),
  ...lossMistakes(judged),
];

const columnMistakes = ({ table, definition, event }: Judged): ReadonlyArray<string> => {
  const { columns, key, order, names } = table;
  const [name] = names;
  const { writtenAt = [], grows, confirm = {} } = definition;
  const missing = (what: string, column: string) => isNoColumn(name, what, column, columns);
  const silent = key.filter(
    (one) => Object.hasOwn(columns, one) && columns[one]?.kind === undefined,
  );
  return [
    ...ofColumns(name, columns),
    ...twice(names, "is named twice: once is enough").map((one) => `The table ${one}`),
    ...key.flatMap((column) => missing("key", column)),
    ...silent.map(
      (column) =>
        `${name}.${column} is a key and is left out: carry it to aggregate_id, or derive something from it`,
    ),
    ...order.flatMap((column) => missing("order", column)),
    ...rowsMistakes(name, table, columns),
    ...writtenAt.flatMap((column) => missing("writtenAt", column)),
    ...Object.entries(confirm).flatMap(([column, words]) => [
      ...missing("confirm", column),
      ...(Object.hasOwn(columns, column) && columns[column]?.kind === undefined
        ? [`${name}: confirm names ${column}, which is left out unread: derive something from it`]
        : []),
      ...(words.trim() === ""
        ? [`${name}: confirm says nothing of ${column}: say what to know`]
        : []),
    ]),
    ...(grows === undefined ? [] : missing("grows", grows.column)),
    ...(grows === undefined || grows.field === null || event.fields.includes(top(grows.field))
      ? []
      : [`${name}: grows names ${grows.field}, which is no field of the event: ${oneOf(event)}`]),
  ];
};

/** What is wrong with columns, whosever they are. */
const ofColumns = (table: string, columns: Columns): ReadonlyArray<string> => [
  ...twice(
    Object.keys(columns),
    "is there twice, as SQLite takes names that differ only in case for one: name it once",
  ).map((one) => `The column ${table}.${one}`),
  ...Object.entries(columns).flatMap(([column, { kind }]) =>
    kind === undefined ? [] : ofKind(`${table}.${column}`, kind),
  ),
];

const ofKind = (place: string, { form, none, zone }: Kind<unknown>): ReadonlyArray<string> => {
  if (zone !== undefined && !Zone.mayLack(form) && form._tag !== "own") {
    return [`${place} is in ${zone}, and only a moment() of text can be: leave out inZone`];
  }
  if (form._tag === "text" && form.matching !== undefined && /[gy]/.test(form.matching.flags)) {
    return [
      `${place} is matched with ${form.matching}, which remembers where it stopped: leave out the flag g or y`,
    ];
  }
  if (form._tag === "decimal text" && !(form.digits >= 1 && form.digits <= mostDigits)) {
    return [`${place} may have ${form.digits} digits: say how many, from 1 to ${mostDigits}`];
  }
  if (form._tag !== "words") return [];
  const cells = [...form.words.map(([cell]) => cell), ...none];
  const said = cells.map((cell) => `${typeof cell} ${cell}`);
  return [...new Set(cells.filter((_, at) => said.indexOf(said[at] ?? "") < at))].map(
    (cell) =>
      `${place} has ${shown(cell)} twice among what its cells stand for: say once what it stands for`,
  );
};

const fillingMistakes = ({ table, definition, event, tag }: Judged): ReadonlyArray<string> => {
  const { type, names, columns, rows, beside } = table;
  const { rules = {}, added = {} } = definition;
  const [name] = names;
  const carried = [
    ...carriedOf(name, columns),
    ...Object.entries(beside).flatMap(([other, one]) => carriedOf(other, one.columns)),
  ].filter(({ to }) => top(to) !== "aggregate_id");
  const others = [...Object.keys(rows), ...Object.keys(rules), ...Object.keys(added)];
  const filled = new Set([...carried.map(({ to }) => top(to)), ...others]);
  const whole = `${type}'s event ${tag}`;
  const unknown = [...filled].filter((field) => !event.fields.includes(field));
  const toDo =
    'carry a column to it, fill it from "rows" or "beside", give it a rule under "rules", or add it under "added"';
  return [
    ...unknown.map((field) => `${name} fills ${field}, which ${whole} has not: ${oneOf(event)}`),
    ...intoMistakes(name, columns, event),
    ...Object.entries(beside).flatMap(([other, one]) => intoMistakes(other, one.columns, event)),
    ...[...event.required]
      .filter((field) => !filled.has(field))
      .map((field) => `${name}: nothing fills ${field} of ${whole}: ${toDo}`),
    ...onceEach(
      name,
      carried.filter(({ to }) => !Object.hasOwn(rules, top(to))),
      event,
    ),
  ];
};

/** A dot may part another aggregate from its field. */
const intoMistakes = (table: string, columns: Columns, event: Fields): ReadonlyArray<string> =>
  Object.entries(columns).flatMap(([column, fate]) =>
    (fate.fate === "left out" ? [] : fate.into)
      .filter((to) => !to.includes(".") && to !== "aggregate_id" && !event.fields.includes(to))
      .map(
        (to) =>
          `${table}.${column} goes into ${to}, which is no field of the event: ${oneOf(event)}`,
      ),
  );

interface Carried {
  /** With its table. */
  readonly column: string;
  readonly to: string;
  readonly kind: Kind<unknown>;
}

const carriedOf = (table: string, columns: Columns): ReadonlyArray<Carried> =>
  Object.entries(columns).flatMap(([column, fate]) =>
    fate.fate === "carried" ? [{ column: `${table}.${column}`, to: fate.to, kind: fate.kind }] : [],
  );

/** What no rule of the verifier's own says, each column has to say alone. */
const onceEach = (
  name: string,
  carried: ReadonlyArray<Carried>,
  fields: Fields,
): ReadonlyArray<string> => {
  const groups = new Map<string, ReadonlyArray<Carried>>();
  for (const one of carried) groups.set(top(one.to), [...(groups.get(top(one.to)) ?? []), one]);
  return [...groups].flatMap(([field, all]) => {
    const ruled = `give ${field} a rule of its own under "rules"`;
    const own = all.flatMap(({ column, kind: { form } }) =>
      form._tag === "own"
        ? [`${column} has a kind of its own, which only its own rule can check: ${ruled}`]
        : [],
    );
    const whole = all.filter(({ to }) => to === field);
    if (whole.length > 0) {
      const columns = all.map(({ column }) => column).join(" and ");
      return all.length === 1
        ? own
        : [...own, `${columns} are both carried to ${field}: ${ruled}, or carry one elsewhere`];
    }
    const parts = all.map(({ to, ...one }) => ({ ...one, to: to.slice(field.length + 1) }));
    return [...own, ...partMistakes(name, field, parts, fields.within(field), ruled)];
  });
};

/** Of an object's fields, or those of the objects in a list. */
const partMistakes = (
  name: string,
  place: string,
  parts: ReadonlyArray<Carried>,
  known: Fields | undefined,
  ruled: string,
): ReadonlyArray<string> => {
  const places = new Map<string, ReadonlyArray<string>>();
  for (const { to, column } of parts) places.set(to, [...(places.get(to) ?? []), column]);
  return [
    ...[...places].flatMap(([to, columns]) => [
      ...(columns.length === 1
        ? []
        : [
            `${columns.join(" and ")} are both carried to ${place}.${to}: ${ruled}, or carry one elsewhere`,
          ]),
      ...(known === undefined || known.fields.includes(to)
        ? []
        : [
            `${columns.join(" and ")} fills ${place}.${to}, which the event has not: ${oneOf(known)}`,
          ]),
    ]),
    ...[...(known?.required ?? [])]
      .filter((field) => !places.has(field))
      .map(
        (field) => `${name}: nothing fills ${place}.${field}: carry a column to it, or ${ruled}`,
      ),
  ];
};

const childMistakes = ({ table, definition, event }: Judged): ReadonlyArray<string> => {
  const { names, key, rows } = table;
  const { rules = {} } = definition;
  return Object.entries(rows).flatMap(([field, child]) => {
    const { name, of, key: own, columns } = child;
    const ruled = `give ${field} a rule of its own under "rules"`;
    const carried = carriedOf(name, columns);
    const isRuled = Object.hasOwn(rules, field);
    return [
      ...(key.length === 1
        ? []
        : [
            `${name} lists rows of ${names[0]}, whose key is ${key.join(", ")}: only a table of one key column can have such rows, so make one of them the key or leave ${field} to a migration of its own`,
          ]),
      ...ofColumns(name, columns),
      ...isNoColumn(name, "of", of, columns),
      ...isNoColumn(name, "key", own, columns),
      ...rowsMistakes(name, child, columns),
      ...(isRuled
        ? []
        : [
            ...carried.flatMap(({ column, kind: { form } }) =>
              form._tag === "own"
                ? [`${column} has a kind of its own, which only its own rule can check: ${ruled}`]
                : [],
            ),
            ...partMistakes(name, `${field}[]`, carried, event.within(field), ruled),
          ]),
    ];
  });
};

const lookupMistakes = ({ table }: Judged): ReadonlyArray<string> =>
  Object.entries(table.beside).flatMap(([name, { columns, on }]) => [
    ...ofColumns(name, columns),
    ...(on === undefined
      ? []
      : [
          ...isNoColumn(table.names[0], `by of ${name}`, on.by, table.columns),
          ...isNoColumn(name, "key", on.key, columns),
        ]),
  ]);

const viewMistakes = ({ table, definition, event, view }: Judged): ReadonlyArray<string> => {
  const [name] = table.names;
  const { view: stated } = definition;
  const place = `${name}: the view ${view.tag}`;
  if (typeof stated === "string") {
    return view.fields
      .filter((field) => !event.fields.includes(field))
      .map(
        (field) =>
          `${place} has ${field}, which is no field of the event: say what it is, as view: { tag: "${view.tag}", fields: { ${field}: … } }`,
      );
  }
  const { fields } = stated;
  const isSource = (source: string) => source === "aggregate_id" || event.fields.includes(source);
  return [
    ...Object.keys(fields)
      .filter((field) => !view.fields.includes(field))
      .map((field) => `${place} has no field ${field}: ${oneOf(view)}`),
    ...[...view.required]
      .filter((field) => !Object.hasOwn(fields, field))
      .map((field) => `${place} has ${field}, of which nothing is said: name a field of the event`),
    ...Object.entries(fields).flatMap(([field, source]) =>
      typeof source === "function" || isSource(source)
        ? []
        : [
            `${place} takes ${field} from ${source}, which is no field of the event: ${oneOf(event)}`,
          ],
    ),
  ];
};

const lossMistakes = ({ table, definition, event }: Judged): ReadonlyArray<string> =>
  Object.entries(definition.losses ?? {}).flatMap(([field, { weight, means }]) => {
    const place = `${table.names[0]}: losses of ${field}`;
    return [
      ...(event.fields.includes(field)
        ? []
        : [`${place}, which is no field of the event: ${oneOf(event)}`]),
      ...(weight === undefined || weights.includes(weight)
        ? []
        : [`${place} weigh ${weight}: say one of ${weights.join(", ")}`]),
      ...(means === undefined || (means.trim() !== "" && means.length <= longest)
        ? []
        : [`${place} mean ${means.length} characters: say it in 1 to ${longest}`]),
      ...(weight === undefined && means === undefined
        ? [`${place} say nothing: say a weight, or what it means`]
        : []),
    ];
  });

/** Of what tells a table's rows apart. */
const rowsMistakes = (
  name: string,
  { where, leftRows }: Pick<Table, "where" | "leftRows">,
  columns: Columns,
): ReadonlyArray<string> => [
  ...whereMistakes(name, where, columns),
  ...leftRows.flatMap((left) => whereMistakes(name, left.where, columns)),
  ...leftRows
    .filter((left) => cellsOf(left.where).length === 0)
    .map(
      () => `${name}: leftRows names no column: a table whose rows are all left is none to declare`,
    ),
];

const whereMistakes = (name: string, where: Where, columns: Columns): ReadonlyArray<string> =>
  cellsOf(where).flatMap(([column, cells]) => [
    ...isNoColumn(name, "where", column, columns),
    ...(cells.length > 0 ? [] : [`${name}: where names no cell for ${column}: name one at least`]),
    ...((columns[column]?.presence ?? "always") === "always"
      ? []
      : [`${name}.${column} tells the rows apart and may be missing: a table must always have it`]),
  ]);

const isNoColumn = (table: string, what: string, column: string, columns: Columns) =>
  Object.hasOwn(columns, column)
    ? []
    : [
        `${table}: ${what} names ${column}, which is no column of ${table}: name one of ${Object.keys(columns).join(", ")}`,
      ];

const twice = (names: ReadonlyArray<string>, why: string): ReadonlyArray<string> => {
  const places = names.map(folded);
  return names
    .filter((name, at) => places.indexOf(folded(name)) < at)
    .map((name) => `${name} ${why}`);
};

const top = (to: string): string => to.split(".")[0] ?? to;

const oneOf = ({ fields }: Fields): string =>
  fields.length === 0 ? "it has none" : `name one of ${fields.join(", ")}`;

const shown = (cell: Constant): string =>
  typeof cell === "string" ? JSON.stringify(cell) : String(cell ?? "NULL");
