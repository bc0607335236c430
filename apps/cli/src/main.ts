import { run } from "@ledgerfold/migration-cli/run";
import { definition } from "./TradingBot.ts";

run(definition);
