import { command } from "../../src/main.ts";
import { seats } from "./plan.ts";

command({ name: "seats_to_events", writer: "the theatre", migrations: { Seat: seats } });
