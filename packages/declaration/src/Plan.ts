import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { Findings } from "./Checking.ts";
import * as Ledger from "./Ledger.ts";
import type { Migration } from "./Migration.ts";
import { Mistaken } from "./Mistaken.ts";
import { folded } from "./Folded.ts";
import type { LeftAlone, Table } from "./Table.ts";
import type { Words } from "./Words.ts";
import * as Zone from "./Zone.ts";
import * as Zoned from "./Zoned.ts";

/** All that one command migrates: its tables' migrations, and the tables that it leaves alone. */

export type { Migration } from "./Migration.ts";

/** All that one command migrates, as data: a writer and a verifier are made of it. */
export interface Plan<Type extends string = string> {
  readonly words: Words;
  /** In the order in which they are migrated, and verified. */
  readonly types: ReadonlyArray<Type>;
  readonly migrations: Readonly<Record<Type, Migration>>;
  readonly tables: ReadonlyArray<Table>;
  readonly aggregates: ReadonlyArray<Aggregate.Any>;
  readonly ledger: Ledger.Ledger;
  readonly findings: ReadonlyArray<Findings>;
  /** Of columns of type `timestamp` in PostgreSQL whose kinds name none. */
  readonly zone?: string;
}

/** Each under its aggregate's type. */
export type Migrations<M> = { readonly [K in keyof M]: Migration<K & string> };
type Any = Readonly<Record<string, Migration>>;

/** What `make` makes a plan of. */
export interface Options<M extends Any> {
  readonly words: Words;
  readonly migrations: M & Migrations<M>;
  /** Tables that are no concern of it, and why; `*` in a name stands for anything. */
  readonly leaveAlone?: LeftAlone;
  /**
   * Tables of the writer's that no definition reads and whose rows may matter all the same: what each
   * is, and what to do about its rows. They stop a migration like undeclared ones, with these words.
   */
  readonly superseded?: LeftAlone;
  readonly findings?: ReadonlyArray<Findings>;
  /** `Europe/Berlin` or `UTC`: as `inZone` of all moments that name none. */
  readonly zone?: string;
}

/**
 * A plan for `@ledgerfold/migration` and `@ledgerfold/verifier`; `command` of
 * `@ledgerfold/migration-cli` makes one of its own options. Throws where a zone is none, and where a
 * migration stands under another name than its aggregate's type.
 *
 * @example
 * ```ts
 * import * as Plan from "@ledgerfold/declaration/Plan";
 *
 * declare const customers: Plan.Migration<"Customer">;
 *
 * export const plan = Plan.make({
 *   words: { command: "shop_to_events", writer: "the shop" },
 *   migrations: { Customer: customers },
 *   leaveAlone: { sessions: "of the web server", "cart_*": "what is not bought yet" },
 *   zone: "Europe/Berlin",
 * });
 * ```
 */
export const make = <const M extends Any>(options: Options<M>): Plan<keyof M & string> => {
  type Type = keyof M & string;
  const { words, leaveAlone = {}, superseded = {}, findings = [], zone } = options;
  const types = Object.keys(options.migrations) as unknown as ReadonlyArray<Type>;
  const misnamed = types.filter((type) => options.migrations[type].type !== type);
  if (misnamed.length > 0) {
    throw new Mistaken(misnamed.map((type) => ofAnother(type, options.migrations[type])));
  }
  const migrations: Readonly<Record<Type, Migration>> =
    zone === undefined ? options.migrations : inZone(Zone.check(zone), options.migrations);
  const all = types.map((type) => migrations[type]);
  const tables = all.map(({ table }) => table);
  const aggregates = all.map(({ aggregate }) => aggregate);
  const ledger = Ledger.make(tables, ofLog(leaveAlone, aggregates, tables), words, superseded);
  const zones = zone === undefined ? {} : { zone };
  return { words, types, migrations, tables, aggregates, ledger, findings, ...zones };
};

const ofAnother = (name: string, { type, table }: Migration): string =>
  `${table.names[0]}: its migration is of ${type} and stands under ${name}: name each as its aggregate's type, once`;

const inZone = <Type extends string>(
  zone: string,
  migrations: Readonly<Record<Type, Migration>>,
): Readonly<Record<Type, Migration>> =>
  Object.fromEntries(
    Object.entries<Migration>(migrations).map(([type, one]) => [type, Zoned.migration(zone, one)]),
  ) as Record<Type, Migration>;

/** With what an event store keeps in the same file. */
const ofLog = (
  given: LeftAlone,
  aggregates: ReadonlyArray<Aggregate.Any>,
  tables: ReadonlyArray<Table>,
): LeftAlone => {
  const own = new Set(
    [
      ...tables.flatMap(({ names, rows, beside }) => [
        ...names,
        ...Object.values(rows).map(({ name }) => name),
        ...Object.keys(beside),
      ]),
      ...Object.keys(given),
    ].map(folded),
  );
  const isFamily = (name: string) => name.includes("*");
  const [families, names] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => isFamily(name) === wanted)),
  );
  const covered = (name: string) =>
    Object.keys(families ?? {}).some((one) => one.startsWith("*") && name.endsWith(one.slice(1)));
  const views = aggregates
    .map(({ view }) => view.table)
    .filter((table) => !covered(table))
    .map((table) => [table, "a view of the event log"]);
  return {
    ...names,
    ...Object.fromEntries(Object.entries(Ledger.ofLog).filter(([name]) => !own.has(name))),
    ...Object.fromEntries(views),
    ...families,
    "ledgerfold_*": "of our own making",
    "sqlite_*": "SQLite's own",
  };
};
