import type { Columns } from "./Fate.ts";
import type { Constant, Form, Kind } from "./Kind.ts";
import { quote } from "./Quote.ts";
import type { Table } from "./Table.ts";

/**
 * What of the carried cells cannot be told from the events again, by the declarations alone: one
 * sentence for each column, and one for each kind of which values are spelled in several ways.
 */
export const sentences = (tables: ReadonlyArray<Table>): ReadonlyArray<string> => {
  const all = tables.flatMap(({ names, columns, rows, beside }) => [
    [names[0], columns] as const,
    ...Object.values(rows).map((child) => [child.name, child.columns] as const),
    ...Object.entries(beside).map(([name, { columns }]) => [name, columns] as const),
  ]);
  const forms = all.flatMap(([, columns]) => carried(columns).map(([, { kind }]) => kind.form));
  return [
    ...all.flatMap(([table, columns]) => [
      ...carried(columns).flatMap(([column, { kind, into, words }]) => {
        // Another field may keep it.
        const more = into.length > 0 && words !== "" ? ` (${words})` : "";
        return ofKind(kind).map((sentence) => `${table}.${column}: ${sentence}${more}`);
      }),
      ...ofFallbacks(table, columns),
    ]),
    ...spellings.flatMap(([is, sentence]) => (forms.some(is) ? [sentence] : [])),
  ];
};

const carried = (columns: Columns) =>
  Object.entries(columns).flatMap(([column, fate]) =>
    fate.fate === "carried" ? [[column, fate] as const] : [],
  );

const ofKind = ({ form, none }: Kind<unknown>): ReadonlyArray<string> => {
  const cells = new Map<string, Array<Constant>>();
  const add = (json: string, cell: Constant) => {
    cells.set(json, [...(cells.get(json) ?? []), cell]);
  };
  for (const cell of none) add("null", cell);
  if (form._tag === "json" && none.length > 0) add("null", "null");
  if (form._tag === "words") for (const [cell, json] of form.words) add(textOf(json), cell);
  return [
    ...[...cells].flatMap(([json, same]) =>
      same.length < 2 ? [] : [`${list(same.map(shown))} become ${json} alike`],
    ),
    ...(form._tag === "text" && form.lower ? ["only its lower case is kept"] : []),
  ];
};

/** Fields that are of several columns, as where one stands for another that is NULL. */
const ofFallbacks = (table: string, columns: Columns): ReadonlyArray<string> => {
  const all = carried(columns);
  const fields = new Set(all.map(([, { to }]) => to));
  return [...fields].flatMap((field) => {
    if (field === "aggregate_id") return [];
    const from = all.filter(([, { to, into }]) => to === field || into.includes(field));
    const names = from.map(([column]) => column);
    return names.length < 2
      ? []
      : [`${table}.${list(names)}: all are in ${field}, which alone may not tell them apart`];
  });
};

type Spelling = readonly [is: (form: Form) => boolean, sentence: string];

const spellings: ReadonlyArray<Spelling> = [
  [
    (form) => form._tag === "moment" && form.unit === "text",
    "moments: how they were written, with a space or T, in which zone, with which zeros at the end",
  ],
  [({ _tag }) => _tag === "decimal", "numbers: whether as INTEGER or REAL; the sign of a zero"],
  [
    ({ _tag }) => _tag === "decimal text",
    "decimals that are text: zeros at the end, and the sign of a zero",
  ],
  [
    (form) => form._tag === "decimal text" && form.numbers,
    "decimals that are text or numbers: which of these they were",
  ],
  [({ _tag }) => _tag === "day or time", "days with a time: whether a space or T was between"],
  [
    ({ _tag }) => _tag === "json",
    "JSON: white space, the order of keys, and how numbers and characters were written",
  ],
];

/** Whether cells of it that differ may be the same value in another spelling. */
export const isSpelledInWays = (form: Form): boolean =>
  spellings.some(([is]) => is(form)) || (form._tag === "text" && form.lower);

const shown = (cell: Constant): string =>
  cell === null ? "NULL" : typeof cell === "string" ? quote(cell) : String(cell);

const textOf = (json: unknown): string =>
  JSON.stringify(json, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));

const list = (names: ReadonlyArray<string>): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
