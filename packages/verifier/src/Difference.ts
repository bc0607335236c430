import type * as Document from "./Document.ts";
import type { Facts } from "./How.ts";
import { digest, printable, quoted, shortened } from "./Display.ts";

/** Where a row and the log do not agree. */

/**
 * A row without its stream, a stream without its row, values that are not the same, or what cannot be read.
 */
export type Kind = "missing" | "extra" | "different" | "unreadable";
/** What the fault shows in: a stream's event, its view, or the row. */
export type Side = "event" | "view" | "legacy";

/** One thing in which two sides do not agree, such as a row and its event. */
export interface Difference {
  readonly kind: Kind;
  /** Where the fault shows. */
  readonly side: Side;
  readonly aggregate: string;
  /** Whether the id may be a secret itself. */
  readonly hidesId?: true | undefined;
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
  /** What shows that the legacy row was changed since the migration, or may have been. */
  readonly since: string | null;
  /**
   * In which way a field's value is another. A function, since it has the row itself and is to get
   * into nothing that is written out.
   */
  readonly facts?: (() => Facts) | undefined;
}

/** What `legacy` is: of a row that cannot be read it is what is wrong, and nothing to expect. */
export const legacyLabel = ({ kind, side }: Pick<Difference, "kind" | "side">): string =>
  kind === "unreadable" && side === "legacy" ? "the row has" : "expected";

/** One line of plain ASCII. */
export const describe = (difference: Difference): string => {
  const { kind, side, aggregate, id, field, legacy, stored, reason, since, hidesId } = difference;
  const where = field === null ? side : `${side} ${shortened(field)}`;
  const values = [
    ...(legacy === null ? [] : [`${legacyLabel(difference)} ${legacy}`]),
    ...(stored === null ? [] : [`stored ${stored}`]),
  ];
  return printable(
    [
      `${kind}: ${aggregate} ${hidesId ? digest(id) : quoted(id)}, ${where}: ${reason}`,
      ...(values.length === 0 ? [] : [` (${values.join(", ")})`]),
      ...(since === null ? [] : [`; ${since}`]),
    ].join(""),
  );
};

/** The difference as a report has it, with every text fit for a screen. */
export const shown = (difference: Difference): Document.Difference => {
  const { kind, side, aggregate, hidesId, id, field, legacy, stored, reason, since } = difference;
  return {
    kind,
    side,
    aggregate,
    id: hidesId ? digest(id) : printable(shortened(id)),
    field: field === null ? null : printable(shortened(field)),
    legacy,
    stored,
    reason: printable(reason),
    since,
  };
};

/** What the differences of a stream are told by. */
export interface Named {
  readonly aggregate: string;
  /** Whether nothing of its rows may be shown, but for these ids and a row's own number. */
  readonly secret: { readonly ids: ReadonlyArray<string> } | undefined;
}

const hides = ({ secret }: Named, id: string): boolean =>
  secret !== undefined && !secret.ids.includes(id) && !/^\d{1,6}$/.test(id);

/** The same with what shows that the row was changed since. */
export const labelled = (difference: Difference, since: string): Difference => {
  const { legacy, stored } = difference;
  return { ...difference, legacy, stored, since };
};

interface Values {
  readonly legacy?: string;
  readonly stored?: string;
}

/** Most of many differences are counted and never shown: the values are spelled when asked for. */
class Found implements Difference {
  readonly kind: Kind;
  readonly side: Side;
  readonly aggregate: string;
  readonly hidesId: true | undefined;
  readonly id: string;
  readonly field: string | null;
  readonly reason: string;
  readonly since = null;
  readonly facts: (() => Facts) | undefined;
  private readonly values: Values | (() => Values);

  constructor(
    { aggregate, id, hidesId }: Pick<Difference, "aggregate" | "id" | "hidesId">,
    kind: Kind,
    side: Side,
    field: string | null,
    reason: string,
    values: Values | (() => Values),
    facts: (() => Facts) | undefined,
  ) {
    this.kind = kind;
    this.side = side;
    this.aggregate = aggregate;
    this.hidesId = hidesId;
    this.id = id;
    this.field = field;
    this.reason = reason;
    this.values = values;
    this.facts = facts;
  }

  get legacy(): string | null {
    return this.spelled().legacy ?? null;
  }

  get stored(): string | null {
    return this.spelled().stored ?? null;
  }

  private spelled(): Values {
    return typeof this.values === "function" ? this.values() : this.values;
  }
}

/** Collects the differences of one stream. */
export class Differences {
  readonly found: Array<Difference> = [];
  readonly isSecret: boolean;
  /** The stream that the differences are of. */
  readonly named: Pick<Difference, "aggregate" | "id" | "hidesId">;

  constructor(named: Named, id: string) {
    const { aggregate, secret } = named;
    this.isSecret = secret !== undefined;
    this.named = hides(named, id) ? { aggregate, id, hidesId: true } : { aggregate, id };
  }

  add(
    kind: Kind,
    side: Side,
    field: string | null,
    reason: string,
    values: Values | (() => Values) = {},
    facts?: () => Facts,
  ): void {
    this.found.push(new Found(this.named, kind, side, field, reason, values, facts));
  }

  /** A field's name may hold a secret too: where there are secrets, only its digest is shown. */
  unknownField(side: Side, within: string, name: string): void {
    const shown = this.isSecret ? digest(name) : name;
    this.add("different", side, within + shown, neverWritten);
  }
}

/** The reason of a field that no writer of this version writes. */
export const neverWritten = "is a field that is never written";
