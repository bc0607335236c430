import { suite } from "@ledgerfold/event-store-contract/suite";
import { layer, layerWith } from "../../src/memory/layer.ts";

suite("the store in memory", layer, { impatient: layerWith({ patience: "300 millis" }) });
