import { aggregate } from "@ledgerfold/event-store-contract/Counter";
import { Effect } from "effect";
import { layer } from "../../src/postgres/layer.ts";
import { suite } from "../OwnTables.ts";
import { schema, url } from "./Server.ts";

suite(Effect.map(schema, (schema) => layer({ url, schema, aggregates: [aggregate] })));
