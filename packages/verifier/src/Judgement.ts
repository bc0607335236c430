import { type Losses, type Weight, weights } from "@ledgerfold/declaration/Loss";
import type { AggregateSpec } from "./AggregateSpec.ts";
import * as Decimal from "./Decimal.ts";
import { type Difference, neverWritten, shown } from "./Difference.ts";
import type * as Document from "./Document.ts";
import * as How from "./How.ts";
import * as Ways from "./Ways.ts";

/**
 * What a log's differences come to: for each field, and each way in which it is another, the number of
 * rows and one example. Its size is that of the declaration, however many rows differ.
 */

export type Entry = Document.Judgement;

export interface Judgement {
  readonly add: (difference: Difference) => void;
  /** Gravest first, and of what is as grave what most rows have. */
  readonly entries: () => ReadonlyArray<Entry>;
}

export const make = (
  specs: ReadonlyArray<Pick<AggregateSpec, "aggregate" | "columns" | "losses">>,
): Judgement => {
  const groups: Array<Group> = [];
  // For every difference: the few that are of one field, compared one by one, cost less than a key of
  // all that tells them apart.
  const byField = new Map<string | null, Array<Group>>();
  return {
    add: (difference) => {
      const facts = difference.facts?.();
      const how = facts === undefined ? undefined : How.of(facts);
      const way = how === undefined ? undefined : Ways.kindOf(how);
      const field = facts?.field ?? fieldOf(difference);
      let few = byField.get(field);
      if (few === undefined) {
        few = [];
        byField.set(field, few);
      }
      let group = few.find((one) => one.isOf(difference, way));
      if (group === undefined) {
        const spec = specs.find(({ aggregate }) => aggregate === difference.aggregate);
        group = new Group(difference, field, way, spec ?? { columns: [], losses: {} });
        few.push(group);
        groups.push(group);
      }
      group.add(difference, facts, how);
    },
    entries: () =>
      groups
        .map((group) => group.entry())
        .sort((a, b) => weights.indexOf(a.weight) - weights.indexOf(b.weight) || b.rows - a.rows),
  };
};

/** The field without what only some rows have: places in a list, sequences, unknown names. */
const fieldOf = ({ field, reason }: Difference): string | null => {
  if (field === null) return null;
  if (reason === neverWritten) return field.startsWith("metadata.") ? "metadata.*" : "*";
  const plain = field.startsWith("#") ? field.replace(/^#\S* /, "") : field;
  return plain.includes("[") ? plain.replace(/\[\d+\]/g, "[]") : plain;
};

class Group {
  private readonly first: Difference;
  private readonly field: string | null;
  private readonly way: How.Way | undefined;
  private readonly losses: Losses;
  private readonly ways: Ways.Ways;
  private readonly sum = new Decimal.Sum();
  private isSummed = false;
  private isTooFar = false;
  private rows = 0;
  /** Parts of one row that differ come one after another, and are one row. */
  private last: string | undefined;

  constructor(
    first: Difference,
    field: string | null,
    way: How.Way | undefined,
    { columns, losses }: Pick<AggregateSpec, "columns" | "losses">,
  ) {
    this.first = first;
    this.field = field;
    this.way = way;
    this.losses = losses;
    this.ways = Ways.make(columns);
  }

  isOf({ aggregate, side, kind }: Difference, way: How.Way | undefined): boolean {
    const { first } = this;
    return (
      way === this.way &&
      side === first.side &&
      kind === first.kind &&
      aggregate === first.aggregate
    );
  }

  add({ id }: Difference, facts: How.Facts | undefined, how: How.How | undefined): void {
    if (id !== this.last) this.rows += 1;
    this.last = id;
    if (facts === undefined || how === undefined) return;
    this.ways.add(facts, how);
    if (facts.rule.values === "decimal") this.addUp(facts);
  }

  private addUp(facts: How.Facts): void {
    const { expected } = facts;
    const actual = How.loosely(facts);
    if (typeof expected !== "string" || typeof actual !== "string") return;
    this.isSummed = true;
    this.isTooFar ||= !Decimal.isCountable(expected) || !Decimal.isCountable(actual);
    if (this.isTooFar) return;
    this.sum.add(actual);
    this.sum.add(expected.startsWith("-") ? expected.slice(1) : `-${expected}`);
  }

  entry(): Entry {
    const { kind, side, aggregate } = this.first;
    const isLost = !this.ways.loseNothing();
    const loss = isLost && side !== "view" ? this.losses[topOf(this.field)] : undefined;
    const hasSum = this.isSummed && !this.isTooFar;
    return {
      aggregate,
      side,
      kind,
      field:
        this.field === null ? null : (shown({ ...this.first, field: this.field }).field ?? null),
      weight: loss?.weight ?? this.weight(),
      how: this.ways.words(this.first) ?? shown(this.first).reason,
      rows: this.rows,
      off: hasSum ? Decimal.show(this.sum.value) : null,
      means: loss?.means ?? null,
      example: shown(this.first),
    };
  }

  private weight(): Weight {
    const { side, kind } = this.first;
    if (side === "view") return "view";
    const { field } = this;
    const isForm = kind === "different" && field === "payload";
    if (isForm || field?.startsWith("metadata") || field === "event_version") return "metadata";
    if (field === "*") return "added";
    return (
      this.ways.weight() ?? (kind === "different" && field === "migrated_at" ? "metadata" : "row")
    );
  }
}

const topOf = (field: string | null): string => field?.split(/[.[]/)[0] ?? "";
