import type { Plan } from "@ledgerfold/declaration/Plan";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { raw } from "@ledgerfold/event-store/sqlite/Query";
import type { Cell, Row } from "@ledgerfold/verifier/Cell";
import * as AggregateSpecs from "@ledgerfold/verifier/internal/AggregateSpecs";
import { sql } from "kysely";
import { streamOf } from "./Copy.ts";
import { isNumber, parse, stringify } from "./ExactJson.ts";
import { sample } from "./Loose.ts";
import * as Meaning from "./Meaning.ts";
import type { Shows, Trial } from "./Trial.ts";

/** Changes of what a log holds: of the columns of events and views, and of every field of their JSON. */
export function* changes(database: Service, plan: Plan, most: number): Generator<Trial> {
  const [{ events } = { events: 0n }] = database.execute(
    raw(sql<{ events: bigint }>`select count(*) as events from events`),
  );
  for (const migration of Object.values(plan.migrations)) {
    const { type, tag, aggregate, definition } = migration;
    const { show, tagged } = AggregateSpecs.of(migration);
    const any: Shows = { aggregates: new Set([type]) };
    const within = tagged === "around" ? `${tag}.` : "";
    const kept = `${within}migrated_at`;
    const moments = new Set(
      Object.entries(definition.added ?? {}).flatMap(([field, added]) =>
        added._tag === "moment" ? [`${within}${field}`] : [],
      ),
    );
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
        const stream: Shows = { ...any, streams: new Set([streamOf(type, String(row[key]))]) };
        const set = (column: string, to: Cell): Cell => {
          const [after] = database.execute(
            raw(sql<Row>`update ${sql.table(table)} set ${sql.id(column)} = ${to}
              where rowid = ${row["place"]} returning ${sql.id(column)} as cell`),
          );
          return after?.["cell"] ?? null;
        };
        const change = (column: string, from: string, to: string) => ({
          ...{ table, key: show.text(String(row[key])), column, from, to },
        });
        for (const column of [...columns, ...json]) {
          const cell = row[column] ?? null;
          const elsewhere = columns.includes(column) ? all.map((one) => one[column] ?? null) : [];
          for (const value of Meaning.others(undefined, cell, sample(elsewhere, most))) {
            yield {
              change: change(column, show.cell(cell), show.cell(value)),
              apply: () =>
                Meaning.isSame(set(column, value), cell) ? undefined : "means something",
              // What is called otherwise may be another stream.
              shows: column === "aggregate_type" || column === key ? any : stream,
            };
          }
        }
        for (const column of json) {
          for (const { path, from, to, text } of ofJson(String(row[column]))) {
            const name = path.join(".");
            const isName = column === "metadata" && name === "run_id" && /^"[^"]+"$/.test(to);
            const isOfRun = table === "events" && isMoment.test(to) && moments.has(name);
            // A run may have any name, and its moment is held against that of its other events.
            const isFree = isName || (isOfRun && (name !== kept || events === 1n));
            yield {
              change: change(`${column}.${name}`, show.text(from), show.text(to)),
              apply: () => {
                set(column, text);
                return isFree ? "same value" : "means something";
              },
              shows: isOfRun ? undefined : stream,
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
  typeof value === "object" && value !== null && !isNumber(value);

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
