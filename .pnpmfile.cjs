/**
 * Emmett's store for SQLite is of an earlier line than the one for PostgreSQL, which the benchmark has
 * beside it: it gets an Emmett of its own, and what it uses without saying so.
 */
const readPackage = (manifest) => {
  if (manifest.name === "@event-driven-io/emmett-sqlite" && manifest.version === "0.38.5") {
    const emmett = "@event-driven-io/emmett";
    const { [emmett]: version, ...peerDependencies } = manifest.peerDependencies;
    const dependencies = { [emmett]: version, "web-streams-polyfill": "4.2.0" };
    return { ...manifest, dependencies, peerDependencies };
  }
  return manifest;
};

module.exports = { hooks: { readPackage } };
