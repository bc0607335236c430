import { suite } from "@ledgerfold/event-store-contract/suite";
import { layer } from "../../src/memory/layer.ts";

suite("the store in memory", layer);
