import { createHash } from "node:crypto";
import type * as Document from "../../src/Document.ts";
import { lines } from "./ledger.ts";

/** Reports that look like those of a bot's database. */

const hex = (seed: string | number): string =>
  createHash("sha256").update(String(seed)).digest("hex");

const inTurn = <A>(all: readonly [A, ...Array<A>], n: number): A => all[n % all.length] ?? all[0];

const symbols = ["AAPL", "NVDA", "TSLA", "MSTR", "GME", "AMZN", "COIN", "SPY"] as const;

const tables: ReadonlyArray<Document.TableProof> = (
  [
    ["legacy", "onchain_trades", 1_003_417],
    ["legacy", "trade_accumulators", 8],
    ["legacy", "offchain_trades", 214_866],
    ["legacy", "schwab_auth", 1],
    ["event", "events", 1_218_303],
    ["event", "position_view", 8],
  ] as const
).map(([side, table, rows]) => ({
  side,
  table,
  rows,
  root: hex(`root ${table}`),
  sha256: hex(`rows ${table}`),
}));

const ledger = lines.map(([table, column, becomes]) => ({ table, column, becomes }));

const trade = (n: number): string => `0x${hex(n)}:${n % 7}`;

export const tally = (counts: Partial<Document.Tally>): Document.Tally => ({
  rows: Object.entries(counts).reduce(
    (sum, [name, count]) => (name === "movedOn" || name === "rows" ? sum : sum + count),
    0,
  ),
  same: 0,
  missing: 0,
  extra: 0,
  different: 0,
  unreadable: 0,
  movedOn: 0,
  ...counts,
});

export const summary = (changes: Partial<Document.Summary> = {}): Document.Summary => ({
  format: "ledgerfold-verification",
  version: 1,
  program: { version: "0.1.0", sqlite: "3.53.2", name: "migrate_to_events", writer: "the bot" },
  database: { path: "/srv/st0x/data/st0x.db", bytes: 648_404_992 },
  startedAt: "2026-02-01T08:00:00.250Z",
  finishedAt: "2026-02-01T08:00:14.731Z",
  isSame: true,
  tallies: {
    OnChainTrade: tally({ same: 1_003_417 }),
    Position: tally({ same: 8, movedOn: 7 }),
    OffchainOrder: tally({ same: 214_866, movedOn: 3 }),
    SchwabAuth: tally({ same: 1, movedOn: 1 }),
  },
  counts: { differences: 0, since: 0, findings: 0 },
  leftOut: [],
  ledger,
  tables,
  ...changes,
});

/** With `count` differences of every kind, and two findings. */
export const differing = (count: number, all = count): Document.Summary =>
  summary({
    isSame: false,
    tallies: {
      OnChainTrade: tally({ same: 1_002_655, missing: 1, different: 761, movedOn: 12_004 }),
      Position: tally({ same: 3, different: 4, extra: 1, movedOn: 7 }),
      OffchainOrder: tally({ same: 214_812, missing: 38, unreadable: 16, movedOn: 3 }),
      SchwabAuth: tally({ different: 1, movedOn: 1 }),
    },
    counts: { differences: all, since: Math.floor(all / 10), findings: 2 },
    judgement: judgement(differences(all).slice(0, templates.length)),
    leftOut: ["notes", "onchain_trades.comment"],
  });

/** Each difference as one of many that are alike. */
export const judgement = (
  all: ReadonlyArray<Document.Difference>,
): ReadonlyArray<Document.Judgement> =>
  all.map((example, n) => ({
    ...{ aggregate: example.aggregate, side: example.side, kind: example.kind },
    field: example.field,
    weight: "who",
    how: example.reason,
    rows: 1_000 + n,
    off: example.stored,
    means: example.reason,
    example,
  }));

export const findings: ReadonlyArray<Document.Finding> = [
  {
    kind: "long-differs",
    text: [
      'position "AAPL" has accumulated_long 12.5,',
      "but BUY trades of 14.25 less SELL orders of 2 make 12.25",
    ].join(" "),
  },
  {
    kind: "pending-order-not-live",
    text: 'position "NVDA" waits for order 214866, which is FILLED',
  },
];

type Template = (n: number) => Omit<Document.Difference, "since">;

const templates: readonly [Template, ...Array<Template>] = [
  (n) => ({
    kind: "different",
    side: "event",
    aggregate: "OnChainTrade",
    id: trade(n),
    field: "price_usdc",
    legacy: `REAL ${231.57 + n / 100}`,
    stored: `"${(231.56 + n / 100).toFixed(2)}"`,
    reason: "is not what the row says",
  }),
  (n) => ({
    kind: "missing",
    side: "event",
    aggregate: "OffchainOrder",
    id: String(214_000 + n),
    field: null,
    legacy: null,
    stored: null,
    reason: "the row has no event",
  }),
  (n) => ({
    kind: "different",
    side: "view",
    aggregate: "Position",
    id: inTurn(symbols, n),
    field: "net",
    legacy: '"0.2"',
    stored: '"0.19999999999999998"',
    reason: "is not what the event says",
  }),
  (n) => ({
    kind: "unreadable",
    side: "legacy",
    aggregate: "OffchainOrder",
    id: String(213_000 + n),
    field: "shares",
    legacy: 'TEXT "ten"',
    stored: null,
    reason: "must be INTEGER, at least 0",
  }),
  (n) => ({
    kind: "different",
    side: "event",
    aggregate: "OnChainTrade",
    id: trade(n),
    field: "block_timestamp",
    legacy: 'TEXT "2026-01-30 14:31:07"',
    stored: '"2026-01-30T14:31:08Z"',
    reason: "is not what the row says",
  }),
  (n) => ({
    kind: "extra",
    side: "event",
    aggregate: "Position",
    id: inTurn(symbols, n),
    field: null,
    legacy: null,
    stored: null,
    reason: "no row makes this stream",
  }),
  () => ({
    kind: "different",
    side: "event",
    aggregate: "SchwabAuth",
    id: "schwab",
    field: "access_token",
    legacy: "sha256 1f0c22d9",
    stored: "sha256 9ae4417b",
    reason: "is not what the row says",
  }),
];

/** Kinds and aggregates in turn; every tenth is of a row that the bot has written since. */
export const differences = (count: number): ReadonlyArray<Document.Difference> =>
  Array.from({ length: count }, (_, n) => ({
    ...inTurn(templates, n)(n),
    since:
      n % 10 === 0 ? "the row's created_at is after the migration: the bot still writes" : null,
  }));
