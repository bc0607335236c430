import { type Age, ordersTable } from "../../../fixtures/src/LegacySchema.ts";
import type { AggregateName } from "../../src/Verification.ts";
import { type Run, verifyEach } from "./Harness.ts";
import { columnsOf, distinct, type Mutation, type Place, places } from "./Mutations.ts";

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
    ...places(run, aggregate, "events", ["payload", "metadata"], `aggregate_type = '${aggregate}'`),
    ...places(run, aggregate, viewTable[aggregate], ["payload"]),
  ]);

/** What leaves the file saying just what it said, and what nobody could see. */
const unseen = [
  // The other of the two columns still has the order's id.
  /order_id of row (4|9007199254740997): NULL/,
  // Without a zone it is UTC too.
  /: a character less than Z/,
  // A stale net is not carried: the event has long - short in its place.
  /net_position of row 2: (NULL|next double)/,
  // Nothing else knows what a run is called.
  /metadata of row \d+: run_id is "[^"]+"/,
  // In a table that is only looked into, what equals the key is as good as the key.
  /event_queue.tx_hash of row \d: as bytes/,
  /event_queue.log_index of row \d: as REAL/,
];

export interface Tried {
  readonly tried: number;
  /** Those that should have been seen and were not. */
  readonly missed: ReadonlyArray<string>;
}

/**
 * Verifies the file after each mutation. One of each aggregate is made at a time, and must show in
 * its own aggregate.
 */
export const tryEach = async (file: string, mutations: ReadonlyArray<Mutation>): Promise<Tried> => {
  const lanes = Object.values(Object.groupBy(distinct(mutations), ({ aggregate }) => aggregate));
  const batches = zip(lanes);
  const verified = await verifyEach(
    file,
    batches.map((batch) => (run) => batch.filter((mutation) => took(mutation, run))),
  );
  const missed = verified.flatMap(({ value, differences }) =>
    value.filter(({ aggregate }) => !differences.some((found) => found.aggregate === aggregate)),
  );
  return {
    tried: verified.reduce((sum, { value }) => sum + value.length, 0),
    missed: missed
      .map(({ name }) => name)
      .filter((name) => !unseen.some((known) => known.test(name))),
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
