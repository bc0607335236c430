import type { Fate } from "../../src/ColumnLedger.ts";
import { select } from "../support/Files.ts";

/**
 * What the events alone say of each legacy cell, worked out without anything of the tool's. One rule
 * for each column that is declared, and none more.
 */

/** The first event of a stream, as stored. */
interface Stored {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Raw = string | number | bigint | Uint8Array | null;
type RawRow = Readonly<Record<string, Raw>>;

/** What a cell says, such that two that say the same are equal. */
type Meaning = string | bigint | null;

interface Rule {
  readonly recover: (stored: Stored) => Meaning;
  readonly mean: (cell: Raw) => Meaning;
  /**
   * What of a cell is not to be had back, for the reason that the key names; the value that is must
   * then be this one.
   */
  readonly except?: (
    row: RawRow,
    stored: Stored,
  ) => { readonly reason: Reason; readonly value: Meaning } | undefined;
}

/** What the events do not keep, and docs/verification.md says so. */
export const reasons = {
  staleNet: "a `net_position` that is stale and was replaced by long - short",
  nullBesideCreated: "whether a `block_timestamp` is NULL or says what `created_at` does",
  whichOrderId: "whether one of `order_id` and `broker_order_id` is NULL while the other is set",
  strangers: "rows of `event_queue` that belong to no trade",
} as const;
export type Reason = keyof typeof reasons;

const nanoseconds = (text: string): bigint => {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/.exec(
    text,
  );
  const milliseconds = Date.parse(`${match?.[1]}T${match?.[2]}${match?.[4] ?? "Z"}`);
  return BigInt(milliseconds) * 1_000_000n + BigInt((match?.[3] ?? "").padEnd(9, "0"));
};

const storedMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(?:\d{3}|\d{6}|\d{9}))?Z$/;

const wrong = (value: unknown): never => {
  throw new Error(`an event holds ${String(value)}`);
};
const field =
  (...path: ReadonlyArray<string>) =>
  ({ fields }: Stored): unknown =>
    path.reduce<unknown>((value, name) => (value as typeof fields | null)?.[name] ?? null, fields);

const text = (value: unknown): string => (typeof value === "string" ? value : wrong(value));
const integer = (value: unknown): bigint => (typeof value === "bigint" ? value : wrong(value));
const orNull =
  (read: (value: unknown) => Meaning) =>
  (value: unknown): Meaning =>
    value === null ? null : read(value);

/** A number by its digits and where the point is: 1.50e3 is 15 and 2. */
const digitsOf = (value: string): string => {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(value);
  if (match === null) return wrong(value);
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction).toString();
  const short = digits.replace(/0+$/, "");
  if (short === "") return "0";
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
};

