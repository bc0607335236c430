import type * as Plan from "@ledgerfold/declaration/Plan";
import * as Heap from "./Heap.ts";
import * as Options from "./Options.ts";
import { run } from "./run.ts";

/** A migration's plan as a command that an operator runs. */

/**
 * A command of these migrations, each under its aggregate's type, run in this process: it reads
 * `process.argv`, and sets the exit code. A definition that cannot be right ends it as it starts.
 *
 * A `Plan.make({ words: { command: "shop_to_events", writer: "the shop" }, … })` that the laws are
 * tried on too is given as `command({ plan })`. `run` is the form beneath both, whose plan loads only
 * when there is a database to work on.
 *
 * @example
 * ```ts
 * import type { Migration } from "@ledgerfold/declaration/Plan";
 * import { command } from "@ledgerfold/migration-cli";
 *
 * declare const customers: Migration<"Customer">;
 * declare const orders: Migration<"Order">;
 *
 * command({
 *   name: "shop_to_events",
 *   writer: "the shop",
 *   migrations: { Customer: customers, Order: orders },
 *   leaveAlone: { sessions: "of the web server", "cart_*": "what is not bought yet" },
 *   decisions: {
 *     refunds: { values: ["keep", "drop"], description: "what becomes of refunds" },
 *   },
 * });
 * ```
 */
export const command = <const M extends Readonly<Record<string, Plan.Migration>>>(
  options: Options.Options<M> | Options.OfPlan,
): void => {
  Heap.bound();
  run(Options.definition(options));
};
