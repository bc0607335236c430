import * as Timestamp from "@ledgerfold/scalars/Timestamp";
import type { Option } from "effect";

/** Applications write moments with and without a zone; without one they are UTC. */
export const parse = (text: string): Option.Option<Timestamp.Timestamp> =>
  Timestamp.parse(zone.test(text) ? text : `${text}Z`);

const zone = /(?:Z|[+-]\d\d:\d\d)$/;
