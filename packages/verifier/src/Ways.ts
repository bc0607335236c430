import type { Weight } from "@ledgerfold/declaration/Loss";
import type { Difference } from "./Difference.ts";
import { shortened } from "./Display.ts";
import * as How from "./How.ts";
import type { Value } from "./Read.ts";

/** What one field's differences of one kind have in common, row by row, and how that is put. */

export interface Ways {
  readonly add: (facts: How.Facts, how: How.How) => void;
  /** Whether the rows say nothing that would be lost. */
  readonly loseNothing: () => boolean;
  /** Undefined where nothing was added: it is no difference of values. */
  readonly words: (example: Difference) => string | undefined;
  readonly weight: () => Weight | undefined;
}

/**
 * Ways that are counted by themselves. Others are not: that a moment is whole seconds, or a flag the
 * other one, may be chance, and only of all of them a way.
 */
export const kindOf = ({ way }: How.How): How.Way =>
  way === "whole" || way === "moved" || way === "inverted" ? "other" : way;

/** After so many rows those columns are asked no more that most of the rows do not have. */
const asked = 32;

export const make = (names: ReadonlyArray<string>): Ways => {
  let first: {
    readonly how: How.How;
    readonly facts: How.Facts;
    readonly value: Value | undefined;
  };
  let rows = 0;
  /** What holds of all rows so far. */
  let common: How.How | undefined;
  let isConstant = true;
  /** In how many of those that were asked a column says what is stored. */
  let columns = new Map<string, number>();
  let asking = 0;

  const ask = (facts: How.Facts) => {
    asking += 1;
    for (const name of asking === 1 ? names : columns.keys()) {
      const count = columns.get(name) ?? 0;
      columns.set(name, How.isOf(facts, facts.row[name]) ? count + 1 : count);
    }
    if (asking !== asked) return;
    columns = new Map([...columns].filter(([, count]) => count > asked / 2));
  };

  const taken = (): string | undefined => {
    const [best] = [...columns].sort(([, a], [, b]) => b - a);
    return best !== undefined && best[1] > 0 && best[1] >= asking * 0.9 ? best[0] : undefined;
  };

  return {
    add: (facts, how) => {
      const value = How.loosely(facts);
      rows += 1;
      if (rows === 1) {
        first = { how, facts, value };
        common = how;
      } else {
        common = common === undefined ? undefined : How.both(common, how);
        isConstant &&= value !== undefined && value === first.value;
      }
      if (mayBeOf.has(how.way) && (rows === 1 || !isConstant)) ask(facts);
    },
    loseNothing: () => rows > 0 && first.how.way === "unsaid",
    words: ({ stored }) => {
      if (rows === 0) return undefined;
      const { way } = first.how;
      const always =
        isConstant && rows > 1 ? `always ${shortened(stored ?? "the same")}` : undefined;
      if (way === "set") return `${always ?? "something"} where the row has nothing`;
      if (!mayBeOf.has(way)) return wordsOf(common ?? first.how);
      const column = always === undefined ? taken() : undefined;
      return always ?? (column === undefined ? wordsOf(common) : `${column} taken for it`);
    },
    weight: () => {
      if (rows === 0) return undefined;
      const { how, facts } = first;
      switch (how.way) {
        case "unsaid":
        case "absent":
          return "added";
        case "dropped":
          return "dropped";
        case "spelled":
          return "metadata";
        default:
          return facts.rule.values ?? "text";
      }
    },
  };
};

/** The ways in which another column, or a constant, may stand in the value's place. */
const mayBeOf: ReadonlySet<How.Way> = new Set(["other", "whole", "moved", "inverted"]);

export const nothingToSay = "not there, and nothing to say";

const wordsOf = (how: How.How | undefined): string => {
  switch (how?.way) {
    case "absent":
      return "not there";
    case "unsaid":
      return nothingToSay;
    case "dropped":
      return "dropped to null";
    case "set":
      return "something where the row has nothing";
    case "spelled":
      return "the same, written otherwise";
    case "cut":
      return how.digits > 14 ? `cut to about ${how.digits} digits` : `cut to ${how.places} places`;
    case "whole":
      return `cut to whole ${how.unit}`;
    case "scaled":
      return how.power === undefined ? "the point moved" : `times ${power(how.power)}`;
    case "inverted":
      return "true for false and false for true";
    case "negated":
      return "with the other sign";
    case "moved":
      return how.from === how.to
        ? `${hours(how.from)}, as in another zone`
        : `${hours(how.from)} to ${hours(how.to)}, as in another zone`;
    case "in other case":
    case "trimmed":
    case "shortened":
      return how.way;
    default:
      return "another value";
  }
};

const power = (of: number): string => (of > 0 ? `1${"0".repeat(of)}` : `0.${"0".repeat(-of - 1)}1`);

const hours = (minutes: number): string => {
  const [whole, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${whole}${rest === 0 ? "" : `:${rest}`} h`;
};
