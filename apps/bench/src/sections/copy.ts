import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import { layer } from "@ledgerfold/event-store/postgres/layer";
import { Effect, Layer } from "effect";
import * as Checkout from "../Checkout.ts";
import * as CopiedFile from "../CopiedFile.ts";
import * as Measurement from "../Measurement.ts";
import { median, share, shareColumns } from "../Numbers.ts";
import type { Options, Section } from "../Section.ts";
import * as Server from "../Server.ts";
import * as TradingFile from "../TradingFile.ts";

/** The migration into PostgreSQL beside `COPY` of the same rows, made ready beforehand. */

const tables = ["events", "onchain_trade_view", "offchain_order_view", "position_view"];
/** Each is a part of the one before it that is no step, or beside it. */
const kinds = ["COPY", "command", "the command's CPU", "the appending function"] as const;
type Kind = (typeof kinds)[number];

export const copy = (options: Options): Promise<Section> =>
  Server.use(async (server) => {
    const { folder, rows, rounds, onProgress } = options;
    // The server, which is another user, writes and reads the rows itself.
    const ready = join(folder, "ready");
    mkdirSync(ready);
    for (const path of [folder, ready]) chmodSync(path, 0o777);
    const fileOf = (table: string) => join(ready, `${table}.copy`);
    const original = join(folder, "original.db");

    const migrate = (url: string): Promise<Record<Exclude<Kind, "COPY">, number>> => {
      const file = CopiedFile.make(original, join(folder, "migrated.db"));
      const words = ["--database-url", file, "--event-store-url", url, "--force"];
      const { seconds, cpuSeconds } = Measurement.takeCommand(Checkout.here.command, words);
      CopiedFile.remove(file);
      return Server.query(
        url,
        `select coalesce(sum(total_time), 0)::float8 as milliseconds
         from pg_stat_user_functions where funcname like 'ledgerfold_append%'`,
      ).then(([called]) => ({
        command: seconds,
        "the command's CPU": cpuSeconds,
        "the appending function": Number(called?.["milliseconds"]) / 1000,
      }));
    };
    const each = async (url: string, statement: (table: string, file: string) => string) => {
      const start = performance.now();
      // Several statements in one message are one transaction.
      await Server.query(url, tables.map((table) => statement(table, fileOf(table))).join(";"));
      return (performance.now() - start) / 1000;
    };
    const count = async (url: string) =>
      JSON.stringify(
        await Promise.all(
          tables.map((table) => Server.query(url, `select count(*)::int as n from ${table}`)),
        ),
      );

    const measured = [];
    for (const trades of rows) {
      TradingFile.write(original, trades, "none yet");
      const samples: Record<Kind, Array<number>> = {
        COPY: [],
        command: [],
        "the command's CPU": [],
        "the appending function": [],
      };
      for (let round = 0; round < rounds; round += 1) {
        onProgress(`copy: ${trades} trades, round ${round + 1} of ${rounds}`);
        const written = await server.inDatabase(async (url) => {
          await Server.query(
            url,
            `alter database ${new URL(url).pathname.slice(1)} set track_functions = 'pl'`,
          );
          await setUp(url);
          const taken = await migrate(url);
          for (const kind of kinds) if (kind !== "COPY") samples[kind].push(taken[kind]);
          await each(url, (table, file) => `copy ${table} to '${file}'`);
          return count(url);
        });
        await server.inDatabase(async (url) => {
          await setUp(url);
          samples.COPY.push(await each(url, (table, file) => `copy ${table} from '${file}'`));
          Measurement.insistSame("the tables of both", written, await count(url));
        });
      }
      CopiedFile.remove(original);
      measured.push({ trades, samples });
    }
    return {
      name: "copy",
      about: [
        "The command's migration into a database with the tables of a log, `--event-store-url postgresql://…`, from its start to its end, beside `COPY` of the events and view rows that it wrote, which the server reads from files of its own machine into the same tables with the same keys, in one transaction.",
        "The command's CPU is that of its own process: rows read, checked, encoded, sent. The appending function is its time on the server by PostgreSQL's count of functions: locks, positions and the events, without their views. What neither holds is the views' rows, the commit, and who waits for whom.",
      ],
      settings: {},
      columns: [
        { key: "trades", title: "trades" },
        { key: "kind", title: "what" },
        { key: "seconds", title: "seconds", digits: 2 },
        ...shareColumns("of COPY's rate"),
        { key: "microsecondsARow", title: "µs a row", digits: 1 },
      ],
      rows: measured.flatMap(({ trades, samples }) =>
        kinds.map((kind) => ({
          trades,
          kind,
          seconds: median(samples[kind]),
          ...share(samples[kind], samples.COPY),
          microsecondsARow: (median(samples[kind]) * 1e6) / (trades + TradingFile.orders(trades)),
          rounds: { seconds: samples[kind] },
        })),
      ),
    };
  });

/** The tables of an empty log. */
const setUp = (url: string): Promise<void> => {
  const aggregates = [OnChainTrade, OffchainOrder, Position].map(({ aggregate }) => aggregate);
  return Effect.runPromise(Effect.scoped(Effect.asVoid(Layer.build(layer({ url, aggregates })))));
};
