import type { Definition } from "../src/Definition.ts";

/** Of a command whose plan is never loaded. */
export const definition: Definition = {
  name: "migrate_to_events",
  version: "1.2.3",
  of: "a trading bot's legacy tables",
  writer: "the bot",
  aggregates: "the four aggregates",
  example: "st0x.db",
  decisions: {
    "net-position": {
      values: ["computed", "column"],
      description: "what to carry of a stale net_position; without it such rows are refused",
    },
  },
  plan: () => Promise.reject(new Error("no plan is needed here")),
  finish: () => [],
};
