import { command } from "../src/main.ts";
import { migrations } from "./Parcel.ts";

/** The carrier's command. */
command({
  name: "parcels_to_events",
  writer: "the carrier",
  migrations,
  leaveAlone: { drivers: "of another department" },
});
