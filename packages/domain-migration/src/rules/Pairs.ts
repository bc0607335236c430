import type { Contradiction, Verify } from "@ledgerfold/declaration/internal/Checking";
import { breathe } from "@ledgerfold/event-store/internal/breathe";
import type { Service } from "@ledgerfold/event-store/sqlite/Database";
import * as Fold from "@ledgerfold/verifier/internal/Fold";
import * as Json from "@ledgerfold/verifier/internal/Json";
import { parameter, query } from "@ledgerfold/verifier/internal/Query";
import { Effect } from "effect";
import { sql } from "kysely";

/**
 * The law of pairs. Each trade that the log saw since its positions were migrated is named by exactly
 * one fill of its position, and each such order by one placing and, once it is settled, one settling;
 * of the same symbol, size and direction. What was there at the migration is in the positions already:
 * its trades are named by none, and its orders by settlings alone.
 */
export const streams: NonNullable<Verify["streams"]> = (database, tell) =>
  Effect.gen(function* () {
    const work = "holding positions to what they name";
    yield* database.run(work, () => list(database));
    for (const read of [
      judging(database, trades, judgeTrade, tell),
      judging(database, orders, judgeOrder, tell),
      judging(database, strangers, judgeStranger, tell),
    ]) {
      while ((yield* database.run(work, read)) > 0) yield* breathe;
    }
    yield* database.run("tidying up", () => drop(database));
  });

/** Judges a page, and gives how many there were on it. */
const judging = <Row>(
  database: Service,
  pages: (database: Service) => () => ReadonlyArray<Row>,
  judge: (database: Service, row: Row, tell: Tell) => void,
  tell: Tell,
): (() => number) => {
  let page: (() => ReadonlyArray<Row>) | undefined;
  return () => {
    page ??= pages(database);
    const rows = page();
    for (const row of rows) judge(database, row, tell);
    return rows.length;
  };
};

type Tell = (found: Contradiction) => void;

const names = sql.table("temp.ledgerfold_verified_named");

const drop = (database: Service) => {
  database.execute(query(sql`drop table if exists ${names}`));
};

const tags = [
  "OnChainOrderFilled",
  "OffChainOrderPlaced",
  "OffChainOrderFilled",
  "OffChainOrderFailed",
];

/** Every event of a position that names a trade or an order, by what it names. */
const list = (database: Service) => {
  drop(database);
  database.execute(
    query(sql`
      create table ${names} (number integer primary key, aggregate, id, position, sequence, tag, payload)`),
  );
  for (const tag of tags) {
    const at = (path: string) => sql`json_extract(payload, ${sql.lit(`$.${tag}.${path}`)})`;
    const [aggregate, id] =
      tag === "OnChainOrderFilled"
        ? [
            "OnChainTrade",
            sql`lower(${at("trade_id.tx_hash")}) || ':' || ${at("trade_id.log_index")}`,
          ]
        : ["OffchainOrder", sql`cast(${at("execution_id")} as text)`];
    database.execute(
      query(sql`
        insert into ${names} (aggregate, id, position, sequence, tag, payload)
        select ${sql.lit(aggregate)}, ${id}, aggregate_id, sequence, ${sql.lit(tag)}, payload
        from events where aggregate_type = 'Position' and event_type = ${sql.lit(`PositionEvent::${tag}`)}
          and typeof(payload) = 'text' and json_valid(payload)
        order by aggregate_id, sequence`),
    );
  }
  database.execute(
    query(
      sql`create index temp.ledgerfold_verified_named_ids on ledgerfold_verified_named (aggregate, id)`,
    ),
  );
};

interface Stream {
  readonly id: string;
  readonly payload: string;
  /** Whether it is more than what the migration made of a row that was there. */
  readonly since: bigint;
}

