import { Effect, Layer } from "effect";
import { suite } from "@ledgerfold/event-store-contract/suite";
import type { Options } from "../../src/postgres/Database.ts";
import { layer } from "../../src/postgres/layer.ts";
import * as Server from "./Server.ts";

const inSchema = (options: Omit<Options, "url">) =>
  Layer.unwrapScoped(
    Effect.map(Server.schema, (schema) =>
      layer({ url: Server.url, schema, aggregates: [], ...options }),
    ),
  );

suite("the store in PostgreSQL", inSchema({}), { impatient: inSchema({ patience: "2 seconds" }) });
