import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import { Option } from "effect";
import * as LocalTime from "./LocalTime.ts";

/** Applications write moments with and without a zone; without one they are of this one, or UTC. */
export const parse = (text: string, zone?: string): Option.Option<Timestamp.Timestamp> => {
  if (saysZone.test(text)) return Timestamp.parse(text);
  const shown = Timestamp.parse(`${text}Z`);
  return zone === undefined ? shown : Option.flatMap(shown, LocalTime.inZone(zone));
};

const saysZone = /(?:Z|[+-]\d\d:\d\d)$/;