/** Streams that have gone on, or were begun since the migration, or that a position names. */
const pages = (aggregate: string) => (database: Service) => {
  const isChange = sql`iif(typeof(first.metadata) = 'text' and json_valid(first.metadata),
    json_extract(first.metadata, '$.change') is not null, false)`;
  const since = sql`(first.event_type <> ${sql.lit(`${aggregate}Event::Migrated`)} or ${isChange})`;
  const rows = database.prepare(
    query(sql<Stream>`
      select first.aggregate_id as id, first.payload, ${since} as since
      from events as first
      where first.aggregate_type = ${sql.lit(aggregate)} and first.aggregate_id > ${parameter}
        and first.sequence = 1 and typeof(first.payload) = 'text'
        and (${since}
          or exists (select 1 from events as later
            where later.aggregate_type = ${sql.lit(aggregate)}
              and later.aggregate_id = first.aggregate_id and later.sequence = 2)
          or exists (select 1 from ${names} as named
            where named.aggregate = ${sql.lit(aggregate)} and named.id = first.aggregate_id))
      order by first.aggregate_id limit 500`),
  );
  let after = "";
  return () => {
    const found = rows.all(after);
    after = found.at(-1)?.id ?? after;
    return found;
  };
};

/** What names no stream at all. */
const strangers = (database: Service) => {
  const rows = database.prepare(
    query(sql<NamedRow & { readonly number: bigint; readonly aggregate: string }>`
      select number, aggregate, position, sequence, tag, payload from ${names} as named
      where number > ${parameter} and not exists (select 1 from events
        where aggregate_type = named.aggregate and aggregate_id = named.id)
      order by number limit 500`),
  );
  let after = 0n;
  return () => {
    const found = rows.all(after);
    after = found.at(-1)?.number ?? after;
    return found;
  };
};

interface NamedRow {
  readonly position: string;
  readonly sequence: bigint;
  readonly tag: string;
  readonly payload: string;
}

interface Named extends Omit<NamedRow, "payload"> {
  readonly fields: Json.JsonObject;
}

const named = (database: Service, aggregate: string, id: string): ReadonlyArray<Named> =>
  database
    .prepare(
      query(sql<NamedRow>`
        select position, sequence, tag, payload from ${names}
        where aggregate = ${parameter} and id = ${parameter} order by position, sequence`),
    )
    .all(aggregate, id)
    .map(({ payload, ...one }) => ({ ...one, fields: event(payload).fields }));

const event = (payload: string): { readonly tag: string; readonly fields: Json.JsonObject } => {
  const read = Json.parseAny(payload);
  const [tag = "", fields] = Json.isObject(read) ? (Object.entries(read)[0] ?? []) : [];
  return { tag, fields: Json.isObject(fields) ? fields : {} };
};

const of = ({ position: id, sequence, tag }: Pick<Named, "position" | "sequence" | "tag">) => ({
  aggregate: "Position",
  id,
  field: `#${sequence} ${tag}`,
});

/** Of what a position should name once, all that names it and what it must say. */
const once = (
  all: ReadonlyArray<Named>,
  { since }: Stream,
  missing: Omit<Contradiction, "kind">,
  what: string,
  tell: Tell,
): Named | undefined => {
  const [first, ...others] = all;
  if (since === 0n) {
    const reason = `names ${what} that was migrated, which its position has already`;
    for (const one of all) tell({ ...of(one), kind: "extra", reason });
    return undefined;
  }
  if (first === undefined) tell({ ...missing, kind: "missing" });
  for (const one of others) {
    tell({ ...of(one), kind: "extra", reason: `names ${what} that another event names too` });
  }
  return first;
};

const compare = (
  one: Named,
  expected: Readonly<Record<string, Json.Json | undefined>>,
  tell: Tell,
): void => {
  for (const [field, value] of Object.entries(expected)) {
    const stored = one.fields[field];
    if (Json.same(Fold.plain(value), Fold.plain(stored))) continue;
    const { field: at, ...place } = of(one);
    const values = { expected: Json.show(value), stored: Json.show(stored) };
    const reason = "is not what the stream says that it names";
    tell({ ...place, kind: "different", field: `${at}.${field}`, reason, ...values });
  }
};

const isOf = (one: Named, symbols: ReadonlyArray<string>, tell: Tell): void => {
  if (symbols.includes(one.position)) return;
  tell({ ...of(one), kind: "different", reason: "names what is of another symbol" });
};

