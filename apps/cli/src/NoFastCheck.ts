/** Stands in for fast-check in the bundle: Schema brings it to make test data, which we never do. */
export {};
