import type { Run } from "./Writing.ts";

/** What a migration leaves to the operator, as options of its command. */

/** What migrations leave to the operator: an option of the command that takes one of `values`. */
export interface Decision<Value extends string = string> {
  readonly values: readonly [Value, ...ReadonlyArray<Value>];
  /** In the help of the option, and what happens without it. */
  readonly description: string;
}

/** By the option's name: `refunds` is `--refunds`. */
export type Decisions = Readonly<Record<string, Decision>>;

type Made<D extends Decisions> = { readonly [Name in keyof D]?: D[Name]["values"][number] };

/**
 * States them once, for the command and for the migrations that ask for them.
 *
 * @example
 * ```ts
 * import * as Decision from "@ledgerfold/declaration/Decision";
 * import { Refused } from "@ledgerfold/declaration/Migration";
 * import type { Run } from "@ledgerfold/declaration/Writing";
 *
 * export const decisions = Decision.make({
 *   refunds: {
 *     values: ["keep", "drop"],
 *     description: "what becomes of refunds; without it they are bad data",
 *   },
 * });
 *
 * export const event = <Fields>(fields: Fields, run: Run) =>
 *   Decision.of(run, decisions).refunds === undefined
 *     ? new Refused("refund", "must be decided with --refunds keep|drop")
 *     : fields;
 * ```
 */
export const make = <const D extends Decisions>(decisions: D): D => decisions;

/** What the operator of this run has decided; undefined is an option that was not given. */
export const of = <D extends Decisions>({ decisions = {} }: Run, stated: D): Made<D> =>
  Object.fromEntries(
    Object.entries(stated).flatMap(([name, { values }]) => {
      const value = decisions[name];
      return value !== undefined && values.includes(value) ? [[name, value]] : [];
    }),
  ) as Made<D>;
