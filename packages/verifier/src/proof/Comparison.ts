import type { DatabaseBusy, DatabaseError } from "@ledgerfold/event-store/DatabaseError";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import { Effect } from "effect";
import { sql } from "kysely";
import { digest, printable, quoted } from "../Display.ts";
import { log as logOf, parameter, query } from "../Query.ts";
import { type Earlier, type EarlierRow, type EarlierTable, NotAProof } from "./Earlier.ts";
import * as Key from "./Key.ts";
import { Merkle } from "./Merkle.ts";
import * as Moved from "./Moved.ts";
import type { Sink } from "./Proof.ts";
import { type Block, leaves as leavesOf } from "./Reader.ts";
import type { Hash, Layout } from "./Row.ts";
import type { ProvenTable } from "./ProvenTables.ts";

/**
 * What has become of the rows of an earlier proof. The log grows, and views go on with their streams;
 * both are counted apart, as neither changes what was proven.
 */

export interface Change {
  readonly kind: "changed" | "missing" | "added";
  readonly side: Layout["side"];
  readonly table: string;
  /** What names the row, fit for a screen; null of the table as a whole. */
  readonly row: string | null;
  readonly reason: string | null;
}

/** One line of plain ASCII. */
export const describe = ({ kind, side, table, row, reason }: Change): string =>
  `${kind} since: ${side} ${table}${row === null ? "" : ` ${row}`}${reason === null ? "" : `: ${reason}`}`;

export interface Compared {
  readonly side: Layout["side"];
  readonly table: string;
  /** The table's rows in the earlier proof; null where it does not have the table. */
  readonly proven: number | null;
  readonly unchanged: number;
  readonly changed: number;
  readonly missing: number;
  readonly added: number;
  /** Events after the last that was proven, and views of streams that began after it. */
  readonly fresh: number;
  /** Views that changed as their streams have grown. */
  readonly movedOn: number;
  /** Of the unchanged rows those that another rowid was given, as by a copy of the file. */
  readonly renumbered: number;
  /** Whether the rows that were proven still make the root that they made. */
  readonly isSame: boolean;
}

export type Failure = NotAProof | DatabaseBusy | DatabaseError;

export interface Comparison {
  readonly sink: Sink<Failure>;
  /** Once all is compared. */
  readonly tables: () => ReadonlyArray<Compared>;
  /** How many changes were told. */
  readonly changes: () => number;
}

export const make = (
  database: Service,
  earlier: Earlier,
  onChange: (change: Change) => Effect.Effect<void>,
): Comparison => {
  const compared: Array<Compared> = [];
  const seen = new Set<EarlierTable>();
  let changes = 0;
  let current: Table | undefined;
  const tell = (found: ReadonlyArray<Change>) => {
    changes += found.length;
    return Effect.forEach(found, onChange, { discard: true });
  };
  /** Work that reads the database and the earlier proof, either of which may fail it. */
  const attempt = <A>(work: () => A) =>
    Effect.flatten(
      database.run("comparing with the proof", () => {
        try {
          return Effect.succeed(work());
        } catch (cause) {
          if (cause instanceof NotAProof) return cause;
          throw cause;
        }
      }),
    );
  // Of the log as it was proven; events come before the views that ask for it.
  let lastEvent = lastRowid(earlier.tables.find(({ layout }) => isLog(layout)));
  return {
    tables: () => compared,
    changes: () => changes,
    sink: {
      begin: (table) =>
        Effect.gen(function* () {
          const { side, table: name } = table.layout;
          current = undefined;
          // Both sides may have a table `events`, and are then two tables.
          const proven =
            earlier.tables.find(({ layout }) => layout.table === name && layout.side === side) ??
            earlier.tables.find(({ layout }) => layout.table === name && name !== "events");
          if (proven !== undefined) seen.add(proven);
          if (proven === undefined) {
            compared.push({ side, table: name, proven: null, ...nothing, isSame: true });
            return undefined;
          }
          const reason = reshaped(proven.layout, table);
          if (reason !== undefined) {
            yield* tell([{ kind: "changed", side, table: name, row: null, reason }]);
          }
          if (!isReadable(proven.layout, table)) {
            compared.push({
              ...{ side, table: name, proven: proven.rows, ...nothing },
              ...{ changed: proven.rows, isSame: false },
            });
            return undefined;
          }
          current = yield* attempt(
            () => new Table(database, table, proven, lastEvent, reason === undefined),
          );
          return proven.layout;
        }),
      block: (block) =>
        Effect.flatMap(
          attempt(() => current?.block(block) ?? []),
          tell,
        ),
      end: () =>
        Effect.gen(function* () {
          const ended = yield* attempt(() => current?.end());
          if (ended === undefined) return;
          compared.push(ended.result);
          lastEvent = ended.lastEvent;
          yield* tell(ended.found);
        }),
      close: () =>
        Effect.suspend(() => {
          const gone = earlier.tables.filter((table) => !seen.has(table));
          const reason = "the whole table is gone, or has no rowids any more";
          return tell(
            gone.map(({ layout: { side, table }, rows }) => {
              compared.push({
                ...{ side, table, proven: rows, ...nothing },
                ...{ missing: rows, isSame: false },
              });
              return { kind: "missing", side, table, row: null, reason } as const;
            }),
          );
        }),
    },
  };
};