/** The bits of the double that the text is read back as must be those of the cell. */
const bitsOf = (value: number): string => {
  const view = new DataView(new ArrayBuffer(8));
  // The sign of zero goes: there is no -0 in decimals.
  view.setFloat64(0, value === 0 ? 0 : value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};

const plain: Omit<Rule, "recover"> = {
  mean: (cell) => (cell instanceof Uint8Array || typeof cell === "number" ? wrong(cell) : cell),
};
const same = (path: ReadonlyArray<string>, read: (value: unknown) => Meaning): Rule => ({
  recover: (stored) => read(field(...path)(stored)),
  ...plain,
});
const moment = (name: string, ...path: ReadonlyArray<string>): Rule => ({
  recover: (stored) =>
    orNull((value) => {
      const written = text(value);
      return storedMoment.test(written) ? nanoseconds(written) : wrong(value);
    })(field(...(path.length === 0 ? [name] : path))(stored)),
  mean: (cell) => orNull((value) => nanoseconds(text(value)))(cell),
});

/** Both as the double and as the decimal; an INTEGER has no bits of a double to keep. */
const number = (read: (stored: Stored) => string | null): Rule => ({
  recover: (stored) => {
    const written = read(stored);
    return written === null ? null : `${digitsOf(written)} ${bitsOf(Number(written))}`;
  },
  mean: (cell) => {
    if (cell === null) return null;
    if (typeof cell !== "number" && typeof cell !== "bigint") return wrong(cell);
    return `${digitsOf(String(cell))} ${bitsOf(Number(cell))}`;
  },
});
const decimalText = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
const decimal = (...path: ReadonlyArray<string>): Rule =>
  number((stored) => {
    const written = field(...path)(stored);
    if (written === null) return null;
    return decimalText.test(text(written)) ? text(written) : wrong(written);
  });
const units = (name: string): Rule =>
  number((stored) => {
    const price = field("pyth_price")(stored) as Readonly<Record<string, unknown>> | null;
    return price === null ? null : `${text(price[name])}e${integer(price.expo)}`;
  });

const word = (words: Readonly<Record<string, string>>, name: string): Rule =>
  same([name], (value) => words[JSON.stringify(value)] ?? wrong(JSON.stringify(value)));
const direction = word({ '"Buy"': "BUY", '"Sell"': "SELL" }, "direction");
const status = word(
  {
    '"Pending"': "PENDING",
    '"Submitted"': "SUBMITTED",
    '"Filled"': "FILLED",
    '{"Failed":{"error":"Migrated from legacy system"}}': "FAILED",
  },
  "status",
);
const hash: Rule = {
  recover: ({ id }) => id.slice(0, 66),
  mean: (cell) => text(cell).toLowerCase(),
};
const logIndex: Rule = {
  recover: ({ id }) => BigInt(id.slice(67)),
  // In a copy without types the queue's may be REAL or TEXT.
  mean: (cell) => BigInt(cell as string),
};
const token = (name: string): Rule => ({
  recover: (stored) => text(field(name)(stored)),
  mean: (cell) => `0x${text(cell).toLowerCase().replace(/^0x/, "")}`,
});
const always = (value: bigint): Rule => ({ recover: () => value, ...plain });

const orderId = (name: string, other: string): Rule => ({
  ...same(["broker_order_id"], orNull(text)),
  except: (row) =>
    row[name] === null && typeof row[other] === "string"
      ? { reason: "whichOrderId", value: row[other] }
      : undefined,
});

const orders = {
  id: { recover: ({ id }: Stored) => BigInt(id), ...plain },
  symbol: same(["symbol"], text),
  shares: decimal("shares"),
  direction,
  order_id: orderId("order_id", "broker_order_id"),
  price_cents: same(["price_cents"], orNull(integer)),
  status,
  executed_at: moment("executed_at"),
};

export const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  onchain_trades: {
    id: same(["legacy_id"], integer),
    tx_hash: hash,
    log_index: logIndex,
    symbol: same(["symbol"], text),
    amount: decimal("amount"),
    direction,
    price_usdc: decimal("price_usdc"),
    created_at: moment("created_at"),
    block_timestamp: {
      ...moment("block_timestamp"),
      except: ({ block_timestamp, created_at }) =>
        block_timestamp === null
          ? { reason: "nullBesideCreated", value: nanoseconds(text(created_at)) }
          : undefined,
    },
    gas_used: same(["gas_used"], orNull(integer)),
    effective_gas_price: same(["effective_gas_price"], orNull(integer)),
    pyth_price: units("value"),
    pyth_confidence: units("conf"),
    pyth_exponent: same(["pyth_price", "expo"], orNull(integer)),
    pyth_publish_time: moment("pyth_publish_time", "pyth_price", "publish_time"),
  },
  trade_accumulators: {
    symbol: same(["symbol"], text),
    net_position: {
      ...decimal("net_position"),
      except: (row, stored) => {
        const { accumulated_long, accumulated_short } = row;
        return stored.metadata.net_position_rule === "computed"
          ? { reason: "staleNet", value: difference(accumulated_long, accumulated_short) }
          : undefined;
      },
    },
    accumulated_long: decimal("accumulated_long"),
    accumulated_short: decimal("accumulated_short"),
    pending_execution_id: same(["pending_execution_id"], orNull(integer)),
    last_updated: moment("last_updated"),
  },
  offchain_trades: {
    ...orders,
    broker: same(["legacy_broker"], text),
    broker_order_id: orderId("broker_order_id", "order_id"),
  },
  schwab_executions: orders,
  schwab_auth: {
    id: always(1n),
    access_token: token("access_token"),
    access_token_fetched_at: moment("access_token_fetched_at"),
    refresh_token: token("refresh_token"),
    refresh_token_fetched_at: moment("refresh_token_fetched_at"),
    encryption_version: always(1n),
  },
  event_queue: {
    tx_hash: hash,
    log_index: logIndex,
    block_number: same(["block_number"], integer),
  },
};

/** Of the digits of two cells, without rounding. */
const difference = (a: Raw = null, b: Raw = null): string => {
  const [x, y] = [a, b].map((cell) => {
    const [digits = "0", exponent = "0"] = digitsOf(String(cell)).split("e");
    return { digits: BigInt(digits), exponent: Number(exponent) };
  });
  if (x === undefined || y === undefined) return wrong(a);
  const exponent = Math.min(x.exponent, y.exponent);
  const scaled = (of: typeof x) => of.digits * 10n ** BigInt(of.exponent - exponent);
  const written = `${scaled(x) - scaled(y)}e${exponent}`;
  return `${digitsOf(written)} ${bitsOf(Number(written))}`;
};

