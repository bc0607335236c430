import { command } from "../../src/main.ts";
import { meals } from "./named.ts";

command({ name: "meals_to_events", writer: "the club", migrations: { Meal: meals } });
