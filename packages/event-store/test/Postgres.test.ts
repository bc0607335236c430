import { Effect, Layer } from "effect";
import { suite } from "../src/contract/suite.ts";
import { layer } from "../src/postgres/layer.ts";
import * as Server from "./Server.ts";

suite(
  "the store in PostgreSQL",
  Layer.unwrapScoped(
    Effect.map(Server.schema, (schema) => layer({ url: Server.url, schema, aggregates: [] })),
  ),
  // An append that read its view's row before a rebuild wrote it writes what follows from the old one.
  { gaps: ["appends that come meanwhile go on from the rebuilt rows"] },
);
