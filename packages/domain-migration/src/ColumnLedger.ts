import { plan } from "./plan.ts";

/** The bot's. */

export {
  type Entry as Fate,
  type Line,
  type NothingToLeaveOut,
  print,
  show,
  type UndeclaredSchema,
} from "@ledgerfold/declaration/internal/Ledger";

export type { FileTable } from "@ledgerfold/event-store/internal/sqlite/FileSchema";

export const { added, declared, fate, judge, lines, linesOf, refusal } = plan.ledger;
