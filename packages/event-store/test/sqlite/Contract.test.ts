import { Effect, Layer } from "effect";
import { suite } from "@ledgerfold/event-store-contract/suite";
import type { Options } from "../../src/sqlite/Database.ts";
import { layer } from "../../src/sqlite/layer.ts";
import * as TempFile from "./TempFile.ts";

const inFile = (options: Omit<Options, "path">) =>
  Layer.unwrapScoped(
    Effect.map(TempFile.make, (path) => layer({ path, aggregates: [], ...options })),
  );

suite("the store in an SQLite file", inFile({}), {
  impatient: inFile({ patience: "300 millis" }),
});
