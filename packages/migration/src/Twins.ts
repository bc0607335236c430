import type * as Aggregate from "@ledgerfold/aggregate/Aggregate";
import type { Kind } from "@ledgerfold/declaration/Kind";
import type { Table } from "@ledgerfold/declaration/internal/Table";
import type { StoreError } from "@ledgerfold/event-store/EventStore";
import { Effect } from "effect";
import { type BadCell, keyOf, type RawRow } from "./BadData.ts";
import { conceal, quote } from "./Cell.ts";
import type * as Chunk from "./Chunk.ts";
import type { LegacyRow, LegacyRows } from "./LegacySource.ts";

/** Finds rows that would become one stream: of all but the first nothing would be left. */
export interface Twins {
  /** What was judged of the rows that were found from this place on, each such row a bad one. */
  readonly apart: <Row>(
    from: number,
    found: ReadonlyArray<LegacyRow>,
    judged: Chunk.Judged<Row>,
  ) => Effect.Effect<Chunk.Judged<Row>, StoreError>;
}

export const make = <A extends Aggregate.Any, R>(
  { key, isSecret = false, idOfKey }: Chunk.Migration<A, R>,
  rows: LegacyRows,
): Twins => {
  // No two rows have the same key, so ids are claimed only from the first one on that is no key.
  let areClaimed = false;
  const claimBefore = (end: number) =>
    Effect.gen(function* () {
      for (let from = 0; from < end; from += pageSize) {
        const found = yield* rows.chunk(from, Math.min(from + pageSize, end));
        yield* rows.claim(
          found.flatMap(({ rowid, cells }) => {
            const id = idOfKey(cells);
            return id === undefined ? [] : [{ id, rowid }];
          }),
        );
      }
    });
  return {
    apart: (from, found, judged) =>
      Effect.gen(function* () {
        const { good, bad } = judged;
        if (rows.tellsTwins) return judged;
        if (!areClaimed) {
          if (good.every(({ cells, id }) => idOfKey(cells) === id)) return judged;
          yield* claimBefore(from);
          areClaimed = true;
        }
        const claims = good.map(({ id, place }) => ({ id, rowid: found[place]?.rowid ?? 0n }));
        const others = yield* rows.claim(claims);
        const twin = (at: number): ReadonlyArray<readonly [place: number, bad: BadCell]> => {
          const [one, claim, other] = [good[at], claims[at], others[at]];
          if (one === undefined || claim === undefined || other === undefined) return [];
          const stream = isSecret ? conceal(claim.id) : quote(claim.id);
          const rule = `must not make the stream ${stream}: the row with ${other} makes it`;
          const name = keyOf({ key, isSecret }, one.cells, claim.rowid);
          return [[one.place, { table: rows.table, key: name, column: "", value: "", rule }]];
        };
        return {
          good: good.filter((_, at) => others[at] === undefined),
          bad: [...bad, ...good.flatMap((_, at) => twin(at))],
        };
      }),
  };
};

const pageSize = 1_000;

/**
 * The id that a row's key spells: its cells, with colons between. Rows of different keys spell
 * different ids; undefined where that is not certain.
 */
export const idOfKey = ({ key, columns }: Table): ((cells: RawRow) => string | undefined) => {
  const classes = key.map((column) => classOf(columns[column]?.kind));
  const last = key.length - 1;
  return (cells) => {
    let id = "";
    // For every row: a loop, since lists of the cells take longer.
    for (const [place, column] of key.entries()) {
      const cell = cells[column];
      if (typeof cell !== classes[place]) return undefined;
      const text = String(cell);
      if (place < last && text.includes(":")) return undefined;
      id = place === 0 ? text : `${id}:${text}`;
    }
    return id;
  };
};

/** Of all cells that the kind takes: INTEGER 1 and TEXT "1" are two keys and would be one id. */
const classOf = (kind: Kind<unknown> | undefined): "bigint" | "string" | undefined => {
  if (kind === undefined || kind.none.length > 0) return undefined;
  return kind.form._tag === "integer" ? "bigint" : kind.form._tag === "text" ? "string" : undefined;
};
