import { dirname, join, relative, resolve } from "node:path";
import { Graph } from "effect";
import { describe, expect, it } from "vitest";
import { importsOf, root, rooms } from "./Checkout.ts";

/** No module, and no folder, of a package imports itself by way of others; types count, too. */

type Edge = readonly [from: string, to: string];

/** The imports inside a folder, as paths within it. */
const edgesIn = (room: string, within: "src" | "test"): ReadonlyArray<Edge> => {
  const folder = join(rooms.get(room) ?? "", within);
  return importsOf(room, within)
    .filter(({ from }) => from.startsWith("."))
    .map(({ file, from }): Edge => {
      const path = join(root, file);
      return [relative(folder, path), relative(folder, resolve(dirname(path), from))];
    })
    .filter(([, to]) => !to.startsWith(".."));
};

/**
 * The folder that a module is in. One at the top is a face of the package: it goes with the folder
 * of its own name, where its parts are, and with nothing else.
 */
const folderOf = (module: string): string =>
  dirname(module) === "." ? module.replace(/\.ts$/, "") : dirname(module);

/** Those who reach themselves, each cycle in the order of names. */
const cycles = (edges: ReadonlyArray<Edge>): ReadonlyArray<ReadonlyArray<string>> => {
  const names = [...new Set(edges.flat())].sort();
  const graph = Graph.directed<string, null>((mutable) => {
    const nodes = new Map(names.map((name) => [name, Graph.addNode(mutable, name)]));
    for (const [from, to] of edges) {
      Graph.addEdge(mutable, nodes.get(from) ?? -1, nodes.get(to) ?? -1, null);
    }
  });
  return Graph.stronglyConnectedComponents(graph)
    .filter((nodes) => nodes.length > 1)
    .map((nodes) => nodes.map((node) => names[node] ?? "").sort());
};

it("sees the imports", () => {
  expect(edgesIn("event-store", "src")).toContainEqual(["sqlite/Engine.ts", "sqlite/Events.ts"]);
});

const sources = [...rooms.keys()].flatMap((room) => [
  { room, within: "src" as const },
  { room, within: "test" as const },
]);

describe.each(sources)("$room/$within", ({ room, within }) => {
  const edges = edgesIn(room, within);

  it("has no cycle of modules", () => {
    expect(cycles(edges)).toEqual([]);
  });

  it("has no cycle of folders", () => {
    const folders = edges.map(([from, to]): Edge => [folderOf(from), folderOf(to)]);
    expect(cycles(folders)).toEqual([]);
  });
});
