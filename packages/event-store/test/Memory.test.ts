import { suite } from "../src/contract/suite.ts";
import { layer } from "../src/memory/layer.ts";

suite("the store in memory", layer);
