import * as DualWriter from "@ledgerfold/fixtures/DualWriter";
import * as SampleDatabase from "@ledgerfold/fixtures/SampleDatabase";
import { EventStore } from "@ledgerfold/event-store/EventStore";
import { Effect } from "effect";
import { beforeAll, expect, it } from "vitest";
import { aggregates } from "../../src/Migration.ts";
import { migrate, onFile, right } from "../support/Files.ts";
import { loosen } from "../verification/Loose.ts";
import { type Cell, edit, paths, type Run, verify, verifyEach } from "../verification/Harness.ts";

/** A file whose bot writes both sides, in which one thing at a time is changed. */

const path = paths();
let file = "";

const tables = ["onchain_trades", "offchain_trades", "schwab_auth"];

beforeAll(async () => {
  file = path();
  SampleDatabase.write(file, { trades: 12, journalMode: "delete" });
  right(await Effect.runPromise(migrate(file)));
  DualWriter.goOn(file, { trades: 10 });
  const rebuild = Effect.gen(function* () {
    const store = yield* EventStore;
    for (const one of aggregates) yield* store.rebuildView(one);
  });
  await Effect.runPromise(onFile(file, rebuild));
  await edit(file, (run) =>
    loosen(run, ["trade_execution_links", "trade_accumulators", ...tables]),
  );
}, 240_000);

type Change = readonly [name: string, apply: (run: Run) => unknown];

/** To a neighbour of the same type. */
const another = (cell: Cell): Cell => {
  if (typeof cell === "bigint") return cell + 100n;
  if (typeof cell === "number") return cell + 1e-9;
  if (typeof cell !== "string") return cell;
  const words: Readonly<Record<string, string>> = {
    ...{ BUY: "SELL", SELL: "BUY", FILLED: "SUBMITTED", FAILED: "FILLED" },
    ...{ SUBMITTED: "PENDING", schwab: "dry_run", Buy: "Sell", Sell: "Buy", Schwab: "DryRun" },
  };
  if (words[cell] !== undefined) return words[cell];
  if (/^-?\d+(\.\d+)?$/.test(cell)) return `${cell}${cell.includes(".") ? "" : "."}1`;
  const next = cell.replace(/[0-9](?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
  return next === cell ? `${cell}x` : next;
};

const cells = (run: Run): ReadonlyArray<Change> =>
  [
    ["onchain_trades", "created_at > '2027'"],
    ["offchain_trades", "executed_at > '2027'"],
    ["trade_accumulators", "last_updated > '2027'"],
    ["schwab_auth", "true"],
  ].flatMap(([table = "", where = ""]) =>
    run(`SELECT rowid AS place, * FROM ${table} WHERE ${where}`).flatMap(({ place, ...row }) =>
      Object.entries(row)
        .filter(([, cell]) => cell !== null)
        .map(
          ([column, cell]): Change => [
            `${table}.${column}`,
            (to) =>
              to(
                `UPDATE ${table} SET ${column} = ? WHERE rowid = ?`,
                ...[another(cell), place ?? null],
              ),
          ],
        ),
    ),
  );

const events = (run: Run): ReadonlyArray<Change> =>
  run(
    "SELECT rowid AS place, event_type, payload FROM events WHERE metadata = '{}' ORDER BY rowid",
  ).flatMap(({ place, event_type, payload }): ReadonlyArray<Change> => {
    const [[tag = "", fields = {}] = []] = Object.entries<object>(JSON.parse(String(payload)));
    return [
      [`${event_type} deleted`, (to) => to("DELETE FROM events WHERE rowid = ?", place ?? null)],
      ...Object.entries(fields)
        .filter(([, value]) => value !== null && typeof value !== "object")
        .map(
          ([field, value]): Change => [
            `${event_type}.${field}`,
            (to) => {
              const is = typeof value === "number" ? value + 1 : another(value);
              const changed = JSON.stringify({ [tag]: { ...fields, [field]: is } });
              to("UPDATE events SET payload = ? WHERE rowid = ?", changed, place ?? null);
            },
          ],
        ),
    ];
  });

/** What no row, no view and no other stream has, and what changes none of them. */
const unsaid = [
  // No event of the bot's says it.
  /^onchain_trades\.(id|created_at|effective_gas_price)$/,
  /^trade_accumulators\.last_updated$/,
  // While a later event says the same of the position, and the row does not.
  /^PositionEvent::\w+\.(seen_at|placed_at|broker_timestamp|failed_at|error|broker|executor|initialized_at|symbol)$/,
  // The order's own stream says it, and its row and its view do not.
  /^OffchainOrderEvent::(Placed\.placed_at|Submitted\.submitted_at|Failed\.error)$/,
  /^OnChainTradeEvent::(Filled\.filled_at|Enriched\.enriched_at)$/,
];

it("sees every change of what both sides say", async () => {
  const { lines } = await verify(file);
  expect(lines).toEqual([]);
  const changes = await edit(file, (run) => [...cells(run), ...events(run)]);
  const outcomes = await verifyEach(
    file,
    changes.map(([, apply]) => apply),
  );
  expect(outcomes.length).toBeGreaterThan(200);
  const unseen = changes
    .filter((_, at) => outcomes[at]?.lines.length === 0)
    .map(([name]) => name)
    .filter((name) => !unsaid.some((one) => one.test(name)));
  expect([...new Set(unseen)]).toEqual([]);
}, 240_000);
