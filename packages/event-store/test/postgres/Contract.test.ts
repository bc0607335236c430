import { Effect, Layer } from "effect";
import { suite } from "@ledgerfold/event-store-contract/suite";
import { layer } from "../../src/postgres/layer.ts";
import * as Server from "./Server.ts";

suite(
  "the store in PostgreSQL",
  Layer.unwrapScoped(
    Effect.map(Server.schema, (schema) => layer({ url: Server.url, schema, aggregates: [] })),
  ),
);
