import type { Added } from "@ledgerfold/declaration/Added";
import type { Sources } from "@ledgerfold/declaration/internal/Checking";
import type { Migration } from "@ledgerfold/declaration/Migration";
import { Either, type SchemaAST } from "effect";
import * as Derived from "./Derived.ts";
import * as Json from "./Json.ts";
import * as Rule from "./Rule.ts";
import * as Shape from "@ledgerfold/declaration/internal/Shape";
import type { AggregateSpec } from "./AggregateSpec.ts";
import type { Folding } from "./Fold.ts";

export type { AggregateSpec } from "./AggregateSpec.ts";

/** The spec of a migration, derived from what the migration states and from nothing else. */
export const of = (migration: Migration): AggregateSpec => {
  const known = made.get(migration);
  if (known !== undefined) return known;
  const spec = make(migration);
  made.set(migration, spec);
  return spec;
};

const made = new WeakMap<Migration, AggregateSpec>();

/** The specs of all migrations, in the order of the migrations. */
export const all = (
  migrations: Readonly<Record<string, Migration>>,
): ReadonlyArray<AggregateSpec> => Object.values(migrations).map(of);

const make = (migration: Migration): AggregateSpec => {
  const { aggregate, tag, table, definition } = migration;
  const { codec, view } = aggregate;
  const { added = {}, rules, grows, secret, writtenAt = [], losses = {} } = definition;
  const event = Shape.of(codec.schema.ast, tag);
  const shown = viewOf(view.schema.ast, definition.view);
  const stored = codec.eventType(tag);
  return Derived.spec(table, {
    ...definition.verify,
    prefix: stored.slice(0, stored.length - tag.length),
    tag,
    version: codec.version,
    unreadable: (stored) =>
      Either.match(codec.decode(stored), {
        onLeft: ({ reason }) => reason,
        onRight: () => undefined,
      }),
    event,
    rules: {
      ...Object.fromEntries(Object.entries(added).map(([field, one]) => [field, ruleOf(one)])),
      ...rules,
    },
    writtenAt,
    grows,
    losses,
    secret,
    view: {
      table: view.table,
      tag: shown.tag,
      tagged: Shape.of(view.schema.ast, shown.tag).tagged,
      mayLack: (field) => {
        const source = shown.fields[field];
        return typeof source === "string" && !event.required.has(source);
      },
      fields: viewFields(shown.fields),
    },
    folding: foldingOf(migration, shown.tag),
  });
};

/** Of the aggregate's schemas only the names of fields are asked. */
const foldingOf = (
  { aggregate: { state, view }, definition: { fold } }: Migration,
  tag: string,
): Folding | undefined => {
  if (fold === undefined) return undefined;
  const tags = Shape.variants(state.ast);
  return {
    fold,
    tags:
      tags === undefined
        ? undefined
        : new Map([...tags].map(([name, fields]) => [name, new Set(fields)])),
    view: {
      fields:
        Shape.variants(view.schema.ast) ?? new Map([[tag, Shape.of(view.schema.ast, tag).fields]]),
      tagOf: ({ _tag: own }) => (fold.view === undefined && typeof own === "string" ? own : tag),
      unknown: view.initial._tag ?? tag,
    },
  };
};

const ruleOf = (added: Added): Rule.Rule =>
  added._tag === "moment" ? Rule.migratedAt : Rule.constant(String(Json.constant(added.json)));

interface Shown {
  readonly tag: string;
  readonly fields: Sources;
}

const viewOf = (ast: SchemaAST.AST, view: string | Shown): Shown => {
  if (typeof view !== "string") return view;
  const names = Shape.of(ast, view).fields;
  return { tag: view, fields: Object.fromEntries(names.map((name) => [name, name])) };
};

const viewFields = (sources: Sources): AggregateSpec["view"]["fields"] => {
  const entries = Object.entries(sources);
  const none: Record<string, Json.Json | undefined> = Object.fromEntries(
    entries.map(([name]) => [name, undefined]),
  );
  return (event, id, stored) => {
    // For every row: a list of pairs takes several times as long, and names that come one by one more.
    const fields = { ...none };
    for (const [name, source] of entries) {
      fields[name] =
        typeof source === "function"
          ? source(event, id, stored)
          : source === "aggregate_id"
            ? id
            : event[source];
    }
    return fields;
  };
};
