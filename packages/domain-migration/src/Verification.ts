import { type AggregateName, plan } from "./plan.ts";
import * as Verify from "@ledgerfold/verifier/Verify";

/** The bot's. */

export type { AggregateName } from "./plan.ts";
export {
  type Difference,
  describe,
  type Kind,
  type Side,
  shown,
} from "@ledgerfold/verifier/Difference";
export { describe as describeFinding, type Finding } from "@ledgerfold/verifier/Finding";
export type { Observer, Options, Progress, Seen, Tally } from "@ledgerfold/verifier/Verify";
export type VerificationSummary = Verify.VerificationSummary<AggregateName>;

export const verify = <E = never>(observer: Verify.Observer, options?: Verify.Options<E>) =>
  Verify.verify(plan, observer, options);
