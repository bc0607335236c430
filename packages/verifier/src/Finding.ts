import type { Finding } from "@ledgerfold/declaration/Checking";
import { printable } from "./Display.ts";

export type { Finding } from "@ledgerfold/declaration/Checking";

/** One line of plain ASCII. */
export const describe = ({ kind, text }: Finding): string => printable(`finding ${kind}: ${text}`);

/** A table, or a column of one, that the column ledger does not have and nobody has named. */
export const undeclared = (name: string): Finding => ({
  kind: "undeclared",
  text: `${name} is in this database and in no known version of it`,
});