const nothing = {
  ...{ unchanged: 0, changed: 0, missing: 0, added: 0 },
  ...{ fresh: 0, movedOn: 0, renumbered: 0 },
};

const lastRowid = (events: EarlierTable | undefined): bigint =>
  typeof events?.lastKey === "bigint" ? events.lastKey : before;

const isLog = ({ side, table }: Layout): boolean => side === "event" && table === "events";

/** The lowest rowid: after it, as in a proof without events, all events are new. */
const before = -(2n ** 63n);

const reshaped = (then: Layout, { layout: now, rowid }: ProvenTable): string | undefined => {
  const gone = then.columns.filter((column) => !now.columns.includes(column));
  const come = now.columns.filter((column) => !then.columns.includes(column));
  const parts = [
    ...(then.side === now.side ? [] : [`it was of the ${then.side} side`]),
    ...(then.encoding === now.encoding ? [] : [`the file's text was ${then.encoding}`]),
    ...(then.key === "rowid" && rowid === undefined ? ["it has no rowids any more"] : []),
    ...(gone.length === 0 ? [] : [`it has no column ${gone.map(quoted).join(", ")} any more`]),
    ...(come.length === 0 ? [] : [`it has a new column ${come.map(quoted).join(", ")}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(", and ");
};

/** Whether the rows can be read as they were then. */
const isReadable = (then: Layout, { layout: now, rowid }: ProvenTable): boolean =>
  then.side === now.side &&
  then.encoding === now.encoding &&
  (then.key === "rowid" ? rowid !== undefined : hasKey(then.key, now)) &&
  then.columns.every((column) => now.columns.includes(column));

const hasKey = (key: string | ReadonlyArray<string>, now: Layout): boolean =>
  String(key) === String(now.key) || [key].flat().every((name) => now.columns.includes(name));

/** One table, while it is read. */
class Table {
  readonly #known: (rowid: bigint, key: Key.Key) => string;
  readonly #streamOf: (rowid: bigint) => "as it was" | "grown" | "new";
  readonly #leafOf: (rowid: bigint, key: bigint) => Hash | undefined;
  readonly #table: ProvenTable;
  readonly #earlier: EarlierTable;
  readonly #lastEvent: bigint;
  readonly #isView: boolean;
  readonly #isShaped: boolean;
  readonly #rows: Iterator<EarlierRow, undefined>;
  #next: EarlierRow | undefined;
  readonly #tree = new Merkle();
  readonly #counts = { ...nothing };
  /** Rows that may have moved; none where rowids are not what rows are known by. */
  readonly #suspects: { proven: Array<Moved.Then>; now: Array<Moved.Now> } | undefined;
  #thenPlace = 0;
  #nowPlace = 0;

  constructor(
    database: Service,
    table: ProvenTable,
    earlier: EarlierTable,
    lastEvent: bigint,
    isShaped: boolean,
  ) {
    const { layout } = earlier;
    this.#known = names(database, layout, table);
    this.#streamOf = streams(database, table, lastEvent);
    this.#table = table;
    this.#earlier = earlier;
    this.#lastEvent = lastEvent;
    this.#isView = table.viewOf !== undefined;
    this.#isShaped = isShaped;
    this.#rows = earlier.rowsOf();
    this.#next = this.#rows.next().value;
    const mayMove = layout.key === "rowid" && !this.#isView;
    this.#suspects = mayMove ? { proven: [], now: [] } : undefined;
    this.#leafOf = mayMove ? leavesOf(database, table, layout) : () => undefined;
  }

  block({ keys, rowids, leaves }: Block): ReadonlyArray<Change> {
    const found: Array<Change> = [];
    for (const [place, key] of keys.entries()) {
      const [rowid, leaf] = [rowids[place] ?? 0n, leaves[place] ?? ""];
      while (this.#next !== undefined && Key.compare(this.#next.key, key) < 0) {
        found.push(...this.#missing(this.#next));
      }
      if (this.#next === undefined || Key.compare(this.#next.key, key) > 0) {
        found.push(...this.#added(rowid, key));
      } else {
        this.#tree.push(leaf);
        if (leaf.startsWith(this.#next.leaf)) this.#counts.unchanged += 1;
        else found.push(...this.#changed(this.#next, rowid, key));
        this.#step();
      }
      this.#nowPlace += 1;
    }
    const { proven, now } = this.#suspects ?? { proven: [], now: [] };
    // So many differ by more than their rowids.
    if (proven.length + now.length > mostSuspects) {
      found.push(...this.#tell(Moved.settle(proven, now, () => false, false)));
      proven.length = 0;
      now.length = 0;
    }
    return found;
  }

  end(): {
    readonly found: ReadonlyArray<Change>;
    readonly result: Compared;
    /** The rowid now of the last event that was proven. */
    readonly lastEvent: bigint;
  } {
    const { layout, rows, root } = this.#earlier;
    const { side, table } = layout;
    const found: Array<Change> = [];
    while (this.#next !== undefined) found.push(...this.#missing(this.#next));
    const { proven, now } = this.#suspects ?? { proven: [], now: [] };
    const isLeaf = (one: Moved.Then, other: Moved.Now) =>
      this.#leafOf(other.rowid, one.key)?.startsWith(one.leaf) === true;
    const settled = Moved.settle(proven, now, isLeaf, !isLog(layout));
    const lastEvent = isLog(layout) ? this.#lastNow(settled) : this.#lastEvent;
    found.push(...this.#tell(settled, lastEvent));
    const { changed, missing, movedOn } = this.#counts;
    const isListed = changed + missing + movedOn > 0;
    const isRoot =
      settled.moved.size === 0 ? this.#tree.root() === root : !isListed && this.#isRoot(settled);
    // Of each leaf the proof has the first bytes: they tell what changed, and the root proves it.
    if (isRoot === isListed) {
      const reason = isRoot
        ? "the proof contradicts itself: its root is that of the rows as they are"
        : "the root is another one, though no row shows it: the rows or the proof were forged";
      found.push({ kind: "changed", side, table, row: null, reason });
    }
    const isSame = isRoot && !isListed && this.#isShaped;
    return { found, result: { side, table, proven: rows, ...this.#counts, isSame }, lastEvent };
  }

  #step(): void {
    this.#next = this.#rows.next().value;
    this.#thenPlace += 1;
  }

  /** Whether all rows, each under the rowid that it had, make the proven root. */
  #isRoot({ moved }: Moved.Settled): boolean {
    const tree = new Merkle();
    const rows = this.#earlier.rowsOf();
    for (let row = rows.next().value; row !== undefined; row = rows.next().value) {
      if (typeof row.key !== "bigint") return false;
      tree.push(this.#leafOf(moved.get(row.key) ?? row.key, row.key) ?? "");
    }
    return tree.root() === this.#earlier.root;
  }

  #lastNow({ moved, changed, missing }: Moved.Settled): bigint {
    const last = this.#lastEvent;
    const isInPlace = !moved.has(last) && !missing.some(({ key }) => key === last);
    if (moved.size === 0 || isInPlace) return last;
    let highest = before;
    for (const rowid of [...moved.values(), ...changed.map(([, now]) => now.rowid)]) {
      if (rowid > highest) highest = rowid;
    }
    return highest;
  }

  /** In the order of the rowids. */
  #tell(
    { moved, changed, missing, added }: Moved.Settled,
    lastEvent = this.#lastEvent,
  ): ReadonlyArray<Change> {
    const isFresh = ({ rowid }: Moved.Now) => isLog(this.#earlier.layout) && rowid > lastEvent;
    const come = added.filter((one) => !isFresh(one));
    this.#counts.unchanged += moved.size;
    this.#counts.renumbered += moved.size;
    this.#counts.changed += changed.length;
    this.#counts.missing += missing.length;
    this.#counts.added += come.length;
    this.#counts.fresh += added.length - come.length;
    const all = [
      ...changed.map(([, { rowid }]) => ({ kind: "changed", rowid }) as const),
      ...missing.map(({ key }) => ({ kind: "missing", rowid: key }) as const),
      ...come.map(({ rowid }) => ({ kind: "added", rowid }) as const),
    ];
    return all
      .sort((a, b) => (a.rowid < b.rowid ? -1 : a.rowid > b.rowid ? 1 : 0))
      .map(({ kind, rowid }) =>
        this.#change(
          kind,
          kind === "missing"
            ? nameOf(this.#earlier.layout, this.#table, rowid)
            : this.#known(rowid, rowid),
        ),
      );
  }

  #change(kind: Change["kind"], row: string): Change {
    const { side, table } = this.#earlier.layout;
    return { kind, side, table, row, reason: null };
  }

  #missing(row: EarlierRow): ReadonlyArray<Change> {
    const isSuspect = this.#suspect(row);
    this.#step();
    if (isSuspect) return [];
    this.#counts.missing += 1;
    return [this.#change("missing", nameOf(this.#earlier.layout, this.#table, row.key))];
  }

  #suspect({ key, leaf }: EarlierRow): boolean {
    if (this.#suspects === undefined || typeof key !== "bigint") return false;
    this.#suspects.proven.push({ key, leaf, place: this.#thenPlace });
    return true;
  }

  #added(rowid: bigint, key: Key.Key): ReadonlyArray<Change> {
    const isFresh = isLog(this.#earlier.layout)
      ? rowid > this.#lastEvent
      : this.#isView && this.#streamOf(rowid) === "new";
    if (isFresh) {
      this.#counts.fresh += 1;
      return [];
    }
    if (this.#suspects !== undefined) {
      this.#suspects.now.push({ rowid, place: this.#nowPlace });
      return [];
    }
    this.#counts.added += 1;
    return [this.#change("added", this.#known(rowid, key))];
  }

  #changed(row: EarlierRow, rowid: bigint, key: Key.Key): ReadonlyArray<Change> {
    if (this.#suspect(row)) {
      this.#suspects?.now.push({ rowid, place: this.#nowPlace });
      return [];
    }
    const hasMovedOn = this.#isView && this.#streamOf(rowid) !== "as it was";
    this.#counts[hasMovedOn ? "movedOn" : "changed"] += 1;
    return hasMovedOn ? [] : [this.#change("changed", this.#known(rowid, key))];
  }
}

/** Each takes some hundred bytes of memory. */
const mostSuspects = 1_000_000;

const nameOf = ({ key }: Layout, { isShown }: ProvenTable, known: Key.Key): string => {
  const columns = typeof key === "string" ? [key] : key;
  return Key.cellsOf(known)
    .map((cell, place) => {
      const isSecret = key === "view_id" && !isShown(cell);
      const name = printable(columns[place] ?? "");
      return `${name} ${isSecret ? digest(Key.show(cell)) : Key.show(cell)}`;
    })
    .join(", ");
};

/** Names a row as it is now: by its key and, where that says little, by more of its cells. */
const names = (database: Service, then: Layout, table: ProvenTable) => {
  const { layout, named, rowid: rowidName } = table;
  const plain = (key: Key.Key) => nameOf(then, table, key);
  const isNamed = named?.columns.every((column) => layout.columns.includes(column)) === true;
  // A key of several columns says itself which row it is.
  if (!isNamed || rowidName === undefined || typeof then.key !== "string") {
    return (_: bigint, key: Key.Key) => plain(key);
  }
  const statement = database.prepare(
    query(sql<{ name: string | null }>`select ${named.sql} as name
      from ${table.source} where ${sql.id(rowidName)} = ${parameter}`),
  );
  return (rowid: bigint, key: Key.Key) => {
    const name = statement.get(rowid)?.name ?? null;
    return name === null ? plain(key) : `${plain(key)} (${quoted(name).slice(1, -1)})`;
  };
};

/** Whether the stream of a view's row has no events after the proven ones, some, or only such. */
const streams = (database: Service, { source, rowid, viewOf }: ProvenTable, last: bigint) => {
  const log = viewOf === undefined ? undefined : logOf(database);
  const isReadable = ["aggregate_type", "aggregate_id"].every((name) => log?.columns.has(name));
  if (viewOf === undefined || rowid === undefined || log?.hasRowids !== true || !isReadable) {
    return () => "as it was" as const;
  }
  const statement = database.prepare(
    query(sql<{ first: bigint | null; last: bigint | null }>`
      select min(events.rowid) as first, max(events.rowid) as last
      from ${source} as view cross join events
        on events.aggregate_type = ${sql.lit(viewOf)} and events.aggregate_id = view.view_id
      where ${sql.id("view", rowid)} = ${parameter}`),
  );
  return (rowid: bigint) => {
    const found = statement.get(rowid);
    if (found?.first == null || found.last === null || found.last <= last) return "as it was";
    return found.first > last ? "new" : "grown";
  };
};
