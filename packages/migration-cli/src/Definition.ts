import type { Decisions } from "@ledgerfold/declaration/Decision";
import type { Outcome } from "@ledgerfold/declaration/Writing";
import type { Plan } from "@ledgerfold/declaration/Plan";

/** A command with nothing left to defaults. */

/** A command: what it is called, and what it migrates. `command` makes one with defaults. */
export interface Definition {
  readonly name: string;
  /** How it is started, as a shell takes it: `node apps/shop/src/main.ts`. By default its name. */
  readonly start?: string;
  readonly version: string;
  /** Whose rows it turns into events: `a trading bot's legacy tables`. */
  readonly of: string;
  /** A file's name for the examples. */
  readonly example: string;
  /** Who writes those tables: `the bot`. */
  readonly writer: string;
  /** What its aggregates are called together: `the four aggregates`. */
  readonly aggregates: string;
  /** What the operator may have to decide, by option. */
  readonly decisions: Decisions;
  /** Loaded when there is a database to work on; help needs none of it. */
  readonly plan: () => Promise<Plan>;
  /** The last lines of a run; scripts read the very last, which in a dry run says that it is one. */
  readonly finish: (outcomes: Readonly<Record<string, Outcome>>) => ReadonlyArray<string>;
}