/** Whole numbers in these payloads may be too big for JavaScript's. */
const exactly = (_: string, value: unknown, context?: { readonly source?: string }) =>
  typeof value === "number" ? BigInt(context?.source ?? "") : value;

const aggregates: Readonly<Record<string, string>> = {
  onchain_trades: "OnChainTrade",
  trade_accumulators: "Position",
  offchain_trades: "OffchainOrder",
  schwab_executions: "OffchainOrder",
  schwab_auth: "SchwabAuth",
  event_queue: "OnChainTrade",
};

/** The first events that were migrated from this table. */
const storedOf = (path: string, table: string): ReadonlyArray<Stored> =>
  select(
    path,
    `select aggregate_id, payload, metadata from events
     where aggregate_type = '${aggregates[table]}' and sequence = 1 order by rowid`,
  ).flatMap(({ aggregate_id, payload, metadata }) => {
    const event = JSON.parse(String(payload), exactly) as Readonly<
      Record<string, Stored["fields"]>
    >;
    const stored: Stored = {
      id: String(aggregate_id),
      fields: Object.values(event)[0] ?? {},
      metadata: JSON.parse(String(metadata)) as Stored["metadata"],
    };
    const from = table === "event_queue" ? "onchain_trades" : table;
    return stored.metadata.legacy_table === from ? [stored] : [];
  });

/** By these columns the rows that are recovered are brought beside those that there are. */
const keys: Readonly<Record<string, ReadonlyArray<string>>> = {
  onchain_trades: ["id"],
  trade_accumulators: ["symbol"],
  offchain_trades: ["id"],
  schwab_executions: ["id"],
  schwab_auth: ["id"],
  event_queue: ["tx_hash", "log_index"],
};

export interface Compared {
  readonly cells: number;
  /** Of cells that could not be had back, and should have been. */
  readonly lost: ReadonlyArray<string>;
  /** How many were not kept, by the reason. */
  readonly notKept: Readonly<Partial<Record<Reason, number>>>;
}

/** Every cell of the file that is declared as carried or derived, beside what the events say. */
export const compare = (
  path: string,
  declared: Readonly<Record<string, Readonly<Record<string, Fate>>>>,
): Compared => {
  const lost: Array<string> = [];
  const notKept: Partial<Record<Reason, number>> = {};
  let cells = 0;
  for (const [table, columns] of Object.entries(declared)) {
    const wanted = Object.entries(columns).flatMap(([name, { fate }]) =>
      fate === "left out" ? [] : [name],
    );
    const there = select(path, `select name from pragma_table_info('${table}')`).map(({ name }) =>
      String(name),
    );
    const names = wanted.filter((name) => there.includes(name));
    if (names.length === 0) continue;
    const key = (meanings: ReadonlyArray<Meaning>) => JSON.stringify(meanings.map(String));
    const ruleOf = (name: string): Rule => {
      const rule = rules[table]?.[name];
      if (rule === undefined) throw new Error(`no rule recovers ${table}.${name}`);
      return rule;
    };
    const keyRules = (keys[table] ?? []).map((name) => [name, ruleOf(name)] as const);
    const stored = new Map(
      storedOf(path, table).map((one) => [key(keyRules.map(([, rule]) => rule.recover(one))), one]),
    );
    const rows = select(path, `select ${names.join()} from ${table}`) as ReadonlyArray<RawRow>;
    for (const row of rows) {
      const rowKey = key(keyRules.map(([name, rule]) => rule.mean(row[name] ?? null)));
      const one = stored.get(rowKey);
      if (one === undefined && table === "event_queue") {
        notKept.strangers = (notKept.strangers ?? 0) + 1;
        continue;
      }
      for (const name of names) {
        cells += 1;
        const rule = ruleOf(name);
        const exception = one === undefined ? undefined : rule.except?.(row, one);
        const value = exception?.value ?? rule.mean(row[name] ?? null);
        if (exception !== undefined) {
          notKept[exception.reason] = (notKept[exception.reason] ?? 0) + 1;
        }
        const recovered = one === undefined ? "no event" : rule.recover(one);
        if (recovered !== value) {
          lost.push(`${table}.${name} of ${rowKey} is ${value}, recovered ${recovered}`);
        }
      }
      if (table !== "event_queue") stored.delete(rowKey);
    }
    if (table !== "event_queue") {
      for (const left of stored.keys()) lost.push(`${table} has no row ${left}`);
    }
  }
  return { cells, lost, notKept };
};
