import { readFileSync } from "node:fs";
import { type Age, ordersTable } from "@ledgerfold/fixtures/LegacySchema";
import type { AggregateName } from "../../src/Verification.ts";
import { type Run, verifyEach } from "./Harness.ts";
import { columnsOf, type Mutation, type Place, places } from "./Mutations.ts";

const viewTable: Readonly<Record<AggregateName, string>> = {
  OnChainTrade: "onchain_trade_view",
  Position: "position_view",
  OffchainOrder: "offchain_order_view",
  SchwabAuth: "schwab_auth_view",
};
export const viewTables = Object.values(viewTable);
const aggregates = Object.keys(viewTable) as ReadonlyArray<AggregateName>;

const legacyTable = (age: Age): Readonly<Record<AggregateName, string>> => ({
  OnChainTrade: "onchain_trades",
  Position: "trade_accumulators",
  OffchainOrder: ordersTable(age),
  SchwabAuth: "schwab_auth",
});
export const legacyTables = (age: Age): ReadonlyArray<string> => Object.values(legacyTable(age));

const rowPlaces = (run: Run, age: Age, aggregate: AggregateName): ReadonlyArray<Place> => {
  const table = legacyTable(age)[aggregate];
  return places(run, aggregate, table, columnsOf(run, table));
};

/** Of rows that show in one aggregate only. */
export const legacyPlaces = (run: Run, age: Age): ReadonlyArray<Place> => [
  ...(["OnChainTrade", "Position", "SchwabAuth"] as const).flatMap((aggregate) =>
    rowPlaces(run, age, aggregate),
  ),
  ...places(run, "OnChainTrade", "event_queue", ["tx_hash", "log_index", "block_number"]),
];

/** What is changed here may show in a position too. */
export const orderPlaces = (run: Run, age: Age): ReadonlyArray<Place> =>
  rowPlaces(run, age, "OffchainOrder");

const keys = ["aggregate_type", "aggregate_id", "sequence", "event_type", "event_version"];

export const keyPlaces = (run: Run): ReadonlyArray<Place> =>
  aggregates.flatMap((aggregate) => [
    ...places(run, aggregate, "events", keys, `aggregate_type = '${aggregate}'`),
    ...places(run, aggregate, viewTable[aggregate], ["view_id", "version"]),
  ]);

export const jsonPlaces = (run: Run): ReadonlyArray<Place> =>
  aggregates.flatMap((aggregate) => [
    ...places(
      ...[run, aggregate, "events", ["payload", "metadata"]],
      ...[`aggregate_type = '${aggregate}'`, "aggregate_id"],
    ),
    ...places(run, aggregate, viewTable[aggregate], ["payload"], "true", "view_id"),
  ]);

/** What leaves the file saying just what it said, and what nobody could see: each with its reason. */
export const withoutMeaning: ReadonlyArray<readonly [change: RegExp, reason: string]> = [
  [/order_id of row (4|9007199254740997): NULL/, "one of two columns that say the same is NULL"],
  [/: a character less than Z/, "a moment without a zone is UTC, as with `Z`"],
  [/net_position of row 2: (NULL|next double|as INTEGER)/, "a stale `net_position` is not carried"],
  [/metadata of row \d+: run_id is "[^"]+"/, "a run may have any name"],
  [
    /event_queue.tx_hash of row \d: as bytes/,
    "in `event_queue` bytes that equal a key are the key",
  ],
  [
    /event_queue.log_index of row \d: as (REAL|text)/,
    "in `event_queue` a number that equals a key is the key",
  ],
  [/event_queue.* of row \d: row doubled/, "`event_queue` may say the same twice"],
  [
    /event_queue.* of row \d: row of another trade/,
    "`event_queue` may know more than there are trades",
  ],
  [
    /(amount|price_usdc|shares|accumulated_\w+|net_position|pyth_\w+) of row \d+: as (INTEGER|REAL)$/,
    "a number is the same as INTEGER and as REAL",
  ],
];

export interface Tried {
  readonly tried: number;
  /** Those that should have been seen and were not. */
  readonly missed: ReadonlyArray<string>;
  /** The reasons why others were not, once for each. */
  readonly unseen: ReadonlyArray<string>;
}

/**
 * Verifies the file after each mutation. One of each aggregate or stream is made at a time, and must
 * show there. The file is as it was in the end.
 */
export const tryEach = async (file: string, mutations: ReadonlyArray<Mutation>): Promise<Tried> => {
  const before = readFileSync(file);
  const lanes = Object.values(
    Object.groupBy(mutations, ({ aggregate, stream = "" }) => `${aggregate} ${stream}`),
  ).flatMap((lane = [], index) => [[...lane.slice(index * 13), ...lane.slice(0, index * 13)]]);
  const verified = await verifyEach(
    file,
    zip(lanes).map((batch) => (run) => batch.filter((mutation) => took(mutation, run))),
  );
  const missed = verified.flatMap(({ value, differences }) =>
    value.filter(
      ({ aggregate, stream }) =>
        !differences.some(
          (found) => found.aggregate === aggregate && (stream ?? found.id) === found.id,
        ),
    ),
  );
  const reasons = missed.map(
    ({ name }) => [name, withoutMeaning.find(([change]) => change.test(name))?.[1]] as const,
  );
  if (!readFileSync(file).equals(before)) throw new Error(`${file} was changed`);
  return {
    tried: verified.reduce((sum, { value }) => sum + value.length, 0),
    missed: reasons.flatMap(([name, reason]) => (reason === undefined ? [name] : [])),
    unseen: reasons.flatMap(([, reason]) => (reason === undefined ? [] : [reason])),
  };
};

/** The n-th of each. */
const zip = <A>(lanes: ReadonlyArray<ReadonlyArray<A>>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.max(0, ...lanes.map((lane) => lane.length)) }, (_, place) =>
    lanes.flatMap((lane) => lane.slice(place, place + 1)),
  );

/** False where nothing changed, or where the table's own rules refused it. */
const took = ({ apply }: Mutation, run: Run): boolean => {
  try {
    return apply(run);
  } catch (error) {
    if (/constraint failed|malformed JSON|datatype mismatch/.test(String(error))) return false;
    throw error;
  }
};