const judgeTrade = (database: Service, stream: Stream, tell: Tell): void => {
  const { id } = stream;
  const reason = "no position's event names the trade";
  const missing = { aggregate: "OnChainTrade", id, field: null, reason };
  const one = once(named(database, "OnChainTrade", id), stream, missing, "a trade", tell);
  const { symbol, amount, direction, price_usdc, block_timestamp } = event(stream.payload).fields;
  if (one === undefined) return;
  if (amount === undefined) {
    tell({ ...of(one), kind: "extra", reason: "names a trade that no event begins" });
    return;
  }
  const is = { amount, direction, price_usdc, block_timestamp };
  compare(one, is, tell);
  isOf(one, basesOf(String(symbol)), tell);
};

/** A token's own name, and what it may be a token of. */
const basesOf = (symbol: string): ReadonlyArray<string> => [
  symbol,
  ...[/^t(.+)$/s, /^(.+)0x$/s, /^(.+)s1$/s].flatMap((form) => form.exec(symbol)?.[1] ?? []),
];

const judgeOrder = (database: Service, stream: Stream, tell: Tell): void => {
  const { id } = stream;
  const events = database
    .prepare(
      query(sql<{ sequence: bigint; payload: string }>`
        select sequence, payload from events
        where aggregate_type = 'OffchainOrder' and aggregate_id = ${parameter}
          and typeof(payload) = 'text' and json_valid(payload) order by sequence`),
    )
    .all(id)
    .map(({ sequence, payload }) => ({ sequence, ...event(payload) }));
  const { symbol, shares, direction } = events[0]?.fields ?? {};
  const all = named(database, "OffchainOrder", id);
  if (shares === undefined) {
    for (const one of all) {
      tell({ ...of(one), kind: "extra", reason: "names an order that no event begins" });
    }
    return;
  }
  const [placings = [], settlings = []] = [true, false].map((is) =>
    all.filter(({ tag }) => (tag === "OffChainOrderPlaced") === is),
  );
  const place = { aggregate: "OffchainOrder", id };
  const reason = "no position's event places the order";
  const placed = once(placings, stream, { ...place, field: null, reason }, "an order", tell);
  if (placed !== undefined) compare(placed, { shares, direction }, tell);
  for (const one of all) isOf(one, [String(symbol)], tell);
  const settled = events.flatMap((one, at) => settledBy(one, at === 0 && stream.since !== 0n));
  for (const [at, { sequence, tag, price_cents }] of settled.entries()) {
    const one = settlings[at];
    const reason = "no position's event settles the order so";
    if (one === undefined) {
      tell({ ...place, kind: "missing", field: `#${sequence} ${tag}`, reason });
    } else if (one.tag !== `OffChainOrder${tag}`) {
      tell({
        ...of(one),
        kind: "different",
        reason: `settles an order that has ${tag.toLowerCase()}`,
      });
    } else if (tag === "Filled") {
      const known = events.findLast((other) => other.fields.broker_order_id !== undefined);
      const broker_order_id = known?.fields.broker_order_id ?? null;
      const is = { shares_filled: shares, direction, price_cents };
      compare(one, broker_order_id === null ? is : { ...is, broker_order_id }, tell);
    }
  }
  for (const one of settlings.slice(settled.length)) {
    tell({ ...of(one), kind: "extra", reason: "settles an order whose own stream does not" });
  }
};

interface Settled {
  readonly sequence: bigint;
  readonly tag: "Filled" | "Failed";
  readonly price_cents: Json.Json;
}

/** An order that was first seen when it was done says so in its first event. */
const settledBy = (
  { sequence, tag, fields }: ReturnType<typeof event> & { readonly sequence: bigint },
  isFirstSeen: boolean,
): ReadonlyArray<Settled> => {
  const { price_cents = null, status } = fields;
  if (tag === "Filled" || tag === "Failed") return [{ sequence, tag, price_cents }];
  if (tag !== "Migrated" || !isFirstSeen) return [];
  if (status === "Filled") return [{ sequence, tag: status, price_cents }];
  return Json.isObject(status) ? [{ sequence, tag: "Failed", price_cents }] : [];
};

const judgeStranger = (
  _: Service,
  { aggregate, ...one }: NamedRow & { readonly aggregate: string },
  tell: Tell,
): void => {
  const what = aggregate === "OnChainTrade" ? "a trade" : "an order";
  tell({ ...of(one), kind: "extra", reason: `names ${what} that has no stream` });
};

const trades = pages("OnChainTrade");
const orders = pages("OffchainOrder");
