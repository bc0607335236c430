import { command } from "../../src/main.ts";
import { gigs } from "./plan.ts";

command({ name: "gigs_to_events", writer: "the band", migrations: { Gig: gigs } });
