/** One project a package: run a single one with `pnpm test --project @ledgerfold/domain`; and `tests`, of the whole. */
export default ["packages/*", "apps/*", "tests"];
