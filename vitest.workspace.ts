/** One project a package: run a single one with `pnpm test --project domain`. */
export default ["packages/*", "apps/*"];
