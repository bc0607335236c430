import * as OffchainOrder from "@ledgerfold/domain/OffchainOrder";
import * as OnChainTrade from "@ledgerfold/domain/OnChainTrade";
import * as Position from "@ledgerfold/domain/Position";
import * as SchwabAuth from "@ledgerfold/domain/SchwabAuth";
import type { Database } from "better-sqlite3";
import { ddl as eventLog } from "@ledgerfold/fixtures/EventLogSchema";
import * as LegacyDatabase from "@ledgerfold/fixtures/LegacyDatabase";
import type { Age } from "@ledgerfold/fixtures/LegacySchema";
import * as Auth from "./sample/Auth.ts";
import * as Orders from "./sample/Orders.ts";
import * as Positions from "./sample/Positions.ts";
import { type Stream, stringify } from "./sample/Stream.ts";
import * as Trades from "./sample/Trades.ts";

/**
 * A new file of some schema age as a migration leaves it, small, with something in every column.
 * Nothing in it is of the writer's making: events and views are written down beside their rows.
 */
export const write = (path: string, age: Age): void => {
  const db = LegacyDatabase.make(path, { age, checks: false, journalMode: "delete" });
  try {
    db.exec(eventLog);
    db.transaction(() => {
      const parts = [Trades, Positions, Orders, Auth];
      for (const stream of parts.flatMap((part) => part.write(db, age))) append(db, stream);
    })();
  } finally {
    db.close();
  }
};

const versions = {
  OnChainTrade: OnChainTrade.codec.version,
  Position: Position.codec.version,
  OffchainOrder: OffchainOrder.codec.version,
  SchwabAuth: SchwabAuth.codec.version,
};

const append = (db: Database, stream: Stream): void => {
  const { type, id, tag, event, metadata, viewTable, view } = stream;
  const eventType = type === "SchwabAuth" ? tag : `${type}Event::${tag}`;
  const payload = stringify({ [tag]: event });
  db.prepare("INSERT INTO events VALUES (?, ?, 1, ?, ?, ?, ?)").run(
    ...[type, id, eventType, versions[type], payload, JSON.stringify(metadata)],
  );
  db.prepare(`INSERT INTO ${viewTable} (view_id, version, payload) VALUES (?, 1, ?)`).run(
    ...[id, stringify(view)],
  );
};
