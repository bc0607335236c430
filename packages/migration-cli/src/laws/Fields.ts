import type { Plan } from "@ledgerfold/declaration/Plan";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import type { Cell, Row } from "@ledgerfold/verifier/Cell";
import * as AggregateSpecs from "@ledgerfold/verifier/AggregateSpecs";
import { type RawBuilder, sql } from "kysely";
import { sample } from "./Loose.ts";
import * as Meaning from "./Meaning.ts";
import type { Weight } from "./Places.ts";

/** Changes of what a log holds: of the columns of events and views, and of every field of their JSON. */
export function* changes(database: Service, plan: Plan, most: number) {
  for (const migration of Object.values(plan.migrations)) {
    const { type, aggregate } = migration;
    const { show } = AggregateSpecs.of(migration);
    const stored = [
      {
        ...{ table: "events", key: "aggregate_id", where: sql`aggregate_type = ${type}` },
        columns: ["aggregate_type", "aggregate_id", "sequence", "event_type", "event_version"],
        json: ["payload", "metadata"],
      },
      {
        ...{ table: aggregate.view.table, key: "view_id", where: sql`true` },
        ...{ columns: ["view_id", "version"], json: ["payload"] },
      },
    ];
    for (const { table, key, where, columns, json } of stored) {
      const all = database.execute(
        raw(
          sql<Row>`select rowid as place, * from ${sql.table(table)} where ${where} order by rowid`,
        ),
      );
      for (const row of sample(all, most)) {
        const update = (column: string, to: Cell): RawBuilder<unknown> =>
          sql`update ${sql.table(table)} set ${sql.id(column)} = ${to} where rowid = ${row["place"]}`;
        const change = (column: string, from: string, to: string) => ({
          ...{ table, key: show.text(String(row[key])), column, from, to },
        });
        for (const column of [...columns, ...json]) {
          const cell = row[column] ?? null;
          for (const value of Meaning.others(undefined, cell)) {
            yield {
              change: change(column, show.cell(cell), show.cell(value)),
              update: update(column, value),
              weigh: (): Weight | undefined => {
                const [after] = database.execute(
                  raw(sql<Row>`select ${sql.ref(column)} as cell from ${sql.table(table)}
                    where rowid = ${row["place"]}`),
                );
                return Meaning.isSame(after?.["cell"] ?? null, cell)
                  ? undefined
                  : "means something";
              },
            };
          }
        }
        for (const column of json) {
          for (const { path, from, to, text } of ofJson(String(row[column]))) {
            const name = path.join(".");
            // A run may have any name, and its moment is held against that of its other events.
            const isFree =
              (column === "metadata" && name === "run_id" && /^"[^"]+"$/.test(to)) ||
              (all.length === 1 && isMoment.test(to) && isMoment.test(from));
            yield {
              change: change(`${column}.${name}`, show.text(from), show.text(to)),
              update: update(column, text),
              weigh: (): Weight => (isFree ? "same value" : "means something"),
            };
          }
        }
      }
    }
  }
}

const isMoment = /^"\d{4}-\d\d-\d\dT/;

/** Each value to others, gone, and under another name. */
function* ofJson(text: string) {
  const json = parse(text);
  for (const path of pathsOf(json)) {
    const from = stringify(at(json, path));
    const tried = [
      ...values
        .filter((value) => value !== from)
        .map((to) => [to, put(json, path, parse(to))] as const),
      ["gone", put(json, path, undefined)] as const,
      ["twice", put(json, [...path.slice(0, -1), `${path.at(-1)}_`], at(json, path))] as const,
    ];
    for (const [to, changed] of tried) {
      const written = stringify(changed);
      if (written !== text) yield { path, from, to, text: written };
    }
  }
}

const values: ReadonlyArray<string> = [
  ...["null", "true", "false", "0", "1", "-1", "0.5", "9007199254740993", "{}", "[]"],
  ...['""', '"x"', '"0"', '"-1"', '"2019-01-31"', '"2019-01-31T00:00:00Z"'],
];

type Path = ReadonlyArray<string>;

const isNode = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !exact.isRawJSON(value);

const pathsOf = (value: unknown): ReadonlyArray<Path> =>
  isNode(value)
    ? Object.entries(value).flatMap(([name, one]) => [
        [name],
        ...pathsOf(one).map((path) => [name, ...path]),
      ])
    : [];

const at = (value: unknown, [name, ...rest]: Path): unknown =>
  name === undefined ? value : at(isNode(value) ? value[name] : undefined, rest);

/** Without it where the value is undefined. */
const put = (value: unknown, [name = "", ...rest]: Path, to: unknown): unknown => {
  if (!isNode(value)) return value;
  const one = rest.length === 0 ? to : put(value[name], rest, to);
  if (Array.isArray(value)) {
    return /^\d+$/.test(name)
      ? value.flatMap((old: unknown, place) =>
          place !== Number(name) ? [old] : one === undefined ? [] : [one],
        )
      : [...value, one];
  }
  return { ...value, [name]: one };
};

interface Exact {
  readonly rawJSON: (text: string) => unknown;
  readonly isRawJSON: (value: unknown) => boolean;
}

/** In every Node since 22. */
const exact = JSON as unknown as Exact;

const parse = (text: string): unknown =>
  JSON.parse(text, (_: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" ? exact.rawJSON(context?.source ?? "") : value,
  );

const stringify = (value: unknown): string => JSON.stringify(value) ?? "";
