import type { Finding } from "@ledgerfold/declaration/internal/Checking";
import { show, type Undeclared } from "@ledgerfold/declaration/internal/Ledger";
import { printable } from "./Display.ts";

/** What the legacy rows say against each other, which is no difference. */

export type { Finding } from "@ledgerfold/declaration/internal/Checking";

/** One line of plain ASCII. */
export const describe = ({ kind, text }: Finding): string => printable(`finding ${kind}: ${text}`);

/** A table, or a column of one, that the column ledger does not have and nobody has named. */
export const undeclared = (one: Undeclared): Finding => ({
  kind: "undeclared",
  text:
    one.superseded === undefined
      ? `${show(one)} is in this database and in no known version of it`
      : `${show(one)} is not migrated: ${one.superseded}`,
});
