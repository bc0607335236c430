import { Effect, Layer } from "effect";
import { suite } from "@ledgerfold/event-store-contract/suite";
import { layer } from "../../src/sqlite/layer.ts";
import * as TempFile from "./TempFile.ts";

suite(
  "the store in an SQLite file",
  Layer.unwrapScoped(Effect.map(TempFile.make, (path) => layer({ path, aggregates: [] }))),
);
