import type * as Document from "../report/Document.ts";
import { digest, printable, quoted, shortened } from "./Display.ts";

export const aggregateNames = ["OnChainTrade", "Position", "OffchainOrder", "SchwabAuth"] as const;
export type AggregateName = (typeof aggregateNames)[number];

export type Kind = "missing" | "extra" | "different" | "unreadable";
export type Side = "event" | "view" | "legacy";

/** One thing that is not as the other side says. */
export interface Difference {
  readonly kind: Kind;
  /** Where the fault shows. */
  readonly side: Side;
  readonly aggregate: AggregateName;
  /** The stream's id or, where a row has none, what names the row: raw, whatever it contains. */
  readonly id: string;
  readonly field: string | null;
  /**
   * What it should say, fit for a screen: the legacy cell with its storage class or, for a view,
   * what the event says. Never a token.
   */
  readonly legacy: string | null;
  /** What is stored instead, in the same way. */
  readonly stored: string | null;
  readonly reason: string;
  /** What shows that the bot has changed the legacy row since the migration, or may have. */
  readonly since: string | null;
}

/** One line of plain ASCII. */
export const describe = (difference: Difference): string => {
  const { kind, side, aggregate, id, field, legacy, stored, reason, since } = difference;
  const where = field === null ? side : `${side} ${shortened(field)}`;
  const values = [
    ...(legacy === null ? [] : [`expected ${legacy}`]),
    ...(stored === null ? [] : [`stored ${stored}`]),
  ];
  return printable(
    [
      `${kind}: ${aggregate} ${aggregate === "SchwabAuth" && !harmless.test(id) ? digest(id) : quoted(id)}, ${where}: ${reason}`,
      ...(values.length === 0 ? [] : [` (${values.join(", ")})`]),
      ...(since === null ? [] : [`; ${since}`]),
    ].join(""),
  );
};

/** For a report: all of it is fit for a screen. */
export const shown = (difference: Difference): Document.Difference => {
  const { aggregate, id, field } = difference;
  const isSecret = aggregate === "SchwabAuth" && !harmless.test(id);
  return {
    ...difference,
    id: isSecret ? digest(id) : printable(shortened(id)),
    field: field === null ? null : printable(shortened(field)),
    reason: printable(difference.reason),
  };
};

/** What may stand beside tokens: the stream's id, or a row's own number. */
const harmless = /^(?:schwab|\d{1,6})$/;

/** Collects what is found about one stream. */
export class Findings {
  readonly differences: Array<Difference> = [];
  readonly aggregate: AggregateName;
  readonly id: string;

  constructor(aggregate: AggregateName, id: string) {
    this.aggregate = aggregate;
    this.id = id;
  }

  add(
    kind: Kind,
    side: Side,
    field: string | null,
    reason: string,
    values: { readonly legacy?: string; readonly stored?: string } = {},
  ): void {
    const { aggregate, id } = this;
    const { legacy = null, stored = null } = values;
    this.differences.push({
      kind,
      side,
      aggregate,
      id,
      field,
      legacy,
      stored,
      reason,
      since: null,
    });
  }

  /** Names may be anything too: beside tokens they are not shown. */
  unknownField(side: Side, within: string, name: string): void {
    const shown = this.aggregate === "SchwabAuth" ? digest(name) : name;
    this.add("different", side, within + shown, "is a field that is never written");
  }
}
