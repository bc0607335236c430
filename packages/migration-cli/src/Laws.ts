/**
 * What holds of any plan and any file of its tables, tried on a file of one's own. Each law is an
 * Effect that gives counts and what it found, and needs no test runner; the file is only read, and
 * what is changed is a copy.
 *
 * @module
 */

export { type Given, NotClean } from "./laws/Copy.ts";
export { type Mutated, mutations, type Options } from "./laws/Mutations.ts";
export { type Lost, type Recovered, recovery } from "./laws/Recovery.ts";
export { type Link, type Traced, traces } from "./laws/Traces.ts";
export type { Change } from "./laws/Trial.ts";
