/**
 * What holds of any plan and any file of its tables, tried on a file of one's own. Each law is an
 * Effect that works on a copy and gives counts, and what it found: no test runner is needed.
 *
 * ```ts
 * const { seen, unseen } = await Effect.runPromise(Laws.mutations({ plan, path: "shop.db" }));
 * if (unseen.length > 0) console.error(unseen);
 * ```
 *
 * @module
 */

export { type Given, NotClean } from "./laws/Copy.ts";
export { type Change, type Mutated, mutations, type Options } from "./laws/Mutations.ts";
